#include "analyzers/image/edits_network/edits_network.h"
#include "infer/model_file.h"
#include "media/image_orientation.h"

#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

constexpr EditsNetworkOptions kDefaults;
constexpr const char* kModel = "image.edits.network";

Result<edits::Network> loaded(const infer::ModelStore& models) {
    const Result<std::string> bytes = infer::read_model(models, kModel);
    if (!bytes) {
        return bytes.error();
    }
    return edits::Network::parse({reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()});
}

// The picture as it is stored.
cv::Mat as_stored(const media::Image& image) {
    cv::Mat rgb = image.rgb;
    if (rgb.depth() == CV_16U) {
        rgb.convertTo(rgb, CV_8U, 1.0 / 257);
    }
    return media::upright(rgb, media::inverse_of(image.orientation));
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

Analysis analyse(const analysis::Context& context, const analysis::Parameters& parameters) {
    const media::Image* image = context.media.image();
    if (image == nullptr) {
        return Analysis::not_applicable("There is no still picture.");
    }
    const Result<edits::Network> network = loaded(context.models);
    if (!network) {
        return Analysis::failed(network.error().message);
    }
    EditsNetworkOptions options;
    options.threshold = parameters["threshold"];
    const auto* coefficients = context.media.jpeg_planes();
    const EditsNetworkResult result = edits_network(
        as_stored(*image), coefficients != nullptr && !coefficients->empty() ? &coefficients->front() : nullptr,
        *network, options);
    if (!result.not_applicable.empty()) {
        return Analysis::not_applicable(result.not_applicable);
    }
    Analysis analysis;
    analysis.measurements = {{"picture_log_odds", result.picture_log_odds, "nat"},
                             {"strongest_log_odds", result.strongest_log_odds, "nat"},
                             {"suspicious_area", result.suspicious_area_percent, "%"}};
    analysis.explanation =
        "A network trained on edits made for the purpose gives this picture a score of " +
        number(result.picture_log_odds) +
        (result.suspicious_area_percent > 0
             ? " and marks " + number(result.suspicious_area_percent) + " % of it as unlike the rest."
             : " and marks no place as unlike the rest.") +
        " It cannot say why; the other findings can.";
    analysis.map = media::upright(result.map, image->orientation);
    return analysis;
}

}  // namespace

const analysis::AnalyzerDefinition& image_edits_network() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "image.edits.network";
        made.version = 1;
        made.summary = "a small network, trained on edits, on the noise and the JPEG coefficients of blocks";
        made.limits =
            "pictures of at least 128 px a side; blind to copies within one picture that kept their noise and grid; "
            "what was "
            "shrunk or heavily compressed afterwards has lost most of what it looks at";
        made.known_false_alarms =
            "shallow depth of field, text and logos drawn by the camera, flat overexposed sky, local smoothing by "
            "phones";
        made.reference =
            "Kwon, Yu, Nam and Lee, CAT-Net, WACV 2021; Bianchi and Piva, IEEE TIFS 2012; Fridrich and Kodovsky, IEEE "
            "TIFS "
            "2012; Cozzolino, Poggi and Verdoliva, WIFS 2015";
        made.inputs = {ingest::MediaKind::kImage};
        made.emits_map = true;
        made.divides_its_work = true;
        made.emits = {
            {"picture_log_odds", "nat", "the network's log odds that the picture was edited, uncalibrated"},
            {"strongest_log_odds", "nat", "log odds of the block at the 99th percentile"},
            {"suspicious_area", "%", "share of blocks beyond the threshold"},
        };
        made.parameters = {
            {"threshold", "log odds from which a block is shown as edited", "nat", -10, 10, kDefaults.threshold},
        };
        made.models = {kModel};
        made.create = &analysis::make_whole_input_analyzer<analyse>;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers
