// `bonafide voice`: who speaks (docs/guide/voices.md).
#include "voice_command.h"

#include "engine/front/voice_listen.h"
#include "terminal.h"

#include <cstdio>
#include <optional>

namespace bonafide::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr Answers kAnswers = {"sounds like the same person", "sounds like another person"};
constexpr const char* kMimics = "A voice that was made to mimic sounds alike as well: this does not make it genuine.\n";

Comparison compared(const evidence::VoiceNumbers& a, const evidence::VoiceNumbers& b) {
    const double distance = evidence::voice_distance(a, b);
    return {distance, evidence::same_voice_llr(distance)};
}

/// Mean distance to every recording of a person: what one is like, as the curve was fitted for.
Comparison compared(const evidence::VoiceNumbers& voice, const engine::EnrolledPerson& person) {
    double sum = 0;
    for (const engine::VoiceSample& sample : person.voices) {
        sum += evidence::voice_distance(voice, sample.numbers);
    }
    const double distance = sum / static_cast<double>(person.voices.size());
    return {distance, evidence::same_voice_llr(distance)};
}

/// The voices of a file, at least one; an error in words where nobody can be told.
Result<engine::VoiceListen> listen(const std::string& path, const PeopleRequest& request,
                                   const engine::Installation& installation) {
    engine::Job job;
    job.limits = request.limits;
    job.cache_folder = request.cache_folder;
    auto listened = engine::listen_for_voices(path, job, installation);
    if (listened && listened->heard.voices.empty()) {
        return Error{ErrorCode::kInvalid, listened->heard.nothing};
    }
    return listened;
}

std::string named(const std::string& path, const engine::HeardVoices& heard, std::size_t voice) {
    return printable(path) + (heard.voices.size() == 1 ? "" : ", voice " + std::to_string(voice));
}

/// Where a voice is heard, without its numbers: those are nobody's business outside a gallery.
Json as_json(const engine::HeardVoice& voice, std::size_t number) {
    Json moments = Json::array();
    for (const engine::HeardMoment& moment : voice.moments) {
        moments.push_back({moment.start_s, moment.end_s});
    }
    return {{"voice", number}, {"moments_s", std::move(moments)}};
}

Json as_json(const std::string& path, const engine::VoiceListen& listened) {
    Json voices = Json::array();
    for (std::size_t i = 0; i < listened.heard.voices.size(); ++i) {
        voices.push_back(as_json(listened.heard.voices[i], i));
    }
    return {{"path", path},
            {"sha256", listened.sha256},
            {"voices", std::move(voices)},
            {"problems", listened.heard.problems}};
}

int compare_voices(const PeopleRequest& request, const engine::Installation& installation) {
    const auto first = listen(request.file, request, installation);
    if (!first) {
        return complain(printable(request.file) + ": " + printable(first.error().message));
    }
    const auto second = listen(request.other, request, installation);
    if (!second) {
        return complain(printable(request.other) + ": " + printable(second.error().message));
    }
    const auto &ours = first->heard.voices, &theirs = second->heard.voices;
    const Comparison main = compared(ours.front().numbers, theirs.front().numbers);
    Json pairs = Json::array();
    for (std::size_t a = 0; a < ours.size(); ++a) {
        for (std::size_t b = 0; b < theirs.size(); ++b) {
            Json pair = {{"a", a}, {"b", b}};
            pair.update(as_json(compared(ours[a].numbers, theirs[b].numbers), kAnswers));
            pairs.push_back(std::move(pair));
        }
    }
    if (request.json) {
        Json json = {{"a", as_json(request.file, *first)}, {"b", as_json(request.other, *second)}};
        json.update(as_json(main, kAnswers));
        json["pairs"] = std::move(pairs);
        print_json(json);
        return main.llr >= kProbable ? kClean : kInconclusive;
    }
    std::printf("%s and %s: distance %.3f, log10 likelihood ratio %+.2f: %s\n",
                named(request.file, first->heard, 0).c_str(), named(request.other, second->heard, 0).c_str(),
                main.distance, main.llr, in_words(main.llr, kAnswers));
    if (main.llr >= kProbable) {
        std::printf("%s", kMimics);
    }
    if (pairs.size() > 1) {
        std::printf("There are several voices; the one heard longest in each was compared. All pairs:\n");
        for (const Json& pair : pairs) {
            std::printf("  %d and %d: distance %.3f, ratio %+.2f\n", pair["a"].get<int>(), pair["b"].get<int>(),
                        pair["distance"].get<double>(), pair["llr_same_person"].get<double>());
        }
    }
    return main.llr >= kProbable ? kClean : kInconclusive;
}

