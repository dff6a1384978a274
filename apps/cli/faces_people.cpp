// `bonafide faces compare`, `enroll`, `match`, `list`, `delete`: who is who.
#include "faces_command.h"
#include "terminal.h"

#include <algorithm>
#include <cstdio>
#include <optional>

namespace bonafide::cli {
namespace {

using Json = nlohmann::ordered_json;
using Access = engine::PersonGallery::Access;

/// One to ten against it: beyond, in words, "probably".
constexpr double kProbable = 1;

const char* in_words(double llr) {
    return llr >= kProbable ? "probably the same person" : llr <= -kProbable ? "probably another person" : "undecided";
}

/// What comparing two faces gives.
struct Comparison {
    double distance = 0, llr = 0;
};

Comparison compared(double distance) {
    return {distance, evidence::same_face_llr(distance)};
}

/// Mean distance to every look at a person: what one look is like, as the curve was fitted for.
Comparison compared(const evidence::FaceNumbers& face, const engine::EnrolledPerson& person) {
    double sum = 0;
    for (const engine::PersonSample& sample : person.samples) {
        sum += evidence::face_distance(face, sample.numbers);
    }
    return compared(sum / static_cast<double>(person.samples.size()));
}

Json as_json(const Comparison& comparison) {
    return {
        {"distance", comparison.distance}, {"llr_same_person", comparison.llr}, {"answer", in_words(comparison.llr)}};
}

std::string named(const std::string& path, const engine::SeenFaces& faces, int track) {
    return printable(path) + (faces.people.size() == 1 ? ""
                              : faces.kind == "video"  ? ", track " + std::to_string(track)
                                                       : ", face " + std::to_string(track));
}

/// A file's faces with their numbers; an error in words where there is none to recognise.
Result<engine::FaceLook> look(const std::string& path, const FacesRequest& request,
                              const engine::Installation& installation) {
    engine::Job job = faces_job(request);
    job.face_numbers = true;
    auto looked = engine::look_for_faces(path, job, installation);
    if (!looked) {
        return looked;
    }
    const auto& people = looked->faces.people;
    if (people.empty()) {
        return Error{ErrorCode::kInvalid, "no face was found in it"};
    }
    if (std::none_of(people.begin(), people.end(), [](const auto& person) { return person.numbers.has_value(); })) {
        return Error{
            ErrorCode::kInvalid,
            "no face in it is large enough (40 px) and turned to the camera enough (50 degrees) to tell who it is"};
    }
    return looked;
}

/// The one person that a file shows; an error in words where there are several. Tracks that look alike are one: a
/// track ends at every cut.
Result<evidence::FaceNumbers> only_person(const engine::SeenFaces& faces) {
    std::vector<evidence::FaceNumbers> looks;
    for (const engine::SeenPerson& person : faces.people) {
        if (person.numbers) {
            looks.push_back(*person.numbers);
        }
    }
    evidence::FaceNumbers mean{};
    for (const evidence::FaceNumbers& look : looks) {
        if (compared(evidence::face_distance(look, looks.front())).llr <= 0) {
            return Error{ErrorCode::kInvalid, "it shows several people: cut out the one who is meant"};
        }
        for (std::size_t i = 0; i < mean.size(); ++i) {
            mean[i] += look[i] / static_cast<float>(looks.size());
        }
    }
    return mean;
}

const engine::SeenPerson& largest(const engine::SeenFaces& faces) {
    return *std::max_element(faces.people.begin(), faces.people.end(), [](const auto& a, const auto& b) {
        return std::pair(a.numbers.has_value(), a.largest_px) < std::pair(b.numbers.has_value(), b.largest_px);
    });
}

}  // namespace

int compare_faces(const FacesRequest& request, const engine::Installation& installation) {
    const auto first = look(request.file, request, installation);
    if (!first) {
        return complain(printable(request.file) + ": " + printable(first.error().message));
    }
    const auto second = look(request.other, request, installation);
    if (!second) {
        return complain(printable(request.other) + ": " + printable(second.error().message));
    }
    const engine::SeenPerson &a = largest(first->faces), &b = largest(second->faces);
    const Comparison main = compared(evidence::face_distance(*a.numbers, *b.numbers));
    Json pairs = Json::array();
    for (const engine::SeenPerson& one : first->faces.people) {
        for (const engine::SeenPerson& other : second->faces.people) {
            if (one.numbers && other.numbers) {
                Json pair = {{"a", one.track}, {"b", other.track}};
                pair.update(as_json(compared(evidence::face_distance(*one.numbers, *other.numbers))));
                pairs.push_back(std::move(pair));
            }
        }
    }
    if (request.json) {
        Json json = {{"a", {{"path", request.file}, {"sha256", first->sha256}}},
                     {"b", {{"path", request.other}, {"sha256", second->sha256}}},
                     {"compared", {{"a", a.track}, {"b", b.track}}}};
        json.update(as_json(main));
        json["pairs"] = std::move(pairs);
        print_json(json);
    } else {
        std::printf("%s and %s: distance %.3f, log10 likelihood ratio %+.2f: %s\n",
                    named(request.file, first->faces, a.track).c_str(),
                    named(request.other, second->faces, b.track).c_str(), main.distance, main.llr, in_words(main.llr));
        if (pairs.size() > 1) {
            std::printf("There are several faces; the largest of each were compared. All pairs:\n");
            for (const Json& pair : pairs) {
                std::printf("  %d and %d: distance %.3f, ratio %+.2f\n", pair["a"].get<int>(), pair["b"].get<int>(),
                            pair["distance"].get<double>(), pair["llr_same_person"].get<double>());
            }
        }
    }
    return main.llr >= kProbable ? kClean : kInconclusive;
}

int enroll_person(const FacesRequest& request, const engine::Installation& installation) {
    if (const auto fits = engine::PersonGallery::check_name(request.name); !fits) {
        return complain(fits.error().message);
    }
    // Before the pictures are looked at: a wrong passphrase is told at once. Others may use the gallery meanwhile.
    if (const auto readable = open_people(request.people, installation, Access::kRead); !readable) {
        return complain(printable(readable.error().message));
    }
    std::vector<engine::PersonSample> samples;
    Json refused = Json::array(), unlike = Json::array();
    for (const std::string& path : request.files) {
        const auto looked = look(path, request, installation);
        const auto numbers = looked ? only_person(looked->faces) : Result<evidence::FaceNumbers>(looked.error());
        if (!numbers) {
            std::fprintf(stderr, "bonafide: not used: %s: %s\n", printable(path).c_str(),
                         printable(numbers.error().message).c_str());
            refused.push_back({{"path", path}, {"reason", numbers.error().message}});
            continue;
        }
        const engine::EnrolledPerson before{request.name, samples};
        if (!samples.empty() && compared(*numbers, before).llr <= 0) {
            std::fprintf(stderr, "bonafide: %s does not look like the person in the files before it\n",
                         printable(path).c_str());
            unlike.push_back(path);
        }
        samples.push_back({*numbers, looked->sha256});
    }
    if (samples.empty()) {
        return complain("none of the files shows a face to remember");
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
    if (request.json) {
        print_json({{"name", request.name},
                    {"gallery", gallery->path()},
                    {"encrypted", gallery->encrypted()},
                    {"added", *added},
                    {"looks", person->samples.size()},
                    {"refused", refused},
                    {"unlike", unlike}});
        return kClean;
    }
    std::printf("Enrolled %s: %zu new of %zu files, %zu looks in all%s.\n", printable(request.name).c_str(), *added,
                request.files.size(), person->samples.size(), gallery->encrypted() ? ", encrypted" : "");
    return kClean;
}

int match_faces(const FacesRequest& request, const engine::Installation& installation) {
    const auto gallery = open_people(request.people, installation, Access::kRead);
    if (!gallery) {
        return complain(printable(gallery.error().message));
    }
    const auto enrolled = gallery->people();
    if (!enrolled) {
        return complain(printable(enrolled.error().message));
    }
    if (enrolled->empty()) {
        return complain("nobody is enrolled in " + gallery->path() + "; see `bonafide faces enroll --help`");
    }
    const auto looked = look(request.file, request, installation);
    if (!looked) {
        return complain(printable(request.file) + ": " + printable(looked.error().message));
    }
    Json faces = Json::array();
    bool recognised = false;
    for (const engine::SeenPerson& seen : looked->faces.people) {
        const std::string shown = named(request.file, looked->faces, seen.track);
        Json face = {{"track", seen.track}, {"people", Json::array()}};
        if (!seen.numbers) {
            faces.push_back(std::move(face));
            if (!request.json) {
                std::printf("%s: too small or too far turned away to tell who it is\n", shown.c_str());
            }
            continue;
        }
        std::vector<std::pair<Comparison, std::string>> ranked;
        for (const engine::EnrolledPerson& person : *enrolled) {
            ranked.emplace_back(compared(*seen.numbers, person), person.name);
        }
        std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
            return std::pair(a.first.distance, a.second) < std::pair(b.first.distance, b.second);
        });
        recognised |= ranked.front().first.llr >= kProbable;
        for (const auto& [comparison, name] : ranked) {
            Json entry = {{"name", name}};
            entry.update(as_json(comparison));
            face["people"].push_back(std::move(entry));
        }
        faces.push_back(std::move(face));
        if (!request.json) {
            std::printf("%s: nearest is %s, distance %.3f, log10 likelihood ratio %+.2f: %s\n", shown.c_str(),
                        printable(ranked.front().second).c_str(), ranked.front().first.distance,
                        ranked.front().first.llr, in_words(ranked.front().first.llr));
        }
    }
    if (request.json) {
        print_json({{"path", request.file}, {"sha256", looked->sha256}, {"faces", std::move(faces)}});
    } else if (enrolled->size() > 1) {
        std::printf(
            "Each ratio is for that one person against a stranger: among %zu people the nearest may be near by "
            "chance.\n",
            enrolled->size());
    }
    return recognised ? kClean : kInconclusive;
}

int list_people(const FacesRequest& request, const engine::Installation& installation) {
    const auto gallery = open_people(request.people, installation, Access::kRead);
    const auto people = gallery ? gallery->people() : Result<std::vector<engine::EnrolledPerson>>(gallery.error());
    if (!people) {
        return complain(printable(people.error().message));
    }
    Json all = Json::array();
    for (const engine::EnrolledPerson& person : *people) {
        if (request.json) {
            all.push_back({{"name", person.name}, {"looks", person.samples.size()}});
        } else {
            std::printf("%s: %zu %s\n", printable(person.name).c_str(), person.samples.size(),
                        person.samples.size() == 1 ? "look" : "looks");
        }
    }
    if (request.json) {
        print_json(all);
    }
    return kClean;
}

int delete_person(const FacesRequest& request, const engine::Installation& installation) {
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

}  // namespace bonafide::cli
