// Stacking: a small network over what the analyzers drew of a place, then a logistic model over how far the picture's
// most suspicious places stand out and over what each analyzer measured, then a calibrated curve.
//
// Wolpert, "Stacked generalization", Neural Networks 1992. For the fusion of forensic maps: Gaborini, Bestagini,
// Milani, Tagliasacchi and Tubaro, "Multi-clue image tampering localization", WIFS 2014; Ferrara, Fontani, Bianchi, De
// Rosa, Piva and Barni, "Unsupervised fusion for forgery localization exploiting background information", ICMEW 2015.
// Deviation: clues may be missing, and say so by an input of their own. Limits: it knows the analyzers it was fitted
// with; those that change need a new fit (train/fusion/README.md).
// A copy within a picture leaves no other trace where both places were taken and saved alike: its analyzer may speak
// alone, since a model that weighs all of them takes the silence of the rest for evidence.
#include "fusion/learned_fusion.h"

#include "base/ensure.h"
#include "base/median.h"
#include "evidence/map_grid.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace bonafide::fusion {
namespace {

// So many hidden units side by side; the compiler makes of it what the processor has.
constexpr std::size_t kLane = 8;
using Lane = float __attribute__((vector_size(4 * kLane)));

constexpr int kStepPx = 8;
constexpr int kInputsAVoice = 4;
constexpr float kShades = 64.0F;
constexpr float kLargestInput = 4.0F;
constexpr int kNeighbourhood = 5;
constexpr std::array<int, 2> kPictureWindows = {3, 9};
constexpr std::array<double, 5> kQuantiles = {0.5, 0.9, 0.97, 0.99, 1.0};
// Log odds to a shade: places far below the threshold must still rank.
constexpr float kOddsPerShade = 2.0F;

// An analyzer that may speak alone does so from this ratio on. Below, the ratio is lowered by so much a unit that at 0
// it is no more than what the model says of pictures without a trace: a continuous way from silence to speech.
constexpr double kSpeaksUp = 0.1, kLowering = 5.0;

cv::Mat averaged(const cv::Mat& values, int window) {
    cv::Mat average;
    cv::blur(values, average, {window, window}, {-1, -1}, cv::BORDER_REPLICATE);
    return average;
}

// sums += weights * value.
inline void add_weighted(const float* weights, float value, std::size_t count, float* sums) {
    std::size_t unit = 0;
    for (Lane products, together; unit + kLane <= count; unit += kLane) {
        std::memcpy(&products, weights + unit, sizeof products);
        std::memcpy(&together, sums + unit, sizeof together);
        together += products * value;
        std::memcpy(sums + unit, &together, sizeof together);
    }
    for (; unit < count; ++unit) {
        sums[unit] += weights[unit] * value;
    }
}

std::optional<double> measured(const Heard& heard, const std::string& name) {
    for (const evidence::Measurement& measurement : heard.measurements) {
        if (measurement.name == name && std::isfinite(measurement.value)) {
            return measurement.value;
        }
    }
    return std::nullopt;
}

// Measurements span decades; the signed logarithm keeps their order.
double squashed(double value) {
    return std::copysign(std::log1p(std::abs(value)), value);
}

}  // namespace

void LearnedFusion::hear_row(std::size_t voice, const float* shade, const float* near, float mean, int columns,
                             float* sums) const {
    const std::size_t hidden = hidden_bias_.size();
    for (int column = 0; column < columns; ++column, sums += hidden) {
        std::array<float, kInputsAVoice> inputs{};
        if (shade != nullptr) {
            inputs = {shade[column], near[column], near[column] - mean, 1.0F};
        }
        for (std::size_t k = 0; k < kInputsAVoice; ++k) {
            const std::size_t input = voice * kInputsAVoice + k;
            const float value =
                std::clamp((inputs[k] - mean_[input]) / deviation_[input], -kLargestInput, kLargestInput);
            add_weighted(hidden_.data() + input * hidden, value, hidden, sums);
        }
    }
}

cv::Mat LearnedFusion::block_log_odds(const std::vector<const Heard*>& voices, cv::Size picture) const {
    const cv::Size size = evidence::map_size(picture, kStepPx);
    struct Shades {
        cv::Mat own, near;
        float mean = 0;
    };
    std::vector<Shades> shades(voices.size());
    for (std::size_t voice = 0; voice < voices.size(); ++voice) {
        if (voices[voice] != nullptr && !voices[voice]->map.empty()) {
            cv::Mat resized;
            cv::resize(voices[voice]->map, resized, size, 0, 0, cv::INTER_LINEAR);
            resized.convertTo(shades[voice].own, CV_32F, 1.0 / kShades, -128.0 / kShades);
            shades[voice].near = averaged(shades[voice].own, kNeighbourhood);
            shades[voice].mean = static_cast<float>(cv::mean(shades[voice].own)[0]);
        }
    }
    cv::Mat log_odds(size, CV_32FC1);
    const std::size_t hidden = hidden_bias_.size();
    cv::parallel_for_(cv::Range(0, size.height), [&](const cv::Range& rows) {
        std::vector<float> sums(hidden * static_cast<std::size_t>(size.width));
        for (int row = rows.start; row < rows.end; ++row) {
            for (auto sum = sums.begin(); sum != sums.end(); sum += static_cast<std::ptrdiff_t>(hidden)) {
                std::copy(hidden_bias_.begin(), hidden_bias_.end(), sum);
            }
            for (std::size_t voice = 0; voice < voices.size(); ++voice) {
                const Shades& seen = shades[voice];
                const bool there = !seen.own.empty();
                hear_row(voice, there ? seen.own.ptr<float>(row) : nullptr, there ? seen.near.ptr<float>(row) : nullptr,
                         seen.mean, size.width, sums.data());
            }
            const float* sum = sums.data();
            for (int column = 0; column < size.width; ++column, sum += hidden) {
                float value = last_bias_;
                for (std::size_t unit = 0; unit < hidden; ++unit) {
                    value += std::max(sum[unit], 0.0F) * last_[unit];
                }
                log_odds.at<float>(row, column) = value;
            }
        }
    });
    return log_odds;
}

