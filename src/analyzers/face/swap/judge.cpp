// From faces to an input: which faces can be judged, what they say together, and the words for it.
#include "analyzers/face/swap/swap.h"
#include "evidence/together.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace bonafide::analyzers::swapped {
namespace {

using analysis::Analysis;

struct Judged {
    const FaceRecord* face = nullptr;
    double score = 0;           ///< sigmas
    double for_size_sigma = 0;  ///< of these, what was added because the face is small
};

std::string with_decimals(double value, int decimals) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

/// Why none of `faces` could be judged.
std::string refusal(const std::vector<FaceRecord>& faces, const JudgeOptions& options) {
    if (faces.empty()) {
        return "no face was found";
    }
    const FaceRecord& largest = *std::max_element(
        faces.begin(), faces.end(), [](const auto& a, const auto& b) { return a.largest_px < b.largest_px; });
    if (largest.largest_px < options.limits.least_face_px) {
        return "the faces are too small: the largest is " + with_decimals(largest.largest_px, 0) +
               " px from forehead to chin, at least " + with_decimals(options.limits.least_face_px, 0) + " are needed";
    }
    const FaceRecord& longest = *std::max_element(faces.begin(), faces.end(),
                                                  [](const auto& a, const auto& b) { return a.measured < b.measured; });
    if (longest.measured == 0) {
        return std::any_of(faces.begin(), faces.end(), [](const FaceRecord& face) { return face.turned > 0; })
                   ? "the faces that are large enough are turned too far away"
                   : "no face lies far enough inside the picture";
    }
    if (longest.measured < options.least_measured) {
        return "too short: no face could be measured at more than " + std::to_string(longest.measured) +
               " moments, at least " + std::to_string(options.least_measured) + " are needed";
    }
    if (detail_of(longest.texture) < options.least_detail) {
        return "compression or blur left no fine detail in the faces or around them";
    }
    return "too little of what surrounds the faces is in the picture";
}

/// By how many standard deviations swaps score higher than genuine faces do, on the whole (README.md).
constexpr double kShift = 0.7;

double together(const std::vector<Judged>& judged) {
    std::vector<double> scores;
    scores.reserve(judged.size());
    for (const Judged& each : judged) {
        scores.push_back(each.score);
    }
    return evidence::together(scores, kShift);
}

void point_at(Analysis& analysis, const Judged& judged) {
    analysis::Observation observation;
    const FaceRecord& face = *judged.face;
    observation.where.start_s = face.first_s;
    observation.where.end_s = std::max(face.first_s, face.last_s);
    observation.measurements = {{"face_score", judged.score, "sigma"}, {"track", static_cast<double>(face.track), "1"}};
    observation.explanation =
        "Along the outline of this face fine detail is lacking against what surrounds it, as where another face was "
        "blended in. Beautifying filters, a portrait mode, smooth skin before a busy background can look alike.";
    analysis.observations.push_back(std::move(observation));
}

/// What small faces score lower was added from here on, in words as well.
constexpr double kWorthSaying = 0.05;

std::string words_for_size(const Judged& judged) {
    return judged.for_size_sigma < kWorthSaying
               ? std::string()
               : " Small faces score lower: " + with_decimals(judged.for_size_sigma, 1) +
                     " standard deviations were added for a height of " + with_decimals(judged.face->face_px, 0) +
                     " px.";
}

/// Genuine faces lie within so many standard deviations of their mean for the most part.
constexpr double kUsual = 0.8;

std::string overall_words(const std::vector<Judged>& judged, double score, const JudgeOptions& options) {
    std::string words = judged.size() == 1
                            ? "One face was compared with what surrounds it"
                            : std::to_string(judged.size()) + " faces were compared with what surrounds them";
    words += " over the whole film: along its outline, where an exchanged face would be blended in, ";
    const std::string by = with_decimals(std::abs(score), 1) + " standard deviations " +
                           (score > 0 ? "above" : "below") + " the mean of genuine faces)";
    if (score < options.least_score) {
        return words +
               (score < kUsual ? "fine detail is not lacking more than usual ("
                               : "fine detail is a little short, as it is in some genuine faces too (") +
               by + ". Many exchanges leave as little.";
    }
    return words + "fine detail is lacking as it does where a face was exchanged (" + by +
           ". Light, shallow focus and filters can do the same: it shows where to look and proves nothing.";
}

}  // namespace

double detail_of(const Texture& texture) {
    std::vector<float> values;
    for (const auto& place : texture) {
        const float value = place[static_cast<std::size_t>(Channel::kLuma0)];
        if (std::isfinite(value)) {
            values.push_back(value);
        }
    }
    if (values.empty()) {
        return -100;
    }
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return static_cast<double>(*middle);
}

Analysis judge(const std::vector<FaceRecord>& faces, const LinearModel& model, const JudgeOptions& options) {
    std::vector<Judged> judged;
    const std::size_t least = std::max<std::size_t>(1, options.least_measured);
    for (const FaceRecord& face : faces) {
        if (face.measured < least || detail_of(face.texture) < options.least_detail) {
            continue;
        }
        if (const auto score = model.score(face.texture)) {
            const double for_size = -model.expected_of_size(face.face_px);
            judged.push_back({&face, *score + for_size, for_size});
        }
    }
    if (judged.empty()) {
        return Analysis::not_applicable(refusal(faces, options));
    }
    std::stable_sort(judged.begin(), judged.end(), [](const Judged& a, const Judged& b) { return a.score > b.score; });
    const double score = together(judged);
    Analysis analysis;
    analysis.explanation = overall_words(judged, score, options) + words_for_size(judged.front());
    const FaceRecord& strongest = *judged.front().face;
    analysis.measurements = {
        {"film_score", score, "sigma"},
        {"faces", static_cast<double>(faces.size()), "count"},
        {"judged_faces", static_cast<double>(judged.size()), "count"},
        {"face_height", strongest.face_px, "px"},
        {"moments", static_cast<double>(strongest.measured), "count"},
        {"detail", detail_of(strongest.texture), "nat"},
        {"added_for_size", judged.front().for_size_sigma, "sigma"},
    };
    for (const Judged& each : judged) {
        if (each.score >= options.least_score && analysis.observations.size() < analysis::kMostObservations) {
            point_at(analysis, each);
        }
    }
    return analysis;
}

}  // namespace bonafide::analyzers::swapped
