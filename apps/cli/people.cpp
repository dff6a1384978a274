// What `faces` and `voice` share: the gallery of people, enrolment, ranking, and the words for it.
#include "people.h"

#include "infer/model_store.h"
#include "terminal.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace bonafide::cli {
namespace {

using Json = nlohmann::ordered_json;
using Access = engine::PersonGallery::Access;

std::string path_of(const PeopleChoice& choice) {
    return choice.gallery.empty() ? user_data_folder() + "/people.gallery" : choice.gallery;
}

}  // namespace

void add_limits(CLI::App& command, PeopleRequest& request) {
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
    command.add_option("--max-duration", request.limits.duration_s, "Longest film or recording, seconds")
        ->check(CLI::PositiveNumber)
        ->group("Limits");
    command.add_option("--max-memory", request.limits.memory_bytes, "Memory a file may take, bytes")
        ->transform(size)
        ->group("Limits");
}

void add_format(CLI::App& command, PeopleRequest& request) {
    static const std::map<std::string, bool> kFormats = {{"text", false}, {"json", true}};
    command.add_option("--format", request.json, "text or json")
        ->transform(CLI::Transformer(kFormats))
        ->type_name("FORMAT");
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

void add_people_commands(PeopleRequest& request, const PeopleWords& words) {
    request.compare = request.command->add_subcommand("compare", "Are two of them of the same person?");
    request.compare->add_option("A", request.file, words.one)->required();
    request.compare->add_option("B", request.other, "Another one")->required();
    request.compare->footer(
        "Exit codes: 0 probably the same person, 3 probably not or undecided, 2 they could not be compared.");

    request.enroll = request.command->add_subcommand("enroll", "Remember a person");
    request.enroll->add_option("NAME", request.name, "Under which the person is kept")->required();
    request.enroll->add_option("FILES", request.files, words.many)->required();

    request.match = request.command->add_subcommand("match", "Who of the enrolled people is it?");
    request.match->add_option("FILE", request.file, words.one)->required();
    request.match->footer("Exit codes: 0 somebody was recognised, 3 nobody was, 2 the file could not be used.");

    request.list = request.command->add_subcommand("list", "The enrolled people");
    request.remove = request.command->add_subcommand(
        "delete", "Forget a person, and all that was kept about them: faces and voices");
    request.remove->add_option("NAME", request.name, "Who")->required();

    for (CLI::App* command : {request.compare, request.enroll, request.match}) {
        add_limits(*command, request);
    }
    for (CLI::App* command : {request.compare, request.enroll, request.match, request.list}) {
        add_format(*command, request);
    }
    for (CLI::App* command : {request.enroll, request.match, request.list, request.remove}) {
        add_people_options(*command, request.people, "--gallery");
    }
}

Result<engine::PersonGallery> open_people(const PeopleChoice& choice, const engine::Installation& installation,
                                          Access access) {
    const auto models = infer::ModelStore::open(installation.data_folder + "/manifest.json", {}, "");
    if (!models) {
        return models.error();
    }
    const infer::ModelEntry* face = models->find("face.recognition");
    const infer::ModelEntry* voice = models->find("voice.speaker");
    if (face == nullptr || voice == nullptr) {
        return Error{ErrorCode::kInternal, "this installation has no network that tells people apart"};
    }
    const std::string path = path_of(choice);
    const bool is_new = access == Access::kChange && !std::filesystem::exists(path);
    const auto passphrase = passphrase_of(choice.passphrase, is_new);
    if (!passphrase) {
        return passphrase.error();
    }
    return engine::PersonGallery::open(path, *passphrase, {face->sha256, voice->sha256}, access);
}

Result<void> choose_person(const std::string& name, const PeopleChoice& choice,
                           const engine::Installation& installation, engine::Job& job) {
    const auto gallery = open_people(choice, installation, Access::kRead);
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
    for (const engine::VoiceSample& sample : person->voices) {
        job.claimed_voices.emplace_back(sample.numbers.begin(), sample.numbers.end());
    }
    return {};
}

int list_people(const PeopleRequest& request, const engine::Installation& installation) {
    const auto gallery = open_people(request.people, installation, Access::kRead);
    const auto people = gallery ? gallery->people() : Result<std::vector<engine::EnrolledPerson>>(gallery.error());
    if (!people) {
        return complain(printable(people.error().message));
    }
    Json all = Json::array();
    for (const engine::EnrolledPerson& person : *people) {
        const std::size_t looks = person.samples.size(), voices = person.voices.size();
        if (request.json) {
            all.push_back({{"name", person.name}, {"looks", looks}, {"recordings", voices}});
        } else {
            std::printf("%s: %zu %s, %zu %s of the voice\n", printable(person.name).c_str(), looks,
                        looks == 1 ? "look" : "looks", voices, voices == 1 ? "recording" : "recordings");
        }
    }
    if (request.json) {
        print_json(all);
    }
    return kClean;
}

int delete_person(const PeopleRequest& request, const engine::Installation& installation) {
    auto gallery = open_people(request.people, installation, Access::kChange);
    if (!gallery) {
        return complain(printable(gallery.error().message));
    }
    if (const auto removed = gallery->remove(request.name); !removed) {
        return complain(printable(removed.error().message));
    }
    if (const auto saved = gallery->save(); !saved) {
        return complain(printable(saved.error().message));
    }
    std::printf("Deleted %s and all that was kept about them.\n", printable(request.name).c_str());
    return kClean;
}

const char* in_words(double llr, const Answers& answers) {
    return llr >= kProbable ? answers.same : llr <= -kProbable ? answers.other : "undecided";
}

Json as_json(const Comparison& comparison, const Answers& answers) {
    return {{"distance", comparison.distance},
            {"llr_same_person", comparison.llr},
            {"answer", in_words(comparison.llr, answers)}};
}

template <class Numbers>
int enroll_person(const PeopleRequest& request, const engine::Installation& installation,
                  const EnrolmentKind<Numbers>& kind) {
    if (const auto fits = engine::PersonGallery::check_name(request.name); !fits) {
        return complain(fits.error().message);
    }
    // Before the files are looked at: a wrong passphrase is told at once. Others may use the gallery meanwhile.
    if (const auto readable = open_people(request.people, installation, Access::kRead); !readable) {
        return complain(printable(readable.error().message));
    }
    engine::EnrolledPerson before{request.name, {}, {}};
    auto& samples = before.*kind.samples;
    Json refused = Json::array(), unlike = Json::array();
    for (const std::string& path : request.files) {
        auto sample = kind.take(path);
        if (!sample) {
            std::fprintf(stderr, "bonafide: not used: %s: %s\n", printable(path).c_str(),
                         printable(sample.error().message).c_str());
            refused.push_back({{"path", path}, {"reason", sample.error().message}});
            continue;
        }
        if (!samples.empty() && kind.compare(sample->numbers, before).llr <= 0) {
            std::fprintf(stderr, "bonafide: %s %s\n", printable(path).c_str(), kind.unlike);
            unlike.push_back(path);
        }
        samples.push_back(std::move(*sample));
    }
    if (samples.empty()) {
        return complain(kind.none);
    }
    auto gallery = open_people(request.people, installation, Access::kChange);
    if (!gallery) {
        return complain(printable(gallery.error().message));
    }
    const auto added = gallery->enroll(request.name, samples);
    if (!added) {
        return complain(printable(added.error().message));
    }
    if (const auto saved = gallery->save(); !saved) {
        return complain(printable(saved.error().message));
    }
    const auto person = gallery->person(request.name);
    ENSURE(person.ok());
    const std::size_t all = ((*person).*kind.samples).size();
    if (request.json) {
        print_json({{"name", request.name},
                    {"gallery", gallery->path()},
                    {"encrypted", gallery->encrypted()},
                    {"added", *added},
                    {kind.counted, all},
                    {"refused", refused},
                    {"unlike", unlike}});
        return kClean;
    }
    std::printf("Enrolled %s: %zu new of %zu files, %zu %s in all%s.\n", printable(request.name).c_str(), *added,
                request.files.size(), all, kind.counted, gallery->encrypted() ? ", encrypted" : "");
    return kClean;
}

template int enroll_person(const PeopleRequest&, const engine::Installation&,
                           const EnrolmentKind<evidence::FaceNumbers>&);
template int enroll_person(const PeopleRequest&, const engine::Installation&,
                           const EnrolmentKind<evidence::VoiceNumbers>&);

Ranking ranked(const std::vector<engine::EnrolledPerson>& people,
               const std::function<std::optional<Comparison>(const engine::EnrolledPerson&)>& compare) {
    Ranking ranking;
    for (const engine::EnrolledPerson& person : people) {
        if (const auto comparison = compare(person)) {
            ranking.emplace_back(*comparison, person.name);
        }
    }
    std::sort(ranking.begin(), ranking.end(), [](const auto& a, const auto& b) {
        return std::pair(a.first.distance, a.second) < std::pair(b.first.distance, b.second);
    });
    return ranking;
}

Json as_json(const Ranking& ranking, const Answers& answers) {
    Json list = Json::array();
    for (const auto& [comparison, name] : ranking) {
        Json entry = {{"name", name}};
        entry.update(as_json(comparison, answers));
        list.push_back(std::move(entry));
    }
    return list;
}

void print_nearest(const std::string& shown, const Ranking& ranking, const Answers& answers) {
    const auto& [comparison, name] = ranking.front();
    std::printf("%s: nearest is %s, distance %.3f, log10 likelihood ratio %+.2f: %s\n", shown.c_str(),
                printable(name).c_str(), comparison.distance, comparison.llr, in_words(comparison.llr, answers));
}

void print_crowd_note(std::size_t people) {
    if (people > 1) {
        std::printf(
            "Each ratio is for that one person against a stranger: among %zu people the nearest may be near by "
            "chance.\n",
            people);
    }
}

void print_json(const Json& json) {
    std::printf("%s\n", json.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
}

}  // namespace bonafide::cli
