#include "analyzers/face/swap/model.h"

#include "infer/model_numbers.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace bonafide::analyzers::swapped {
namespace {

using Json = nlohmann::json;

using infer::number_in;

template <class Name>
std::optional<std::size_t> number_of(const Json& object, const char* key, std::size_t count, const Name& name) {
    const auto found = object.find(key);
    for (std::size_t i = 0; found != object.end() && found->is_string() && i < count; ++i) {
        if (found->get_ref<const std::string&>() == name(i)) {
            return i;
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<Texture> against_surroundings(const Texture& texture) {
    Texture result = texture;
    bool any = false;
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
        double sum = 0;
        std::size_t count = 0;
        for (std::size_t place = 0; place < kPlaces; ++place) {
            if (is_reference(place) && std::isfinite(texture[place][channel])) {
                sum += texture[place][channel];
                ++count;
            }
        }
        any = any || count >= kLeastReferences;
        for (auto& place : result) {
            place[channel] = count >= kLeastReferences
                                 ? place[channel] - static_cast<float>(sum / static_cast<double>(count))
                                 : std::numeric_limits<float>::quiet_NaN();
        }
    }
    return any ? std::optional(result) : std::nullopt;
}

Result<LinearModel> LinearModel::parse(std::string_view text) {
    const Json document = Json::parse(text, nullptr, false);
    const auto invalid = [](const std::string& why) {
        return Error{ErrorCode::kInvalid, "the model of face.swap " + why};
    };
    if (!document.is_object() || document.value("schema", Json()) != "bonafide.face_swap/1") {
        return invalid("is not a bonafide.face_swap/1 document");
    }
    LinearModel model;
    const auto clip = number_in(document, "clip"), offset = number_in(document, "offset");
    const auto terms = document.find("terms");
    if (!clip || *clip <= 0 || !offset || terms == document.end() || !terms->is_array() || terms->empty()) {
        return invalid("lacks its clip, offset or terms");
    }
    model.clip_ = *clip;
    model.offset_ = *offset;
    if (const auto small = document.find("small_faces"); small != document.end()) {
        const auto below = number_in(*small, "below_px"), a_halving = number_in(*small, "a_halving");
        if (!below || *below <= 0 || !a_halving || *a_halving < 0) {
            return invalid("has numbers of small faces that cannot be");
        }
        model.full_px_ = *below;
        model.a_halving_ = *a_halving;
    }
    for (const Json& each : *terms) {
        const auto place = number_of(each, "place", kPlaces, name_of_place);
        const auto channel = number_of(each, "channel", kChannels, name_of_channel);
        const auto mean = number_in(each, "mean"), scale = number_in(each, "scale"), weight = number_in(each, "weight");
        if (!place || !channel || !mean || !scale || *scale <= 0 || !weight) {
            return invalid("has a term without a known place and channel, or with a number that cannot be");
        }
        const bool twice = std::any_of(model.terms_.begin(), model.terms_.end(), [&](const Term& term) {
            return term.place == *place && term.channel == *channel;
        });
        if (twice) {
            return invalid("has a term twice");
        }
        model.terms_.push_back({*place, *channel, *mean, *scale, *weight});
    }
    return model;
}

Channels LinearModel::channels() const {
    Channels used;
    for (const Term& term : terms_) {
        used.set(term.channel);
    }
    return used;
}

double LinearModel::expected_of_size(double face_px) const {
    return face_px > 0 && face_px < full_px_ ? a_halving_ * std::log2(face_px / full_px_) : 0;
}

std::optional<double> LinearModel::score(const Texture& texture) const {
    const auto relative = against_surroundings(texture);
    if (!relative) {
        return std::nullopt;
    }
    double sigmas = offset_;
    std::size_t present = 0;
    for (const Term& term : terms_) {
        const auto value = static_cast<double>((*relative)[term.place][term.channel]);
        if (!std::isfinite(value)) {
            continue;  // as the mean of the training
        }
        ++present;
        sigmas += term.weight * std::clamp((value - term.mean) / term.scale, -clip_, clip_);
    }
    return 2 * present >= terms_.size() ? std::optional(sigmas) : std::nullopt;
}

}  // namespace bonafide::analyzers::swapped
