#include "forge/make.h"

#include "features/watermark/watermark.h"
#include "forge/blend.h"
#include "forge/face.h"
#include "forge/face_change.h"
#include "forge/film.h"
#include "forge/label.h"
#include "forge/launder.h"
#include "forge/launder_film.h"
#include "forge/made_up_face.h"
#include "forge/mouth/make.h"
#include "forge/picture.h"
#include "forge/reconstruct.h"
#include "forge/video.h"
#include "forge/voice/make_voice.h"
#include "ingest/identify.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace bonafide::forge {
namespace {

namespace watermark = features::watermark;

watermark::Trace trace_in(const cv::Mat& rgb) {
    cv::Mat grey, luma;
    cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
    grey.convertTo(luma, CV_32F);
    return watermark::find(luma);
}

/// The one way out for everything fake: label, watermark, and a look at what was saved.
Result<Product> marked(const cv::Mat& rgb, Made made, const Order& order) {
    const auto label = [&](cv::Mat& picture) { draw_label(picture, label_of(order.kind)); };
    const auto carrying = order.label ? watermark::embed(rgb, label) : watermark::embed(rgb);
    if (!carrying) {
        return carrying.error();
    }
    auto bytes = save_picture(carrying->rgb, order.format);
    if (!bytes) {
        return bytes.error();
    }
    const auto saved = read_picture(*bytes, {});
    if (!saved) {
        return saved.error();
    }
    made.label = order.label;
    made.format = order.format;
    made.width_px = saved->cols;
    made.height_px = saved->rows;
    made.watermark_psnr_db = carrying->psnr_db;
    made.watermark_exponent_after = carrying->after_laundering.false_alarm_exponent;
    made.watermark_exponent = trace_in(*saved).false_alarm_exponent;
    if (made.watermark_exponent < watermark::kFoundExponent) {
        return Error{ErrorCode::kInternal, "the watermark is not found in the result; it is not handed out"};
    }
    return Product{std::move(*bytes), std::move(made)};
}

Result<Product> make_blend(const Order& order, const Given& given, const infer::ModelStore& models,
                           const Limits& limits, int threads) {
    const auto& shapes = mask_shapes();
    const auto shape =
        std::find_if(shapes.begin(), shapes.end(), [&](const MaskShapeName& each) { return each.name == order.mask; });
    if (!order.mask.empty() && shape == shapes.end()) {
        return Error{ErrorCode::kUsage,
                     "'" + order.mask + "' is no shape of mask; `bonafide forge blend --help` lists them"};
    }
    const auto read = read_picture(given.picture, limits);
    if (!read) {
        return read.error();
    }
    const cv::Mat picture = within_720p(*read);
    const auto face = largest_face(picture, models, threads, kSmallestBlendedFacePx);
    if (!face) {
        return face.error();
    }
    const Blended blended = blend(picture, *face, order.seed, order.mask.empty() ? nullptr : &shape->shape);
    return marked(blended.rgb, {.kind = order.kind, .description = blended.description}, order);
}

/// "swap" and "animal".
Result<Product> make_changed(const Order& order, const Given& given, const infer::ModelStore& models,
                             const Limits& limits, int threads) {
    auto change = prepare_change(order, given, models, limits, threads);
    if (!change) {
        return change.error();
    }
    const auto read = read_picture(given.picture, limits);
    if (!read) {
        return read.error();
    }
    const cv::Mat picture = within_720p(*read);
    const auto face = largest_face(picture, models, threads, change->least_px);
    if (!face) {
        return face.error();
    }
    const auto changed = change->change(picture, *face);
    return changed ? marked(*changed, std::move(change->made), order) : Result<Product>(changed.error());
}

Result<Product> make_reconstructed(const Order& order, const Given& given, const infer::ModelStore& models,
                                   const Limits& limits, int threads) {
    auto autoencoder = open_autoencoder(order.upsampling, models, threads);
    if (!autoencoder) {
        return autoencoder.error();
    }
    const auto picture = read_picture(given.picture, limits);
    if (!picture) {
        return picture.error();
    }
    const auto through = reconstruct(within_720p(*picture), *autoencoder);
    if (!through) {
        return through.error();
    }
    const std::string what = "the picture passed through an autoencoder with up-sampling of the kind ";
    return marked(*through, {.kind = order.kind, .description = what + order.upsampling}, order);
}

Result<Product> make_face_of_nobody(const Order& order, const infer::ModelStore& models, int threads) {
    auto network = open_face_model(order.model, models, threads);
    if (!network) {
        return network.error();
    }
    const auto faces = made_up_faces(order.seed, order.to_seed, order.faces, *network);
    if (!faces) {
        return faces.error();
    }
    std::string what =
        "a person who does not exist, made up by a " + order.model + " from seed " + std::to_string(order.seed);
    if (order.faces > 1) {
        what = std::to_string(order.faces) + " people who do not exist, made up by a " + order.model + " from seed " +
               std::to_string(order.seed) + " to seed " + std::to_string(order.to_seed);
    }
    return marked(*faces, {.kind = order.kind, .description = std::move(what)}, order);
}

Result<Product> make_laundered(const Order& order, const Given& given, const Limits& limits) {
    const auto picture = read_picture(given.picture, limits);
    if (!picture) {
        return picture.error();
    }
    std::vector<std::string> steps;
    if (!order.profile.empty()) {
        auto named = steps_of(order.profile);
        if (!named) {
            return named.error();
        }
        steps = std::move(*named);
    }
    steps.insert(steps.end(), order.steps.begin(), order.steps.end());
    const bool was_marked = trace_in(*picture).false_alarm_exponent >= watermark::kFoundExponent;
    auto laundered = launder(*picture, steps);
    if (!laundered) {
        return laundered.error();
    }
    if (!laundered->format.empty() && laundered->format != order.format) {
        return Error{ErrorCode::kUsage, "the last step saves as " + laundered->format + "; a result that is " +
                                            order.format + " would be saved once more, which was not asked for"};
    }
    Made made{.kind = order.kind, .format = order.format, .fake = was_marked};
    made.description = was_marked ? "a picture of Bonafide's forge, laundered:" : "laundered:";
    for (const std::string& step : steps) {
        made.description += " " + step;
    }
    made.watermark_exponent = trace_in(laundered->rgb).false_alarm_exponent;
    if (was_marked && made.watermark_exponent < watermark::kFoundExponent) {
        // What came in marked does not leave unmarked, whatever the steps do to it.
        made.description += "; watermark put in again";
        Order unlabelled = order;
        unlabelled.label = false;
        return marked(laundered->rgb, std::move(made), unlabelled);
    }
    made.width_px = laundered->rgb.cols;
    made.height_px = laundered->rgb.rows;
    if (!laundered->bytes.empty()) {
        return Product{std::move(laundered->bytes), std::move(made)};
    }
    auto bytes = save_picture(laundered->rgb, order.format);
    return bytes ? Result<Product>(Product{std::move(*bytes), std::move(made)}) : Result<Product>(bytes.error());
}

}  // namespace

