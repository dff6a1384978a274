// `bonafide faces compare`, `enroll`, `match`: who is who.
#include "faces_command.h"
#include "terminal.h"

#include <algorithm>
#include <cstdio>
#include <optional>

namespace bonafide::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr Answers kAnswers = {"probably the same person", "probably another person"};

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
                pair.update(as_json(compared(evidence::face_distance(*one.numbers, *other.numbers)), kAnswers));
                pairs.push_back(std::move(pair));
            }
        }
    }
    if (request.json) {
        Json json = {{"a", {{"path", request.file}, {"sha256", first->sha256}}},
                     {"b", {{"path", request.other}, {"sha256", second->sha256}}},
                     {"compared", {{"a", a.track}, {"b", b.track}}}};
        json.update(as_json(main, kAnswers));
        json["pairs"] = std::move(pairs);
        print_json(json);
    } else {
        std::printf("%s and %s: distance %.3f, log10 likelihood ratio %+.2f: %s\n",
                    named(request.file, first->faces, a.track).c_str(),
                    named(request.other, second->faces, b.track).c_str(), main.distance, main.llr,
                    in_words(main.llr, kAnswers));
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

int enroll_face(const FacesRequest& request, const engine::Installation& installation) {
    const auto take = [&](const std::string& path) -> Result<engine::PersonSample> {
        const auto looked = look(path, request, installation);
        const auto numbers = looked ? only_person(looked->faces) : Result<evidence::FaceNumbers>(looked.error());
        return numbers ? Result<engine::PersonSample>(engine::PersonSample{*numbers, looked->sha256})
                       : Result<engine::PersonSample>(numbers.error());
    };
    const auto compare = [](const evidence::FaceNumbers& face, const engine::EnrolledPerson& person) {
        return compared(face, person);
    };
    return enroll_person<evidence::FaceNumbers>(
        request, installation,
        {take, compare, &engine::EnrolledPerson::samples, "looks",
         "does not look like the person in the files before it", "none of the files shows a face to remember"});
}

int match_faces(const FacesRequest& request, const engine::Installation& installation) {
    const auto gallery = open_people(request.people, installation, engine::PersonGallery::Access::kRead);
    if (!gallery) {
        return complain(printable(gallery.error().message));
    }
    const auto enrolled = gallery->people();
    if (!enrolled) {
        return complain(printable(enrolled.error().message));
    }
    const auto nearest = [&](const evidence::FaceNumbers& face) {
        return ranked(*enrolled, [&](const engine::EnrolledPerson& person) {
            return person.samples.empty() ? std::nullopt : std::optional(compared(face, person));
        });
    };
    const std::size_t known = nearest({}).size();
    if (known == 0) {
        return complain("nobody is enrolled in " + printable(gallery->path()) +
                        " with a face; see `bonafide faces enroll --help`");
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
        const Ranking ranking = nearest(*seen.numbers);
        recognised |= ranking.front().first.llr >= kProbable;
        face["people"] = as_json(ranking, kAnswers);
        faces.push_back(std::move(face));
        if (!request.json) {
            print_nearest(shown, ranking, kAnswers);
        }
    }
    if (request.json) {
        print_json({{"path", request.file}, {"sha256", looked->sha256}, {"faces", std::move(faces)}});
    } else {
        print_crowd_note(known);
    }
    return recognised ? kClean : kInconclusive;
}

}  // namespace bonafide::cli
