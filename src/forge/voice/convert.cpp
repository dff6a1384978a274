// One voice moved towards another without training: mean and spread of the pitch's logarithm are exchanged, the
// envelope is stretched along frequency as a vocal tract of another length would (Eide and Gish, "A parametric approach
// to vocal tract length normalization", ICASSP 1996), and what is left of the difference between the long-term
// envelopes is added. Limits: melody, timing and accent stay those of the source.
#include "forge/voice/convert.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace bonafide::forge {
namespace {

constexpr std::size_t kLeastVoicedFrames = 100;  // half a second
constexpr double kLeastStretch = 0.8, kMostStretch = 1.25, kStretchStep = 0.01;
constexpr double kLeastSpread = 0.02;                ///< of the pitch's logarithm
constexpr double kMostCorrection = 3.5;              ///< of the envelope's logarithm: 15 dB
constexpr std::size_t kFirstBin = 7, kEndBin = 385;  ///< 110 to 6,000 Hz are compared
constexpr std::ptrdiff_t kBinsAround = 12;           ///< the correction is smooth over 390 Hz

using Curve = std::array<double, kWorldBins>;

struct Habits {
    double pitch = 0, spread = 0;  ///< mean and standard deviation of the pitch's natural logarithm
    Curve envelope{};              ///< mean of the envelope's logarithm
    std::size_t frames = 0;        ///< voiced ones
};

Habits habits_of(const VoiceModel& model) {
    Habits habits;
    double squares = 0;
    for (std::size_t frame = 0; frame < model.pitch_hz.size(); ++frame) {
        if (model.pitch_hz[frame] > 0) {
            const double pitch = std::log(model.pitch_hz[frame]);
            habits.pitch += pitch;
            squares += pitch * pitch;
            for (std::size_t bin = 0; bin < kWorldBins; ++bin) {
                habits.envelope[bin] += std::log(static_cast<double>(model.envelope[frame][bin]) + 1e-12);
            }
            ++habits.frames;
        }
    }
    const auto count = static_cast<double>(std::max<std::size_t>(1, habits.frames));
    habits.pitch /= count;
    habits.spread = std::max(kLeastSpread, std::sqrt(std::max(0.0, squares / count - habits.pitch * habits.pitch)));
    std::transform(habits.envelope.begin(), habits.envelope.end(), habits.envelope.begin(),
                   [count](double sum) { return sum / count; });
    return habits;
}

/// What `curve` holds at a bin, which need be no whole one.
template <class Values>
double at(const Values& curve, double bin) {
    const double inside = std::clamp(bin, 0.0, static_cast<double>(kWorldBins - 1));
    const auto below = std::min(static_cast<std::size_t>(inside), kWorldBins - 2);
    const double share = inside - static_cast<double>(below);
    return (1 - share) * curve[below] + share * curve[below + 1];
}

/// What stretched `source` lacks to `target`, without its mean over what is compared.
Curve lack_of(const Curve& source, const Curve& target, double stretch) {
    Curve lack{};
    double sum = 0;
    for (std::size_t bin = 0; bin < kWorldBins; ++bin) {
        lack[bin] = target[bin] - at(source, static_cast<double>(bin) / stretch);
        sum += bin >= kFirstBin && bin < kEndBin ? lack[bin] : 0;
    }
    const double mean = sum / static_cast<double>(kEndBin - kFirstBin);
    std::transform(lack.begin(), lack.end(), lack.begin(), [mean](double value) { return value - mean; });
    return lack;
}

double best_stretch(const Curve& source, const Curve& target) {
    double best = 1, least = -1;
    for (double stretch = kLeastStretch; stretch <= kMostStretch; stretch += kStretchStep) {
        const Curve lack = lack_of(source, target, stretch);
        double squares = 0;
        for (std::size_t bin = kFirstBin; bin < kEndBin; ++bin) {
            squares += lack[bin] * lack[bin];
        }
        if (least < 0 || squares < least) {
            least = squares;
            best = stretch;
        }
    }
    return best;
}

Curve smoothed(const Curve& curve) {
    Curve smooth{};
    for (std::ptrdiff_t bin = 0; bin < static_cast<std::ptrdiff_t>(kWorldBins); ++bin) {
        for (std::ptrdiff_t away = -kBinsAround; away <= kBinsAround; ++away) {
            const std::ptrdiff_t other = std::clamp<std::ptrdiff_t>(bin + away, 0, kWorldBins - 1);
            smooth[static_cast<std::size_t>(bin)] += curve[static_cast<std::size_t>(other)] / (2 * kBinsAround + 1);
        }
    }
    return smooth;
}

}  // namespace

Result<Conversion> converted(const VoiceModel& source, const VoiceModel& target) {
    const Habits from = habits_of(source), onto = habits_of(target);
    if (from.frames < kLeastVoicedFrames || onto.frames < kLeastVoicedFrames) {
        return Error{ErrorCode::kUsage, std::string("hardly anything is voiced in the ") +
                                            (from.frames < kLeastVoicedFrames ? "recording" : "sample")};
    }
    Conversion conversion{source, std::exp(onto.pitch - from.pitch), best_stretch(from.envelope, onto.envelope)};
    Curve correction = smoothed(lack_of(from.envelope, onto.envelope, conversion.formant_ratio));
    for (double& value : correction) {
        value = std::exp(std::clamp(value, -kMostCorrection, kMostCorrection));
    }
    for (std::size_t frame = 0; frame < source.pitch_hz.size(); ++frame) {
        if (double& pitch_hz = conversion.model.pitch_hz[frame]; pitch_hz > 0) {
            const double place = (std::log(pitch_hz) - from.pitch) / from.spread;
            pitch_hz = std::clamp(std::exp(onto.pitch + place * onto.spread), kLowestPitch_hz, kHighestPitch_hz);
        }
        for (std::size_t bin = 0; bin < kWorldBins; ++bin) {
            conversion.model.envelope[frame][bin] = static_cast<float>(
                at(source.envelope[frame], static_cast<double>(bin) / conversion.formant_ratio) * correction[bin]);
        }
    }
    return conversion;
}

}  // namespace bonafide::forge