Result<Product> make(const Order& order, const Given& given, const infer::ModelStore& models, const Limits& limits,
                     int threads) {
    const ingest::MediaKind given_kind = ingest::identify(given.picture).kind;
    const bool is_film = given_kind == ingest::MediaKind::kVideo, is_laundered = order.kind == "launder";
    if (is_laundered && (is_film || given_kind == ingest::MediaKind::kAudio)) {
        return make_laundered_film(order, given, limits, threads);
    }
    if (is_film && (order.kind == "swap" || order.kind == "animal")) {
        return make_film(order, given, models, limits, threads);
    }
    if (order.kind == "mouth") {
        return make_mouth(order, given, models, limits, threads);
    }
    if (order.kind == "video") {
        return make_video(order, given, models, limits, threads);
    }
    if (order.kind == "blend") {
        return make_blend(order, given, models, limits, threads);
    }
    if (order.kind == "swap" || order.kind == "animal") {
        return make_changed(order, given, models, limits, threads);
    }
    if (order.kind == "reconstruct") {
        return make_reconstructed(order, given, models, limits, threads);
    }
    if (order.kind == "face") {
        return make_face_of_nobody(order, models, threads);
    }
    if (order.kind == "voice") {
        return make_voice(order, given, models, limits, threads);
    }
    if (is_laundered) {
        return make_laundered(order, given, limits);
    }
    return Error{ErrorCode::kUsage, "'" + order.kind + "' is nothing that the forge makes"};
}

}  // namespace bonafide::forge