double LearnedFusion::picture_score(const std::vector<const Heard*>& voices, const cv::Mat& log_odds,
                                    cv::Size picture) const {
    const double megapixels = static_cast<double>(picture.width) * picture.height / 1e6;
    double score = picture_bias_ - per_doubling_ * std::log2(std::max(megapixels / from_megapixels_, 1.0));
    auto weight = picture_.begin();
    for (const int window : kPictureWindows) {
        const cv::Mat smooth = averaged(log_odds, window);
        for (const float quantile :
             quantiles_of(std::vector<float>(smooth.begin<float>(), smooth.end<float>()), kQuantiles)) {
            score += *weight++ * quantile;
        }
    }
    for (std::size_t index = 0; index < voices.size(); ++index, weight += 2) {
        const auto value =
            voices[index] != nullptr ? measured(*voices[index], voices_[index].measurement) : std::nullopt;
        if (value) {
            const double position = (squashed(*value) - voices_[index].centre) / voices_[index].spread;
            score += weight[0] * std::clamp(position, -double{kLargestInput}, double{kLargestInput}) + weight[1];
        }
    }
    return score;
}

double LearnedFusion::strongest_alone(const std::vector<const Heard*>& voices, const Calibration& calibration) const {
    double strongest = -kMostLlr;
    for (std::size_t index = 0; index < voices.size(); ++index) {
        const Voice& voice = voices_[index];
        const auto value =
            voice.alone && voices[index] != nullptr ? measured(*voices[index], voice.measurement) : std::nullopt;
        const auto ratio =
            value ? calibration.ratio_of(voice.analyzer, voice.measurement, *value) : std::optional<double>();
        if (ratio) {
            strongest = std::max(strongest, *ratio - kLowering * std::max(kSpeaksUp - *ratio, 0.0));
        }
    }
    return strongest;
}

std::optional<double> LearnedFusion::least_llr() const {
    const auto least =
        std::min_element(knots_.begin(), knots_.end(), [](const auto& a, const auto& b) { return a.llr < b.llr; });
    return least == knots_.end() ? std::nullopt : std::optional(least->llr);
}

bool FusedEvidence::speaks_for(std::string_view analyzer) const {
    return std::find(evidence.analyzers.begin(), evidence.analyzers.end(), analyzer) != evidence.analyzers.end();
}

std::optional<FusedEvidence> LearnedFusion::set_aside(const std::vector<Heard>& heard, cv::Size picture,
                                                      std::string reason) const {
    FusedEvidence none;
    for (const Voice& voice : voices_) {
        if (std::any_of(heard.begin(), heard.end(), [&](const Heard& one) { return one.analyzer == voice.analyzer; })) {
            none.evidence.analyzers.push_back(voice.analyzer);
        }
    }
    if (none.evidence.analyzers.empty()) {
        return std::nullopt;
    }
    none.map = cv::Mat::zeros(evidence::map_size(picture, kStepPx), CV_8UC1);
    none.set_aside = std::move(reason);
    return none;
}

std::optional<FusedEvidence> LearnedFusion::judge(const std::vector<Heard>& heard, cv::Size picture,
                                                  const Calibration& calibration) const {
    std::vector<const Heard*> voices;
    FusedEvidence fused;
    int maps = 0;
    for (const Voice& voice : voices_) {
        const auto found =
            std::find_if(heard.begin(), heard.end(), [&](const Heard& one) { return one.analyzer == voice.analyzer; });
        voices.push_back(found == heard.end() ? nullptr : &*found);
        if (found != heard.end()) {
            fused.evidence.analyzers.push_back(voice.analyzer);
            ENSURE(found->map.empty() || evidence::map_step(found->map.size(), picture).has_value());
            maps += found->map.empty() ? 0 : 1;
        }
    }
    if (voices_.empty() || maps < least_voices_) {
        return std::nullopt;
    }
    const cv::Mat log_odds = block_log_odds(voices, picture);
    fused.evidence.llr =
        std::max(interpolate(knots_, picture_score(voices, log_odds, picture)), strongest_alone(voices, calibration));
    fused.map.create(log_odds.size(), CV_8UC1);
    const float most = fused.evidence.llr > 0 ? 256.0F : 128.0F;
    std::transform(log_odds.begin<float>(), log_odds.end<float>(), fused.map.begin<unsigned char>(), [&](float value) {
        return cv::saturate_cast<unsigned char>(most / (1 + std::exp((threshold_ - value) / kOddsPerShade)) - 0.5F);
    });
    return fused;
}

}  // namespace bonafide::fusion