int enroll_voice(const PeopleRequest& request, const engine::Installation& installation) {
    const auto take = [&](const std::string& path) -> Result<engine::VoiceSample> {
        const auto listened = listen(path, request, installation);
        if (!listened) {
            return listened.error();
        }
        if (listened->heard.voices.size() > 1) {
            return Error{ErrorCode::kInvalid, "several people speak in it: cut out the one who is meant"};
        }
        return engine::VoiceSample{listened->heard.voices.front().numbers, listened->sha256};
    };
    const auto compare = [](const evidence::VoiceNumbers& voice, const engine::EnrolledPerson& person) {
        return compared(voice, person);
    };
    return enroll_person<evidence::VoiceNumbers>(
        request, installation,
        {take, compare, &engine::EnrolledPerson::voices, "recordings",
         "does not sound like the person in the files before it", "none of the files has a voice to remember"});
}

int match_voices(const PeopleRequest& request, const engine::Installation& installation) {
    const auto gallery = open_people(request.people, installation, engine::PersonGallery::Access::kRead);
    const auto enrolled = gallery ? gallery->people() : Result<std::vector<engine::EnrolledPerson>>(gallery.error());
    if (!enrolled) {
        return complain(printable(enrolled.error().message));
    }
    const auto nearest = [&](const evidence::VoiceNumbers& voice) {
        return ranked(*enrolled, [&](const engine::EnrolledPerson& person) {
            return person.voices.empty() ? std::nullopt : std::optional(compared(voice, person));
        });
    };
    const std::size_t known = nearest({}).size();
    if (known == 0) {
        return complain("nobody is enrolled in " + printable(gallery->path()) +
                        " with a voice; see `bonafide voice enroll --help`");
    }
    const auto listened = listen(request.file, request, installation);
    if (!listened) {
        return complain(printable(request.file) + ": " + printable(listened.error().message));
    }
    Json json = as_json(request.file, *listened);
    bool recognised = false;
    for (std::size_t i = 0; i < listened->heard.voices.size(); ++i) {
        const Ranking ranking = nearest(listened->heard.voices[i].numbers);
        recognised |= ranking.front().first.llr >= kProbable;
        json["voices"][i]["people"] = as_json(ranking, kAnswers);
        if (!request.json) {
            print_nearest(named(request.file, listened->heard, i), ranking, kAnswers);
        }
    }
    if (request.json) {
        print_json(json);
    } else {
        if (recognised) {
            std::printf("%s", kMimics);
        }
        print_crowd_note(known);
    }
    return recognised ? kClean : kInconclusive;
}

}  // namespace

void add_voice(CLI::App& app, PeopleRequest& request) {
    request.command = app.add_subcommand("voice", "Who speaks");
    request.command->require_subcommand(1);
    add_people_commands(request, {"A recording, or a film with sound",
                                  "Recordings or films in which this person and nobody else speaks"});
}

int run_voice(const PeopleRequest& request, const engine::Installation& installation) {
    if (request.compare->parsed()) {
        return compare_voices(request, installation);
    }
    if (request.enroll->parsed()) {
        return enroll_voice(request, installation);
    }
    if (request.match->parsed()) {
        return match_voices(request, installation);
    }
    return request.list->parsed() ? list_people(request, installation) : delete_person(request, installation);
}

}  // namespace bonafide::cli
