#include "analyzers/voice/synthetic/model.h"

#include "infer/model_numbers.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <optional>
#include <utility>

namespace bonafide::analyzers::voice {
namespace {

using features::voice::kStatistics;

using infer::number_in;

template <std::size_t kCount>
bool numbers_in(const nlohmann::json& document, const char* key, std::array<double, kCount>& out) {
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

Error invalid(const char* why) {
    return {ErrorCode::kInvalid, std::string("the voice model ") + why};
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
        case Cue::kHarmonics:
            return "how the harmonics of the voice move";
        case Cue::kRoughness:
            return "the roughness that speech has when a simple vocoder rebuilds it";
        case Cue::kFrameRate:
            return "tones and beats in step with the rate at which a vocoder or a coding network builds sound";
    }
    return "";
}

Cue cue_of(std::size_t statistic) {
    using Family = features::voice::StatisticKind::Family;
    const features::voice::StatisticKind kind = features::voice::statistic_kind(statistic);
    if (kind.family == Family::kModulation) {
        return kind.band < 3 ? Cue::kSlowRhythm : Cue::kFastRhythm;  // below and above 8 Hz
    }
    if (kind.family == Family::kConstantQ) {
        return Cue::kHarmonics;
    }
    if (kind.family == Family::kHigh) {
        return kind.order == 0 ? Cue::kHighExtent : Cue::kHighMotion;
    }
    return kind.order == 0 ? Cue::kExtent : Cue::kMotion;
}

Result<LinearModel::Standard> LinearModel::standard_in(const nlohmann::json& document) {
    Standard standard;
    if (!numbers_in(document, "mean", standard.mean) || !numbers_in(document, "scale", standard.scale)) {
        return invalid("lacks a number");
    }
    if (std::any_of(standard.scale.begin(), standard.scale.end(), [](double scale) { return scale <= 0; })) {
        return invalid("has a scale that is not positive");
    }
    return standard;
}

Result<LinearModel::Direction> LinearModel::direction_in(const nlohmann::json& document, const char* key) {
    Direction direction;
    const auto part = document.find(key);
    const auto offset = part == document.end() ? std::nullopt : number_in(*part, "offset");
    if (!offset || !numbers_in(*part, "weight", direction.weight)) {
        return invalid("lacks a number");
    }
    direction.offset = *offset;
    return direction;
}

Result<LinearModel::Condition> LinearModel::condition_in(const nlohmann::json& document) {
    if (!document.is_object() || !document.contains("name") || !document["name"].is_string()) {
        return invalid("has a condition without a name");
    }
    const auto standard = standard_in(document);
    const auto share = direction_in(document, "share"), smooth = direction_in(document, "smooth");
    if (!standard || !share || !smooth) {
        return !standard ? standard.error() : !share ? share.error() : smooth.error();
    }
    return Condition{document["name"].get<std::string>(), *share, *standard, *smooth};
}

Result<LinearModel::Traces> LinearModel::traces_in(const nlohmann::json& document) {
    const auto part = document.find("frame_rates");
    if (part == document.end() || !part->is_object()) {
        return invalid("has no frame rates");
    }
    Traces traces;
    const auto beats = part->find("beats"), tones = part->find("tones");
    if (beats == part->end() || tones == part->end() || !numbers_in(*part, "handicap", traces.handicap) ||
        !numbers_in(*beats, "middle", traces.beats_middle) || !numbers_in(*beats, "scale", traces.beats_scale) ||
        !numbers_in(*tones, "middle", traces.tones_middle) || !numbers_in(*tones, "scale", traces.tones_scale)) {
        return invalid("lacks a number of the frame rates");
    }
    for (const auto& [key, into] : {std::pair("tones_share", &traces.tones_share),
                                    {"sharpness", &traces.sharpness},
                                    {"zero", &traces.zero},
                                    {"least", &traces.least},
                                    {"most", &traces.most},
                                    {"weight", &traces.weight}}) {
        const auto number = number_in(*part, key);
        if (!number) {
            return invalid("lacks a number of the frame rates");
        }
        *into = *number;
    }
    const auto positive = [](double scale) { return scale > 0; };
    if (!std::all_of(traces.beats_scale.begin(), traces.beats_scale.end(), positive) ||
        !std::all_of(traces.tones_scale.begin(), traces.tones_scale.end(), positive) || traces.least > traces.most) {
        return invalid("has a scale that is not positive");
    }
    return traces;
}

Result<LinearModel> LinearModel::parse(std::string_view text) {
    const nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
    if (!document.is_object() || !document.contains("schema") || document["schema"] != "bonafide.voice_linear/5") {
        return invalid("is not a bonafide.voice_linear/5 document");
    }
    LinearModel model;
    const auto clip = number_in(document, "clip");
    const auto most_rough = number_in(document, "most_rough"), as_recorded = number_in(document, "as_recorded");
    if (!clip || *clip <= 0 || !most_rough || !as_recorded) {
        return invalid("lacks a number");
    }
    model.clip_ = *clip;
    model.most_rough_ = *most_rough;
    model.as_recorded_ = *as_recorded;
    auto common = standard_in(document);
    auto rough = direction_in(document, "rough");
    if (!common || !rough) {
        return common ? rough.error() : common.error();
    }
    model.common_ = *common;
    model.rough_ = *rough;
    const auto conditions = document.find("conditions");
    if (conditions == document.end() || !conditions->is_array() || conditions->empty()) {
        return invalid("has no conditions");
    }
    for (const nlohmann::json& each : *conditions) {
        auto condition = condition_in(each);
        if (!condition) {
            return condition.error();
        }
        model.conditions_.push_back(std::move(*condition));
    }
    auto traces = traces_in(document);
    if (!traces) {
        return traces.error();
    }
    model.traces_ = *traces;
    return model;
}

LinearModel::Numbers LinearModel::standard_scores(const features::voice::Statistics& statistics,
                                                  const Standard& standard) const {
    Numbers scores{};
    for (std::size_t i = 0; i < kStatistics; ++i) {
        scores[i] =
            std::clamp((static_cast<double>(statistics[i]) - standard.mean[i]) / standard.scale[i], -clip_, clip_);
    }
    return scores;
}

std::vector<double> LinearModel::shares_of(const Numbers& scores) const {
    std::vector<double> shares;
    for (const Condition& condition : conditions_) {
        shares.push_back(
            std::inner_product(scores.begin(), scores.end(), condition.share.weight.begin(), condition.share.offset));
    }
    // From the largest, so that nothing overflows.
    const double largest = *std::max_element(shares.begin(), shares.end());
    double sum = 0;
    for (double& share : shares) {
        share = std::exp(share - largest);
        sum += share;
    }
    for (double& share : shares) {
        share /= sum;
    }
    return shares;
}

std::vector<double> LinearModel::shares(const features::voice::Statistics& statistics) const {
    return shares_of(standard_scores(statistics, common_));
}

std::vector<std::string> LinearModel::conditions() const {
    std::vector<std::string> names;
    std::transform(conditions_.begin(), conditions_.end(), std::back_inserter(names),
                   [](const Condition& condition) { return condition.name; });
    return names;
}

// Gaussians of one spread whose means lie apart, with every rate as likely as the others.
void LinearModel::judge_traces(const features::voice::FrameRateTraces& traces, Score& score) const {
    ARate lifted{};
    for (std::size_t i = 0; i < lifted.size(); ++i) {
        const double beats = (traces.beats[i] - traces_.beats_middle[i]) / traces_.beats_scale[i];
        const double tones = (traces.tones[i] - traces_.tones_middle[i]) / traces_.tones_scale[i];
        score.rates[i] = 2 * ((1 - traces_.tones_share) * beats + traces_.tones_share * tones) - traces_.handicap[i];
        lifted[i] = traces_.sharpness * (score.rates[i] - traces_.zero);
    }
    const double largest = *std::max_element(lifted.begin(), lifted.end());
    double sum = 0;
    for (const double each : lifted) {
        sum += std::exp(each - largest);
    }
    const double odds = largest + std::log(sum / static_cast<double>(lifted.size()));
    score.traces = traces_.weight * std::clamp(odds, traces_.least, traces_.most);
    for (std::size_t i = 0; i < score.bands.size(); ++i) {
        std::copy(traces.bands[i].begin(), traces.bands[i].end(), score.bands[i].begin());
    }
}

Score LinearModel::score(const features::voice::Statistics& statistics,
                         const features::voice::FrameRateTraces& traces) const {
    Score result;
    const Numbers common = standard_scores(statistics, common_);
    const std::vector<double> shares = shares_of(common);
    for (std::size_t k = 0; k < conditions_.size(); ++k) {
        const Condition& condition = conditions_[k];
        const Numbers own = standard_scores(statistics, condition.standard);
        result.offset += shares[k] * condition.smooth.offset;
        for (std::size_t i = 0; i < kStatistics; ++i) {
            result.cues[static_cast<std::size_t>(cue_of(i))] += shares[k] * condition.smooth.weight[i] * own[i];
        }
    }
    result.smoothness = std::accumulate(result.cues.begin(), result.cues.end(), result.offset);
    result.roughness =
        std::min(std::inner_product(common.begin(), common.end(), rough_.weight.begin(), rough_.offset), most_rough_);
    // Sum of three odds, from the largest one so that nothing overflows.
    const double largest = std::max({result.smoothness, result.roughness, as_recorded_});
    const double movement = largest + std::log(std::exp(result.smoothness - largest) +
                                               std::exp(result.roughness - largest) + std::exp(as_recorded_ - largest));
    const double share_of_smoothness = std::exp(result.smoothness - movement);
    const double share_of_roughness = std::exp(result.roughness - movement);
    for (double& cue : result.cues) {
        cue *= share_of_smoothness;
    }
    result.cues[static_cast<std::size_t>(Cue::kRoughness)] = share_of_roughness * result.roughness;
    judge_traces(traces, result);
    result.cues[static_cast<std::size_t>(Cue::kFrameRate)] = result.traces;
    result.log_odds = movement + result.traces;
    return result;
}

}  // namespace bonafide::analyzers::voice
