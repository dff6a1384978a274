#include "analyzers/image/generated/generated.h"

#include <opencv2/imgproc.hpp>

#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

constexpr GeneratedOptions kDefaults;

/// Eight bits a sample, which is what the network was trained on.
cv::Mat eight_bit(const cv::Mat& rgb) {
    if (rgb.depth() == CV_8U) {
        return rgb;
    }
    cv::Mat narrow;
    rgb.convertTo(narrow, CV_8U, 1 / 257.0);
    return narrow;
}

/// Words between photographs and the edges of windows look like no camera's: on a page the photograph alone is judged.
std::string of_the_page(const cv::Rect& photograph) {
    char text[160];
    std::snprintf(text, sizeof text,
                  "Of this page only the largest photograph was looked at (%d x %d px at x %d, y %d). ",
                  photograph.width, photograph.height, photograph.x, photograph.y);
    return text;
}

std::string explain(const GeneratedResult& result) {
    char text[480];
    const int length = std::snprintf(
        text, sizeof text,
        "Small networks that learned from pictures of some forty generators and from camera pictures looked at "
        "%d places at native resolution; on average they look %s to them (log odds %+.1f).%s",
        result.crops_judged, result.score > 0 ? "like what generators make" : "like what cameras make",
        result.score / result.counted_share,
        result.score > 0 ? " Heavy processing and unfamiliar cameras can mislead them."
                         : " A generator that they do not know can still pass.");
    if (result.counted_share < 0.9) {
        std::snprintf(text + length, sizeof text - static_cast<std::size_t>(length),
                      " The picture is so small that %.0f %% of that counts.", 100 * result.counted_share);
    }
    return text;
}

Analysis analyse(const analysis::Context& context, const analysis::Parameters& parameters) {
    if (context.media.image() == nullptr) {
        return Analysis::not_applicable("There is no still picture.");
    }
    const cv::Mat& whole = context.media.image()->rgb;
    const features::PageLayout& layout = context.media.page_layout();
    const cv::Rect looked_at = layout.shown_px(whole.size());
    if (looked_at.empty()) {
        return Analysis::not_applicable(
            "The picture is a page that a program laid out, and holds no photograph of at least 128 px a side.");
    }
    const cv::Mat rgb = whole(looked_at);
    if (rgb.cols < features::generated::kCropPx || rgb.rows < features::generated::kCropPx) {
        return Analysis::not_applicable(
            "The picture is smaller than 128 px on a side: less than the networks look at.");
    }
    GeneratedOptions options;
    options.most_crops = static_cast<int>(parameters["most_crops"]);
    auto network = infer::Session::open(context.models, std::string(features::generated::kModel), {});
    if (!network) {
        return Analysis::failed(network.error().message);
    }
    const auto result = generated(eight_bit(rgb), *network, options);
    if (!result) {
        return Analysis::failed(result.error().message);
    }
    if (!result->not_applicable.empty()) {
        return Analysis::not_applicable(result->not_applicable);
    }
    Analysis analysis;
    analysis.measurements = {{"score", result->score, "nat"},
                             {"lowest_crop", result->lowest_crop, "nat"},
                             {"highest_crop", result->highest_crop, "nat"},
                             {"crops_judged", static_cast<double>(result->crops_judged), "1"},
                             {"crops_empty", static_cast<double>(result->crops_empty), "1"},
                             {"counted_share", result->counted_share, "1"}};
    if (result->score > 0) {
        analysis::Observation observation;
        const cv::Rect place = result->strongest_px + looked_at.tl();
        observation.where.box_px = evidence::Where::Box{place.x, place.y, place.width, place.height};
        observation.measurements = {{"place_log_odds", result->highest_crop, "nat"}};
        observation.explanation = "Of the places looked at, this one looks most like what generators make.";
        analysis.observations.push_back(std::move(observation));
    }
    analysis.explanation = (layout.laid_out() ? of_the_page(looked_at) : "") + explain(*result);
    return analysis;
}

}  // namespace

const analysis::AnalyzerDefinition& image_generated() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "image.generated";
        made.version = 5;
        made.summary =
            "traces of a generator's up-sampling layers and decoder, by small networks trained on many generators";
        made.limits =
            "still pictures of at least 128 px a side, whole pictures only, or the largest photograph on a page: an "
            "inpainted part is seen where it fills many of the places looked at; generators with decoders unlike those "
            "of the training are found less often, "
            "strongly shrunk or compressed pictures as well";
        made.known_false_alarms =
            "pictures that were processed by a neural network (denoised, enlarged, phone portraits), drawings and "
            "renderings, which no camera made";
        made.reference =
            "Wang, Wang, Zhang, Owens and Efros, CVPR 2020; Gragnaniello, Cozzolino, Marra, Poggi and Verdoliva, ICME "
            "2021; Tan and Le, ICML 2019";
        made.inputs = {ingest::MediaKind::kImage};
        made.emits = {
            {"score", "nat",
             "mean over the crops of the networks' log odds for generated against genuine; above 0, as much of it as "
             "the picture's size lets count"},
            {"lowest_crop", "nat", "log odds of the crop that looks most genuine"},
            {"highest_crop", "nat", "log odds of the crop that looks most generated"},
            {"crops_judged", "1", "crops of 128 px that the networks looked at"},
            {"crops_empty", "1", "crops left out because they are even all over"},
            {"counted_share", "1",
             "share of a mean above 0 that counts: below 1 in pictures of fewer than 512 x 512 px"},
            {"place_log_odds", "nat", "of the place pointed at, where the picture's score is above 0"},
        };
        made.parameters = {
            {"most_crops", "crops looked at, evenly over the picture", "1", 1, 400,
             static_cast<double>(kDefaults.most_crops)},
        };
        made.models = {features::generated::kModel};
        made.create = &analysis::make_whole_input_analyzer<analyse>;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers
