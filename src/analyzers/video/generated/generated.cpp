// The networks of features/generated on frames of a film. They learned from frames of genuine films, and both classes'
// pictures passed through H.264 in their training, so that a film's coder tells nothing (train/generated).
// Limits: see README.md beside this file.
#include "analyzers/video/generated/generated.h"

#include <algorithm>
#include <cstdio>

namespace bonafide::analyzers {

namespace crops = features::generated;

void GeneratedFrames::add(const media::VideoFrame& frame) {
    frames_.offer([&]() -> std::optional<GeneratedFrame> {
        if (frame.damaged) {
            return std::nullopt;
        }
        const cv::Mat rgb = frame.rgb();
        GeneratedFrame kept{frame.time_s, crops::crop_places(rgb.size(), kCropsOfAFrame), {}};
        if (kept.places_px.empty()) {
            return std::nullopt;
        }
        for (const cv::Rect& place : kept.places_px) {
            kept.crops.push_back(rgb(place).clone());
        }
        return kept;
    });
}

Result<GeneratedFilmResult> GeneratedFrames::judge(infer::Session& network) const {
    GeneratedFilmResult result;
    std::vector<double> means;
    for (const GeneratedFrame& frame : frames_.kept()) {
        const auto said = crops::ask(frame.crops, network);
        if (!said) {
            return said.error();
        }
        if (said->judged == 0) {
            continue;
        }
        if (means.empty() || said->mean > result.highest_frame) {
            result.highest_frame = said->mean;
            result.strongest_s = frame.time_s;
            result.strongest_px = frame.places_px[said->strongest];
        }
        result.lowest_frame = means.empty() ? said->mean : std::min(result.lowest_frame, said->mean);
        means.push_back(said->mean);
        result.crops_judged += said->judged;
    }
    result.frames_judged = static_cast<int>(means.size());
    if (result.frames_judged < kLeastFrames) {
        result.not_applicable =
            frames_.kept().empty()
                ? "There is no undamaged frame of at least 128 px a side, which is what the networks look at."
                : "Fewer than three of the frames looked at hold anything that could carry a generator's traces.";
        return result;
    }
    const auto middle = means.begin() + static_cast<std::ptrdiff_t>(means.size() / 2);
    std::nth_element(means.begin(), middle, means.end());
    result.score = *middle;
    if (means.size() % 2 == 0) {
        result.score = (result.score + *std::max_element(means.begin(), middle)) / 2;
    }
    return result;
}

namespace {

using analysis::Analysis;

/// From here on a frame is pointed at, unless asked otherwise: where the curve ends.
constexpr double kPointingScore = 1;

std::string explain(const GeneratedFilmResult& result) {
    char text[480];
    std::snprintf(
        text, sizeof text,
        "Small networks that learned from pictures of some forty generators, from camera pictures and from frames of "
        "genuine films looked at %d frames at native resolution; on the whole they look %s to them (log odds %+.1f).%s",
        result.frames_judged, result.score > 0 ? "like what generators make" : "like what cameras make", result.score,
        result.score > 0 ? " Heavy processing, drawings and renderings can mislead them."
                         : " A generator that they do not know, or strong coding, can still pass.");
    return text;
}

class GeneratedFilm final : public analysis::Analyzer {
  public:
    explicit GeneratedFilm(double pointing_score) : pointing_score_(pointing_score) {}

    void on_frame(const media::VideoFrame& frame) override { frames_.add(frame); }
    Analysis finish(const analysis::Context& context) override {
        auto network = infer::Session::open(context.models, std::string(crops::kModel), {});
        if (!network) {
            return Analysis::failed(network.error().message);
        }
        const auto result = frames_.judge(*network);
        if (!result) {
            return Analysis::failed(result.error().message);
        }
        if (!result->not_applicable.empty()) {
            return Analysis::not_applicable(result->not_applicable);
        }
        Analysis analysis;
        analysis.measurements = {{"score", result->score, "nat"},
                                 {"lowest_frame", result->lowest_frame, "nat"},
                                 {"highest_frame", result->highest_frame, "nat"},
                                 {"frames_judged", static_cast<double>(result->frames_judged), "1"},
                                 {"crops_judged", static_cast<double>(result->crops_judged), "1"}};
        if (result->score >= pointing_score_) {
            analysis::Observation observation;
            const cv::Rect& place = result->strongest_px;
            observation.where.start_s = observation.where.end_s = result->strongest_s;
            observation.where.box_px = evidence::Where::Box{place.x, place.y, place.width, place.height};
            observation.measurements = {{"frame_log_odds", result->highest_frame, "nat"}};
            observation.explanation =
                "Of the frames looked at, this one looks most like what generators make, and this place in it.";
            analysis.observations.push_back(std::move(observation));
        }
        analysis.explanation = explain(*result);
        return analysis;
    }

  private:
    GeneratedFrames frames_;
    double pointing_score_;
};

}  // namespace

const analysis::AnalyzerDefinition& video_generated() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "video.generated";
        made.summary =
            "traces of a generator's up-sampling layers and decoder in a dozen frames, by small networks trained on "
            "many "
            "generators of pictures";
        made.limits =
            "films of at least 128 px a side, made by a generator as a whole: a face exchanged or a mouth moved fills "
            "too "
            "little of them; learned from generators of pictures, none of films; strong coding hides what it looks for";
        made.known_false_alarms =
            "films that were processed by a neural network (denoised, enlarged), animations and renderings, which no "
            "camera made";
        made.reference =
            "Wang, Wang, Zhang, Owens and Efros, CVPR 2020; Vahdati, Nguyen, Azizpour and Stamm, CVPR workshops 2024";
        made.inputs = {ingest::MediaKind::kVideo};
        made.wants_frames = true;
        made.emits = {
            {"score", "nat",
             "median over the frames of the mean log odds of their crops for generated against genuine"},
            {"lowest_frame", "nat", "mean log odds of the frame that looks most genuine"},
            {"highest_frame", "nat", "mean log odds of the frame that looks most generated"},
            {"frames_judged", "1", "frames that the networks looked at, evenly over the film"},
            {"crops_judged", "1", "crops of 128 px that they looked at in them"},
            {"frame_log_odds", "nat", "of the frame pointed at, where the film's score is high enough to point"},
        };
        made.parameters = {
            {"pointing_score", "score from which on the frame that looks most generated is pointed at", "nat", 0, 20,
             kPointingScore},
        };
        made.models = {crops::kModel};
        made.create = [](const analysis::Parameters& parameters) -> std::unique_ptr<analysis::Analyzer> {
            return std::make_unique<GeneratedFilm>(parameters["pointing_score"]);
        };
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers
