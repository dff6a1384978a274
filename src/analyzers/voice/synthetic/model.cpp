#include "analyzers/voice/synthetic/model.h"

#include "infer/model_numbers.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace bonafide::analyzers::voice {
namespace {

using features::voice::kStatistics;

using infer::number_in;

bool numbers_in(const nlohmann::json& document, const char* key, std::array<double, kStatistics>& out) {
    const auto found = document.find(key);
    if (found == document.end() || !found->is_array() || found->size() != out.size()) {
        return false;
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
        const nlohmann::json& value = (*found)[i];
        if (!value.is_number() || !std::isfinite(value.get<double>())) {
            return false;
        }
        out[i] = value.get<double>();
    }
    return true;
}

}  // namespace

const char* words_of(Cue cue) {
    switch (cue) {
        case Cue::kMotion:
            return "how the spectrum changes from one hundredth of a second to the next";
        case Cue::kHighMotion:
            return "how the sound above 4 kHz changes from one hundredth of a second to the next";
        case Cue::kExtent:
            return "how far the spectrum moves over the whole window";
        case Cue::kHighExtent:
            return "how far the sound above 4 kHz moves over the whole window";
        case Cue::kSlowRhythm:
            return "the rhythm of syllables";
        case Cue::kFastRhythm:
            return "movement faster than syllables";
        case Cue::kRoughness:
            return "the roughness that speech has when a simple vocoder rebuilds it";
    }
    return "";
}

Cue cue_of(std::size_t statistic) {
    using Family = features::voice::StatisticKind::Family;
    const features::voice::StatisticKind kind = features::voice::statistic_kind(statistic);
    if (kind.family == Family::kModulation) {
        return kind.band < 3 ? Cue::kSlowRhythm : Cue::kFastRhythm;  // below and above 8 Hz
    }
    if (kind.family == Family::kHigh) {
        return kind.order == 0 ? Cue::kHighExtent : Cue::kHighMotion;
    }
    return kind.order == 0 ? Cue::kExtent : Cue::kMotion;
}

Result<LinearModel> LinearModel::parse(std::string_view text) {
    const nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
    const auto invalid = [](const char* why) {
        return Error{ErrorCode::kInvalid, std::string("the voice model ") + why};
    };
    if (!document.is_object() || !document.contains("schema") || document["schema"] != "bonafide.voice_linear/2") {
        return invalid("is not a bonafide.voice_linear/2 document");
    }
    LinearModel model;
    const auto clip = number_in(document, "clip");
    const auto most_rough = number_in(document, "most_rough");
    if (!clip || *clip <= 0 || !most_rough || !numbers_in(document, "mean", model.mean_) ||
        !numbers_in(document, "scale", model.scale_)) {
        return invalid("lacks a number");
    }
    for (const auto& [key, direction] : {std::pair("smooth", &model.smooth_), std::pair("rough", &model.rough_)}) {
        const auto part = document.find(key);
        const auto offset = part == document.end() ? std::nullopt : number_in(*part, "offset");
        if (!offset || !numbers_in(*part, "weight", direction->weight)) {
            return invalid("lacks a number");
        }
        direction->offset = *offset;
    }
    if (std::any_of(model.scale_.begin(), model.scale_.end(), [](double scale) { return scale <= 0; })) {
        return invalid("has a scale that is not positive");
    }
    model.clip_ = *clip;
    model.most_rough_ = *most_rough;
    return model;
}

Score LinearModel::score(const features::voice::Statistics& statistics) const {
    Score result;
    result.smoothness = smooth_.offset;
    result.roughness = rough_.offset;
    for (std::size_t i = 0; i < kStatistics; ++i) {
        const double standard = std::clamp((static_cast<double>(statistics[i]) - mean_[i]) / scale_[i], -clip_, clip_);
        const double part = smooth_.weight[i] * standard;
        result.smoothness += part;
        result.cues[static_cast<std::size_t>(cue_of(i))] += part;
        result.roughness += rough_.weight[i] * standard;
    }
    result.roughness = std::min(result.roughness, most_rough_);
    // Sum of two odds, from the larger one so that nothing overflows.
    const double larger = std::max(result.smoothness, result.roughness);
    result.log_odds = larger + std::log1p(std::exp(std::min(result.smoothness, result.roughness) - larger));
    const double share_of_roughness = std::exp(result.roughness - result.log_odds);
    for (double& cue : result.cues) {
        cue *= 1 - share_of_roughness;
    }
    result.cues[static_cast<std::size_t>(Cue::kRoughness)] = share_of_roughness * result.roughness;
    return result;
}

}  // namespace bonafide::analyzers::voice
