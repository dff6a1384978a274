// `bonafide faces`: where faces are, and who is who (docs/guide/faces.md).
#include "faces_command.h"

#include "infer/model_store.h"
#include "terminal.h"

#include <cstdio>
#include <filesystem>

namespace bonafide::cli {
namespace {

using Json = nlohmann::ordered_json;

void add_limits(CLI::App& command, FacesRequest& request) {
    const auto size = CLI::AsSizeValue(false);
    command.add_option("--timeout", request.limits.time_s, "Seconds a file may take")
        ->check(CLI::Range(0.01, 1e7))
        ->group("Limits");
    command.add_option("--max-size", request.limits.size_bytes, "Largest file, bytes (k, m, g allowed)")
        ->transform(size)
        ->group("Limits");
    command.add_option("--max-pixels", request.limits.pixels, "Largest picture or frame, pixels")
        ->transform(size)
        ->group("Limits");
    command.add_option("--max-duration", request.limits.duration_s, "Longest film, seconds")
        ->check(CLI::PositiveNumber)
        ->group("Limits");
    command.add_option("--max-memory", request.limits.memory_bytes, "Memory a file may take, bytes")
        ->transform(size)
        ->group("Limits");
}

void add_format(CLI::App& command, FacesRequest& request) {
    static const std::map<std::string, bool> kFormats = {{"text", false}, {"json", true}};
    command.add_option("--format", request.json, "text or json")
        ->transform(CLI::Transformer(kFormats))
        ->type_name("FORMAT");
}

std::string path_of(const PeopleChoice& choice) {
    return choice.gallery.empty() ? user_data_folder() + "/people.gallery" : choice.gallery;
}

}  // namespace

Result<void> choose_person(const std::string& name, const PeopleChoice& choice,
                           const engine::Installation& installation, engine::Job& job) {
    const auto gallery = open_people(choice, installation, engine::PersonGallery::Access::kRead);
    if (!gallery) {
        return gallery.error();
    }
    const auto person = gallery->person(name);
    if (!person) {
        return person.error();
    }
    job.claimed = name;
    for (const engine::PersonSample& sample : person->samples) {
        job.claimed_looks.emplace_back(sample.numbers.begin(), sample.numbers.end());
    }
    return {};
}

engine::Job faces_job(const FacesRequest& request) {
    engine::Job job;
    job.limits = request.limits;
    job.cache_folder = request.cache_folder;
    return job;
}

void print_json(const Json& json) {
    std::printf("%s\n", json.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
}

Result<engine::PersonGallery> open_people(const PeopleChoice& choice, const engine::Installation& installation,
                                          engine::PersonGallery::Access access) {
    const auto models = infer::ModelStore::open(installation.data_folder + "/manifest.json", {}, "");
    if (!models) {
        return models.error();
    }
    const infer::ModelEntry* network = models->find("face.recognition");
    if (network == nullptr) {
        return Error{ErrorCode::kInternal, "this installation has no network that tells faces apart"};
    }
    const std::string path = path_of(choice);
    const bool is_new = access == engine::PersonGallery::Access::kChange && !std::filesystem::exists(path);
    const auto passphrase = passphrase_of(choice.passphrase, is_new);
    if (!passphrase) {
        return passphrase.error();
    }
    return engine::PersonGallery::open(path, *passphrase, network->sha256, access);
}

void add_people_options(CLI::App& command, PeopleChoice& choice, const std::string& gallery_option) {
    command
        .add_option(gallery_option, choice.gallery,
                    "File of enrolled people (default: bonafide/people.gallery in XDG_DATA_HOME or ~/.local/share)")
        ->type_name("FILE");
    auto* file = command
                     .add_option("--passphrase-file", choice.passphrase.file,
                                 "The gallery is encrypted; its passphrase is the first line of this file")
                     ->type_name("FILE");
    command.add_flag("--passphrase", choice.passphrase.ask, "The gallery is encrypted; ask for its passphrase")
        ->excludes(file);
}

void add_faces(CLI::App& app, FacesRequest& request) {
    request.command = app.add_subcommand("faces", "Where faces are, and who is who");
    request.command->require_subcommand(1);

    request.detect = request.command->add_subcommand(
        "detect", "Boxes, landmarks, direction of the head, eyes and mouth; of a film, who is followed through it");
    request.detect->add_option("FILE", request.file, "A picture or a film")->required();
    request.detect
        ->add_option("--draw", request.drawing,
                     "Draw what was seen: a picture into a .png or .jpg, a film into a .webm")
        ->type_name("OUT");
    request.detect->add_flag(
        "--landmarks", request.landmarks,
        "With --format json: the 468 landmarks of every frame of a film (of a picture they come anyway)");
    request.detect->footer("Exit codes: 0 a face was found, 3 none was, 2 the file could not be looked at.");

    request.compare = request.command->add_subcommand("compare", "Do two pictures or films show the same person?");
    request.compare->add_option("A", request.file, "A picture or a film")->required();
    request.compare->add_option("B", request.other, "Another one")->required();
    request.compare->footer(
        "Exit codes: 0 probably the same person, 3 probably not or undecided, 2 they could not be compared.");

    request.enroll = request.command->add_subcommand("enroll", "Remember a person by pictures or films of them alone");
    request.enroll->add_option("NAME", request.name, "Under which the person is kept")->required();
    request.enroll->add_option("FILES", request.files, "Pictures or films that show this person and nobody else")
        ->required();

    request.match = request.command->add_subcommand("match", "Who of the enrolled people is in a picture or film?");
    request.match->add_option("FILE", request.file, "A picture or a film")->required();
    request.match->footer("Exit codes: 0 somebody was recognised, 3 nobody was, 2 the file could not be looked at.");

    request.list = request.command->add_subcommand("list", "The enrolled people");
    request.remove = request.command->add_subcommand("delete", "Forget a person, and all that was kept about them");
    request.remove->add_option("NAME", request.name, "Who")->required();

    for (CLI::App* command : {request.detect, request.compare, request.enroll, request.match}) {
        add_limits(*command, request);
    }
    for (CLI::App* command : {request.detect, request.compare, request.enroll, request.match, request.list}) {
        add_format(*command, request);
    }
    for (CLI::App* command : {request.enroll, request.match, request.list, request.remove}) {
        add_people_options(*command, request.people, "--gallery");
    }
}

int run_faces(const FacesRequest& request, const engine::Installation& installation) {
    if (request.detect->parsed()) {
        return detect_faces(request, installation);
    }
    if (request.compare->parsed()) {
        return compare_faces(request, installation);
    }
    if (request.enroll->parsed()) {
        return enroll_person(request, installation);
    }
    if (request.match->parsed()) {
        return match_faces(request, installation);
    }
    return request.list->parsed() ? list_people(request, installation) : delete_person(request, installation);
}

}  // namespace bonafide::cli
