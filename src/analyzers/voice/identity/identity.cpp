// Is the voice that of the person who is claimed? Distances between the numbers of a speaker encoder
// (features/speaker/encoder.h) and their calibration (evidence/same_voice.h). Whoever mimics somebody's voice aims at a
// match, so a match says nothing about genuineness; and somebody else's voice is no forgery. The finding therefore has
// no part in the verdict.
#include "analyzers/voice/identity/identity.h"

#include "base/ensure.h"
#include "evidence/identity_words.h"

#include <algorithm>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;
using evidence::in_digits;
using features::speaker::Moment;

constexpr const char* kSame = "two recordings of one person";
constexpr const char* kOther = "recordings of two people";
/// Moments of one voice that are not farther apart are told as one stretch: they are looked for every two seconds.
constexpr double kStretchGap_s = 0.5;

double distance_of(const evidence::VoiceNumbers& numbers, const features::ClaimedPerson& claimed) {
    double sum = 0;
    for (const evidence::VoiceNumbers& voice : claimed.voices) {
        sum += evidence::voice_distance(numbers, voice);
    }
    return sum / static_cast<double>(claimed.voices.size());
}

const char* likely(double llr, double least_llr) {
    return llr >= least_llr ? "sounds like " : llr <= -least_llr ? "does not sound like " : "perhaps ";
}

/// Adds the stretches in which a voice is heard, each with its own distance.
void add_stretches(const VoiceMatch& match, std::size_t number, const features::ClaimedPerson& claimed,
                   double least_llr, Analysis& analysis) {
    const std::vector<Moment>& moments = match.voice.moments;
    for (std::size_t first = 0; first < moments.size();) {
        std::vector<Moment> stretch = {moments[first]};
        while (first + stretch.size() < moments.size() &&
               moments[first + stretch.size()].start_s <= stretch.back().end_s + kStretchGap_s) {
            stretch.push_back(moments[first + stretch.size()]);
        }
        first += stretch.size();
        const double distance = distance_of(features::speaker::mean_of(stretch), claimed);
        const double llr = evidence::same_voice_llr(distance);
        analysis::Observation observation;
        observation.where.start_s = stretch.front().start_s;
        observation.where.end_s = stretch.back().end_s;
        observation.measurements = {{"voice_distance", distance, "1"}, {"voice_same_person", llr, "log10"}};
        observation.explanation =
            "Voice " + std::to_string(number) + ": " + likely(llr, least_llr) + "'" + claimed.name + "'.";
        analysis.observations.push_back(std::move(observation));
    }
}

}  // namespace

std::vector<VoiceMatch> match_voices(const std::vector<features::speaker::Voice>& voices,
                                     const features::ClaimedPerson& claimed) {
    ENSURE(!claimed.voices.empty());
    std::vector<VoiceMatch> matches;
    for (const features::speaker::Voice& voice : voices) {
        const double distance = distance_of(voice.numbers, claimed);
        matches.push_back({voice, distance, evidence::same_voice_llr(distance)});
    }
    std::stable_sort(matches.begin(), matches.end(),
                     [](const VoiceMatch& a, const VoiceMatch& b) { return a.distance < b.distance; });
    return matches;
}

Analysis judge_voices(const std::vector<VoiceMatch>& matches, const features::ClaimedPerson& claimed,
                      double least_llr) {
    ENSURE(!matches.empty());
    const VoiceMatch& nearest = matches.front();
    std::size_t moments = 0;
    for (const VoiceMatch& match : matches) {
        moments += match.voice.moments.size();
    }
    Analysis analysis;
    analysis.measurements = {{"distance", nearest.distance, "1"},
                             {"same_person", nearest.llr, "log10"},
                             {"recordings", static_cast<double>(claimed.voices.size()), "count"},
                             {"voices", static_cast<double>(matches.size()), "count"},
                             {"moments", static_cast<double>(moments), "count"}};
    if (const auto spread = nearest.voice.spread()) {
        analysis.measurements.push_back({"spread", *spread, "1"});
    }
    const std::string who = "'" + claimed.name + "'";
    const std::string compared = " (distance " + in_digits(nearest.distance, 2) + "; " +
                                 evidence::distance_in_words(nearest.llr, kSame, kOther) + ").";
    const std::string which =
        matches.size() == 1 ? "The voice" : "The nearest of " + std::to_string(matches.size()) + " voices";
    if (nearest.llr >= least_llr) {
        analysis.explanation = which + " sounds like that of " + who + compared +
                               " A voice made to mimic theirs would as well, so this does not make it genuine.";
    } else if (nearest.llr <= -least_llr) {
        analysis.explanation = which + " does not sound like that of " + who + compared +
                               " This says who is not heard, not that anything was changed.";
    } else {
        analysis.explanation = "Whether " + who + " is heard cannot be told" + compared;
    }
    for (std::size_t number = 0; matches.size() > 1 && number < matches.size(); ++number) {
        add_stretches(matches[number], number, claimed, least_llr, analysis);
    }
    std::stable_sort(analysis.observations.begin(), analysis.observations.end(),
                     [](const auto& a, const auto& b) { return a.where.start_s < b.where.start_s; });
    return analysis;
}

}  // namespace bonafide::analyzers
