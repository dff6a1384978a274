#include "forge/make.h"

#include "base/hash.h"
#include "features/watermark/watermark.h"
#include "forge/animal.h"
#include "forge/blend.h"
#include "forge/face.h"
#include "forge/identity/consent.h"
#include "forge/label.h"
#include "forge/launder.h"
#include "forge/picture.h"
#include "forge/reconstruct.h"
#include "forge/swap.h"

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
    const auto label = [&](cv::Mat& picture) {
        draw_label(picture, "FAKE (" + order.kind + ") - made with Bonafide's forge");
    };
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

Result<Product> make_swap(const Order& order, const Given& given, const infer::ModelStore& models, const Limits& limits,
                          int threads) {
    const auto consent = check_consent(order.consent, {order.kind, order.person, today(), order.consent_signer});
    if (!consent) {
        return consent.error();
    }
    if (given.face == nullptr) {
        return Error{ErrorCode::kUsage, "no picture with the face to put on was given"};
    }
    const auto target = read_picture(given.picture, limits);
    const auto source = read_picture(*given.face, limits);
    if (!target || !source) {
        return !target ? target.error() : Error{source.error().code, "the face's picture: " + source.error().message};
    }
    const cv::Mat picture = within_720p(*target), other = within_720p(*source);
    const auto target_face = largest_face(picture, models, threads, kSmallestSwappedFacePx);
    const auto source_face = largest_face(other, models, threads, kSmallestSwappedFacePx);
    if (!target_face || !source_face) {
        return !target_face ? target_face.error()
                            : Error{source_face.error().code, "the face's picture: " + source_face.error().message};
    }
    Made made{.kind = order.kind, .description = "the face of another person put onto that of the picture"};
    made.purpose = consent->purpose;
    made.consent_sha256 =
        sha256_hex({reinterpret_cast<const std::uint8_t*>(order.consent.data()), order.consent.size()});
    return marked(swap_face(picture, *target_face, other, *source_face), std::move(made), order);
}

Result<Product> make_animal(const Order& order, const Given& given, const infer::ModelStore& models,
                            const Limits& limits, int threads) {
    const auto& drawn = drawn_animals();
    const bool known = std::find(drawn.begin(), drawn.end(), order.animal) != drawn.end();
    if (order.animal.empty() == (given.face == nullptr)) {
        return Error{ErrorCode::kUsage, "either a drawn animal (--animal) or a picture of one (--picture) is needed"};
    }
    if (!order.animal.empty() && !known) {
        return Error{ErrorCode::kUsage,
                     "no '" + order.animal + "' is drawn; `bonafide forge animal --help` lists those that are"};
    }
    const auto read = read_picture(given.picture, limits);
    if (!read) {
        return read.error();
    }
    cv::Mat animal;
    std::array<cv::Point2f, 3> places;
    if (given.face != nullptr) {
        auto other = read_picture(*given.face, limits);
        if (!other) {
            return Error{other.error().code, "the animal's picture: " + other.error().message};
        }
        if (order.places.size() != 2 * places.size()) {
            return Error{ErrorCode::kUsage, "the places of the animal's eyes and mouth are missing"};
        }
        for (std::size_t i = 0; i < places.size(); ++i) {
            places[i] = {static_cast<float>(order.places[2 * i]), static_cast<float>(order.places[2 * i + 1])};
        }
        animal = std::move(*other);
    }
    const cv::Mat picture = within_720p(*read);
    const auto face = largest_face(picture, models, threads, kSmallestAnimalFacePx);
    if (!face) {
        return face.error();
    }
    const auto worn = wear_animal(picture, *face, [&](const Expression& expression, double unit_px) {
        return animal.empty() ? Result<cv::Mat>(draw_animal(order.animal, expression, unit_px, order.seed))
                              : animal_from_picture(animal, places, expression, unit_px);
    });
    if (!worn) {
        return worn.error();
    }
    const std::string what = animal.empty() ? "a drawn " + order.animal + "'s face" : "the face of a pictured animal";
    return marked(*worn, {.kind = order.kind, .description = what + " put onto the person's"}, order);
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
    if (order.kind == "blend") {
        return make_blend(order, given, models, limits, threads);
    }
    if (order.kind == "swap") {
        return make_swap(order, given, models, limits, threads);
    }
    if (order.kind == "animal") {
        return make_animal(order, given, models, limits, threads);
    }
    if (order.kind == "reconstruct") {
        return make_reconstructed(order, given, models, limits, threads);
    }
    if (order.kind == "launder") {
        return make_laundered(order, given, limits);
    }
    return Error{ErrorCode::kUsage, "'" + order.kind + "' is nothing that the forge makes"};
}

}  // namespace bonafide::forge
