// Is the person in the picture the one who is claimed? Distances between the numbers of a recognition network
// (features/faces/recognition.h) and their calibration (evidence/same_face.h). Whoever forges somebody's face aims at a
// match, so a match says nothing about genuineness; and showing somebody else is no forgery. The finding therefore has
// no part in the verdict.
#include "analyzers/face/identity/identity.h"

#include "evidence/identity_words.h"

#include <algorithm>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

double mean_distance(const evidence::FaceNumbers& sample, const features::ClaimedPerson& claimed) {
    double sum = 0;
    for (const evidence::FaceNumbers& look : claimed.looks) {
        sum += evidence::face_distance(sample, look);
    }
    return sum / static_cast<double>(claimed.looks.size());
}

constexpr const char* kSame = "two looks at one person";
constexpr const char* kOther = "two people";

}  // namespace

std::vector<ClaimedMatch> match_claimed(const std::vector<features::faces::Appearance>& appearances,
                                        const features::ClaimedPerson& claimed) {
    std::vector<ClaimedMatch> matches;
    for (const features::faces::Appearance& appearance : appearances) {
        if (appearance.samples.empty()) {
            continue;
        }
        ClaimedMatch match;
        match.appearance = appearance;
        double sum = 0, worst = 0;
        for (const evidence::FaceNumbers& sample : appearance.samples) {
            const double distance = mean_distance(sample, claimed);
            sum += distance;
            worst = std::max(worst, distance);
        }
        match.distance = sum / static_cast<double>(appearance.samples.size());
        match.llr = evidence::same_face_llr(match.distance);
        if (appearance.samples.size() > 1) {
            match.worst = worst;
        }
        matches.push_back(std::move(match));
    }
    std::stable_sort(matches.begin(), matches.end(),
                     [](const ClaimedMatch& a, const ClaimedMatch& b) { return a.distance < b.distance; });
    return matches;
}

Analysis judge_claimed(const std::vector<ClaimedMatch>& matches, std::size_t unrecognised,
                       const features::ClaimedPerson& claimed, double least_llr) {
    if (matches.empty()) {
        return Analysis::not_applicable(
            unrecognised == 0 ? "No face was found."
                              : "No face is large enough (40 px) and turned to the camera enough (50 degrees) to tell "
                                "who it is.");
    }
    const ClaimedMatch& nearest = matches.front();
    Analysis analysis;
    analysis.measurements = {{"distance", nearest.distance, "1"},
                             {"same_person", nearest.llr, "log10"},
                             {"looks", static_cast<double>(claimed.looks.size()), "count"},
                             {"faces", static_cast<double>(matches.size()), "count"}};
    if (nearest.worst) {
        analysis.measurements.push_back({"farthest_moment", *nearest.worst, "1"});
    }
    if (const auto drift = nearest.appearance.drift()) {
        analysis.measurements.push_back({"drift", *drift, "1"});
    }
    const std::string who = "'" + claimed.name + "'";
    const std::string compared = " (distance " + evidence::in_digits(nearest.distance, 2) + "; " +
                                 evidence::distance_in_words(nearest.llr, kSame, kOther) + ").";
    const std::string which =
        matches.size() == 1 ? "The face" : "The nearest of " + std::to_string(matches.size()) + " faces";
    if (nearest.llr >= least_llr) {
        analysis.explanation = which + " is probably that of " + who + compared +
                               " A forgery of their face would match as well, so this does not make it genuine.";
    } else if (nearest.llr <= -least_llr) {
        analysis.explanation = which + " is probably not that of " + who + compared +
                               " This says who is not shown, not that anything was changed.";
    } else {
        analysis.explanation = "Whether " + who + " is shown stays open" + compared;
    }
    for (const ClaimedMatch& match : matches) {
        if (matches.size() == 1 || analysis.observations.size() == analysis::kMostObservations) {
            break;
        }
        analysis::Observation observation;
        observation.where.start_s = match.appearance.first_s;
        observation.where.end_s = match.appearance.last_s;
        observation.measurements = {{"face_distance", match.distance, "1"}, {"face_same_person", match.llr, "log10"}};
        observation.explanation = "Face " + std::to_string(match.appearance.track) + ": " +
                                  (match.llr >= least_llr    ? "probably "
                                   : match.llr <= -least_llr ? "probably not "
                                                             : "perhaps ") +
                                  who + ".";
        analysis.observations.push_back(std::move(observation));
    }
    return analysis;
}

}  // namespace bonafide::analyzers
