// From faces to a film: which faces can be judged, what they say together, where, and the words for it.
#include "analyzers/video/face_swap/face_swap.h"
#include "evidence/together.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace bonafide::analyzers::film_swap {
namespace {

using analysis::Analysis;

struct Judged {
    const FaceRecord* face = nullptr;
    double score = 0;  ///< sigmas
    double share = 1;  ///< what the number of moments and the coding left of it
};

std::string with_decimals(double value, int decimals) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

bool is_still(const FaceRecord& face, const JudgeOptions& options) {
    return face.median(&Compared::motion_px) < options.least_motion_px;
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
    const FaceRecord& longest = *std::max_element(
        faces.begin(), faces.end(), [](const auto& a, const auto& b) { return a.moments.size() < b.moments.size(); });
    const auto any = [&](std::int64_t FaceRecord::*count) {
        return std::any_of(faces.begin(), faces.end(), [count](const FaceRecord& face) { return face.*count > 0; });
    };
    if (longest.moments.size() < options.least_moments) {
        if (longest.still > static_cast<std::int64_t>(longest.moments.size())) {
            return "the faces do not move: nothing changes from one frame to the next";
        }
        if (longest.moments.empty() && any(&FaceRecord::turned)) {
            return "the faces that are large enough are turned too far away";
        }
        if (longest.moments.empty() && any(&FaceRecord::apart)) {
            return "the frames lie too far apart in time";
        }
        return "too short: no face could be compared at more than " + std::to_string(longest.moments.size()) +
               " moments, at least " + std::to_string(options.least_moments) + " are needed";
    }
    if (is_still(longest, options)) {
        return "the faces hardly move, so that nothing shows what moves along with them";
    }
    if (longest.median(&Compared::fine_detail) < options.least_detail) {
        return "compression or blur left no fine detail in the faces or around them";
    }
    return "too little of the faces lies inside the picture";
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

constexpr std::size_t kWindowMoments = 12;

/// From when to when a face is pointed at: the stretches of the film in which it scores as high by itself, or all of
/// it where no single one does. Their scores are whole: that the face stands out at all was decided before.
std::vector<evidence::Where> stretches(const FaceRecord& face, const Model& model, double least_score) {
    std::vector<evidence::Where> found;
    const std::size_t windows = std::max<std::size_t>(1, face.moments.size() / kWindowMoments);
    bool open = false;
    for (std::size_t window = 0; window < windows; ++window) {
        const std::size_t from = window * face.moments.size() / windows,
                          to = (window + 1) * face.moments.size() / windows;
        const auto score = model.score(face.medians(from, to));
        if (!score || *score < least_score) {
            open = false;
            continue;
        }
        if (!open) {
            found.emplace_back();
            found.back().start_s = face.moments[from].time_s;
            open = true;
        }
        found.back().end_s = face.moments[to - 1].time_s;
    }
    if (found.empty()) {
        found.emplace_back();
        found.back().start_s = face.first_s;
        found.back().end_s = std::max(face.first_s, face.last_s);
    }
    return found;
}

void point_at(Analysis& analysis, const Judged& judged, const Model& model, double least_score) {
    for (const evidence::Where& where : stretches(*judged.face, model, least_score)) {
        if (analysis.observations.size() == analysis::kMostObservations) {
            return;
        }
        analysis::Observation observation;
        observation.where = where;
        observation.measurements = {{"face_score", judged.score, "sigma"},
                                    {"track", static_cast<double>(judged.face->track), "1"}};
        observation.explanation =
            "Detail inside this face stays the same from frame to frame more than a genuine face shows, and along its "
            "outline less, as where a drawn face moves along under a mask. Make-up, smoothing filters and hair across "
            "the outline can look alike.";
        analysis.observations.push_back(std::move(observation));
    }
}

std::string words_for_share(const Judged& judged, double of_coding) {
    if (judged.share == 1) {
        return {};
    }
    std::string words;
    if (judged.share < of_coding) {
        words = " It was compared at " + std::to_string(judged.face->moments.size()) + " moments alone, which scatter.";
    }
    if (of_coding < 1) {
        words += " The film was coded so strongly that much of what changes is the coder's doing.";
    }
    return words + " So " + with_decimals(100 * judged.share, 0) + " % of its score were counted.";
}

/// Genuine faces lie within so many standard deviations of their mean for the most part.
constexpr double kUsual = 0.8;

std::string overall_words(const std::vector<Judged>& judged, double score, const JudgeOptions& options) {
    std::string words = judged.size() == 1
                            ? "One face was followed from frame to frame: "
                            : std::to_string(judged.size()) + " faces were followed from frame to frame: ";
    const std::string by = with_decimals(std::abs(score), 1) + " standard deviations " +
                           (score > 0 ? "above" : "below") + " the mean of genuine faces)";
    if (score < options.least_score) {
        return words +
               (score < kUsual ? "detail along its outline changes against that inside it no more than usual ("
                               : "detail along its outline changes a little more against that inside it, as in some "
                                 "genuine films too (") +
               by + ". Many exchanges leave as little.";
    }
    return words +
           "detail along its outline changes, and that inside it stays, as where a drawn face moves along under a mask "
           "(" +
           by + ". Hair, hands, light and filters can do the same: it shows where to look and proves nothing.";
}

}  // namespace

Analysis judge(const std::vector<FaceRecord>& faces, std::optional<double> bits_a_pixel, const Model& model,
               const JudgeOptions& options) {
    const double of_coding = model.share_of_coding(bits_a_pixel);
    if (of_coding == 0) {
        return Analysis::not_applicable("the film is coded so strongly (" + with_decimals(*bits_a_pixel, 3) +
                                        " bits a pixel) that what changes from frame to frame is the coder's doing");
    }
    std::vector<Judged> judged;
    const std::size_t least = std::max<std::size_t>(1, options.least_moments);
    for (const FaceRecord& face : faces) {
        if (face.moments.size() < least || is_still(face, options) ||
            face.median(&Compared::fine_detail) < options.least_detail) {
            continue;
        }
        if (const auto score = model.score(face.medians(0, face.moments.size()))) {
            const double share = of_coding * model.share_of(face.moments.size());
            judged.push_back({&face, *score * share, share});
        }
    }
    if (judged.empty()) {
        return Analysis::not_applicable(refusal(faces, options));
    }
    std::stable_sort(judged.begin(), judged.end(), [](const Judged& a, const Judged& b) { return a.score > b.score; });
    const double score = together(judged);
    Analysis analysis;
    analysis.explanation = overall_words(judged, score, options) + words_for_share(judged.front(), of_coding);
    const FaceRecord& strongest = *judged.front().face;
    analysis.measurements = {
        {"film_score", score, "sigma"},
        {"faces", static_cast<double>(faces.size()), "count"},
        {"judged_faces", static_cast<double>(judged.size()), "count"},
        {"face_height", strongest.median(&Compared::face_px), "px"},
        {"moments", static_cast<double>(strongest.moments.size()), "count"},
        {"motion", strongest.median(&Compared::motion_px), "px"},
        {"detail", strongest.median(&Compared::fine_detail), "nat"},
        {"counted_share", judged.front().share, "1"},
    };
    if (bits_a_pixel) {
        analysis.measurements.push_back({"bits_a_pixel", *bits_a_pixel, "bit"});
    }
    for (const Judged& each : judged) {
        if (each.score >= options.least_score) {
            point_at(analysis, each, model, options.least_score);
        }
    }
    return analysis;
}

}  // namespace bonafide::analyzers::film_swap
