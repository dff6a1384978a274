#include "analyzers/video/face_swap/model.h"

#include "infer/model_numbers.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace bonafide::analyzers::film_swap {
namespace {

using infer::number_in;
using Json = nlohmann::json;

}  // namespace

Result<Model> Model::parse(std::string_view text) {
    const Json document = Json::parse(text, nullptr, false);
    const auto invalid = [](const std::string& why) {
        return Error{ErrorCode::kInvalid, "the model of video.face.swap " + why};
    };
    if (!document.is_object() || document.value("schema", Json()) != "bonafide.video_face_swap/1") {
        return invalid("is not a bonafide.video_face_swap/1 document");
    }
    Model model;
    const auto clip = number_in(document, "clip"), offset = number_in(document, "offset");
    if (!clip || *clip <= 0 || !offset) {
        return invalid("lacks its clip or its offset");
    }
    model.clip_ = *clip;
    model.offset_ = *offset;
    if (const auto few = document.find("few_moments"); few != document.end()) {
        const auto enough = number_in(*few, "enough"), noise = number_in(*few, "noise");
        if (!enough || *enough < 1 || !noise || *noise < 0) {
            return invalid("has numbers of few moments that cannot be");
        }
        model.enough_ = *enough;
        model.noise_ = *noise;
    }
    if (const auto strong = document.find("strong_coding"); strong != document.end()) {
        const auto none_below = number_in(*strong, "none_below"), all_from = number_in(*strong, "all_from");
        if (!none_below || *none_below <= 0 || !all_from || *all_from <= *none_below) {
            return invalid("has numbers of strong coding that cannot be");
        }
        model.none_below_ = *none_below;
        model.all_from_ = *all_from;
    }
    for (const auto& [name, terms] : {std::pair("change", &model.change_), std::pair("flicker", &model.flicker_)}) {
        const auto bands = document.find(name);
        if (bands == document.end() || !bands->is_array() || bands->size() != kBands) {
            return invalid(std::string("lacks a band of its ") + name);
        }
        for (std::size_t band = 0; band < kBands; ++band) {
            const Json& each = (*bands)[band];
            const auto mean = number_in(each, "mean"), scale = number_in(each, "scale"),
                       weight = number_in(each, "weight");
            if (!mean || !scale || *scale <= 0 || !weight) {
                return invalid("has a band with a number that cannot be");
            }
            (*terms)[band] = {*mean, *scale, *weight};
        }
    }
    return model;
}

double Model::share_of(std::size_t moments) const {
    const auto count = static_cast<double>(moments);
    return count > 0 && count < enough_ ? (1 + noise_ / enough_) / (1 + noise_ / count) : 1;
}

double Model::share_of_coding(std::optional<double> bits_a_pixel) const {
    if (!bits_a_pixel || *bits_a_pixel >= all_from_) {
        return 1;
    }
    return *bits_a_pixel <= none_below_ ? 0 : std::log(*bits_a_pixel / none_below_) / std::log(all_from_ / none_below_);
}

std::optional<double> Model::score(const Medians& medians) const {
    const auto change = contrast_of(medians.change), flicker = contrast_of(medians.flicker);
    if (!change || !flicker) {
        return std::nullopt;
    }
    double sigmas = offset_;
    const auto add = [&](const Term& term, double value) {
        sigmas += term.weight * std::clamp((value - term.mean) / term.scale, -clip_, clip_);
    };
    for (std::size_t band = 0; band < kBands; ++band) {
        add(change_[band], (*change)[band]);
        add(flicker_[band], (*flicker)[band]);
    }
    return sigmas;
}

}  // namespace bonafide::analyzers::film_swap
