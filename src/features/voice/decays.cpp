// How fast sound dies away, from speech as it comes.
//
// Where a voice stops, what is left of it in a room falls in a straight line on a logarithmic scale: Ratnam et al.,
// "Blind estimation of reverberation time" (JASA 114(5), 2003); by band and without looking for single free decays but
// over the distribution of all slopes, after Wen, Habets and Naylor, "Blind estimation of reverberation time based on
// the distribution of signal decay rates" (ICASSP 2008). Nothing falls faster than the room lets it, so that the fast
// falls tell the room. Deviations: straight lines through a ninth of a second; the value that four fifths of the falls
// stay below, in place of the distribution's variance; noise is taken off the power before, and a band that does not
// stand 30 dB above it is not measured. Limits: in dry sound the voice itself is slower than the room; noise makes
// falls look slower (up to a tenth at 30 dB); instruments have decays of their own. Speech is told from music by how
// much its level moves from syllable to syllable (after Scheirer and Slaney, ICASSP 1997) and how far fricatives sway
// its balance: music with a strong beat passes, speech in a very reverberant hall does not.
#include "features/voice/decays.h"

#include "features/voice/frames.h"
#include "features/voice/power_spectrum.h"
#include "features/voice/samples.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <numeric>

namespace bonafide::features::voice {
namespace {

constexpr std::size_t kHop = 256;  // samples, 16 ms
constexpr double kFrameHop_s = static_cast<double>(kHop) / kRate_hz;
constexpr std::size_t kBlockFrames = 250;
constexpr double kBlock_s = static_cast<double>(kBlockFrames) * kFrameHop_s;
constexpr std::array<std::size_t, kDecayBands + 1> kEdges_bin = {8, 16, 29, 45, 64, 90, 122, 160, 231};
constexpr std::size_t kLine = 7;        // frames
constexpr std::size_t kNeighbours = 2;  // blocks on either side by which the noise and the loudness are known
constexpr double kQuietShare = 0.05, kLoudShare = 0.95;
constexpr float kLeastRange = 1000;     // of the loud over the quiet: 30 dB
constexpr float kLeastOverQuiet = 4;    // everywhere on the line: 6 dB
constexpr float kMostUnderLoud = 3162;  // at the line's highest: 35 dB
constexpr float kNoise = 1.5F;          // the mean power of noise, times the quantile that is taken for quiet
constexpr float kTiny = 1e-9F;          // below rounding to 16 bits
constexpr std::size_t kLeastFalls = 10;
constexpr double kFallsShare = 0.8;
constexpr double kLeastMovement_db = 1.9, kLeastSway_db = 6.5;
constexpr double kPause_db = 20;  // so much quieter than the block, its neighbour is a pause and says nothing
constexpr std::size_t kFast = 3, kSlow = 15;         // frames: faster than syllables, and slower
constexpr double kActive_db = 30, kDeepest_db = 40;  // below the loud frames

std::array<float, kTransformSamples> make_window() {
    std::array<float, kTransformSamples> window{};
    for (std::size_t i = 0; i < kTransformSamples; ++i) {  // Hann
        const double phase = 2 * std::numbers::pi * static_cast<double>(i) / (kTransformSamples - 1);
        window[i] = static_cast<float>(0.5 - 0.5 * std::cos(phase));
    }
    return window;
}

float nth(std::vector<float>& values, double share) {
    const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + place, values.end());
    return values[static_cast<std::size_t>(place)];
}

/// Slope of the straight line through kLine levels, dB/s.
float slope_of(std::span<const float, kLine> levels_db) {
    constexpr std::size_t half = kLine / 2;
    float products = 0, squares = 0;
    for (std::size_t i = 1; i <= half; ++i) {
        const auto place = static_cast<float>(i);
        products += place * (levels_db[half + i] - levels_db[half - i]);
        squares += 2 * place * place;
    }
    return products / squares / static_cast<float>(kFrameHop_s);
}

double deviation(const std::vector<double>& values) {
    if (values.empty()) {
        return 0;
    }
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    const double squares = std::accumulate(values.begin(), values.end(), 0.0, [mean](double sum, double value) {
        return sum + (value - mean) * (value - mean);
    });
    return std::sqrt(squares / static_cast<double>(values.size()));
}

/// A fast mean less a slow one, how much it varies.
double movement(const std::vector<float>& levels_db, double loud_db) {
    std::vector<double> sums(levels_db.size() + 1), moved;
    for (std::size_t i = 0; i < levels_db.size(); ++i) {
        sums[i + 1] = sums[i] + std::max<double>(levels_db[i], loud_db - kDeepest_db);
    }
    const auto mean = [&](std::size_t middle, std::size_t count) {
        return (sums[middle + count / 2 + 1] - sums[middle - count / 2]) / static_cast<double>(count);
    };
    for (std::size_t i = kSlow / 2; i + kSlow / 2 < levels_db.size(); ++i) {
        moved.push_back(mean(i, kFast) - mean(i, kSlow));
    }
    return deviation(moved);
}

}  // namespace

std::size_t DecayBlock::measured() const {
    return static_cast<std::size_t>(
        std::count_if(log_rates.begin(), log_rates.end(), [](float rate) { return std::isfinite(rate); }));
}

void DecayStream::add(std::span<const float> samples) {
    const auto before = static_cast<std::ptrdiff_t>(waiting_.size());
    waiting_.resize(waiting_.size() + samples.size());
    std::transform(samples.begin(), samples.end(), waiting_.begin() + before,
                   [](float sample) { return usable(sample); });
    std::size_t at = 0;
    for (; at + kTransformSamples <= waiting_.size(); at += kHop) {
        take_frame(std::span(waiting_).subspan(at, kTransformSamples));
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(at));
}

void DecayStream::take_frame(std::span<const float> samples) {
    static const std::array<float, kTransformSamples> window = make_window();
    std::array<float, kTransformSamples> windowed{}, transformed{};
    const cv::Mat in(1, static_cast<int>(kTransformSamples), CV_32F, windowed.data());
    cv::Mat spectrum(1, static_cast<int>(kTransformSamples), CV_32F, transformed.data());
    std::transform(samples.begin(), samples.end(), window.begin(), windowed.begin(), std::multiplies<>());
    std::array<float, kBins> power{};
    power_of(in, spectrum, power);
    Powers bands{};
    for (std::size_t band = 0; band < kDecayBands; ++band) {
        bands[band] = std::accumulate(power.begin() + static_cast<std::ptrdiff_t>(kEdges_bin[band]),
                                      power.begin() + static_cast<std::ptrdiff_t>(kEdges_bin[band + 1]), kTiny);
    }
    frames_.push_back(bands);
    if (frames_.size() == kBlockFrames) {
        close_block();
    }
}

void DecayStream::close_block() {
    Block block;
    block.frames.swap(frames_);
    frames_.reserve(kBlockFrames);
    std::vector<float> powers(kBlockFrames);
    for (std::size_t band = 0; band < kDecayBands; ++band) {
        std::transform(block.frames.begin(), block.frames.end(), powers.begin(),
                       [band](const Powers& frame) { return frame[band]; });
        block.quiet[band] = nth(powers, kQuietShare);
        block.loud[band] = nth(powers, kLoudShare);
    }
    std::vector<float> levels_db(kBlockFrames);
    std::transform(block.frames.begin(), block.frames.end(), levels_db.begin(), [](const Powers& frame) {
        return 10 * std::log10(std::accumulate(frame.begin(), frame.end(), 0.0F));
    });
    std::vector<float> sorted = levels_db;
    const float loud_db = nth(sorted, kLoudShare);
    std::vector<double> balances_db;
    for (std::size_t i = 0; i < kBlockFrames; ++i) {
        if (levels_db[i] > loud_db - kActive_db) {
            const Powers& frame = block.frames[i];
            balances_db.push_back(
                10 * std::log10((frame[kDecayBands - 2] + frame[kDecayBands - 1]) / (frame[0] + frame[1])));
        }
    }
    block.loud_db = loud_db;
    block.movement_db = movement(levels_db, loud_db);
    block.sway_db = deviation(balances_db);
    blocks_.push_back(std::move(block));
    if (first_ + blocks_.size() > measured_ + kNeighbours) {
        measure(measured_ - first_);
    }
    if (blocks_.size() > 2 * kNeighbours) {
        blocks_.pop_front();
        ++first_;
    }
}

void DecayStream::finish() {
    while (measured_ < first_ + blocks_.size()) {
        measure(measured_ - first_);
    }
}

bool DecayStream::is_speech(std::size_t index) const {
    const std::size_t from = index - std::min<std::size_t>(index, 1), to = std::min(blocks_.size(), index + 2);
    double least_movement_db = blocks_[index].movement_db, sway_db = 0, count = 0;
    for (std::size_t i = from; i < to; ++i) {
        if (blocks_[i].loud_db > blocks_[index].loud_db - kPause_db) {
            least_movement_db = std::min(least_movement_db, blocks_[i].movement_db);
            sway_db += blocks_[i].sway_db;
            ++count;
        }
    }
    return least_movement_db >= kLeastMovement_db && sway_db / count >= kLeastSway_db;
}

void DecayStream::measure(std::size_t index) {
    const Block& block = blocks_[index];
    DecayBlock result;
    result.start_s = static_cast<double>(measured_) * kBlock_s;
    result.end_s = result.start_s + kBlock_s;
    result.is_speech = is_speech(index);
    const std::size_t from = index - std::min(index, kNeighbours);
    const std::size_t to = std::min(blocks_.size(), index + kNeighbours + 1);
    std::vector<float> levels_db(kBlockFrames), falls;
    for (std::size_t band = 0; band < kDecayBands; ++band) {
        float quiet = block.quiet[band], loud = block.loud[band];
        for (std::size_t i = from; i < to; ++i) {
            quiet = std::min(quiet, blocks_[i].quiet[band]);
            loud = std::max(loud, blocks_[i].loud[band]);
        }
        result.log_rates[band] = std::numeric_limits<float>::quiet_NaN();
        if (!(loud >= quiet * kLeastRange)) {
            continue;
        }
        std::transform(block.frames.begin(), block.frames.end(), levels_db.begin(), [&](const Powers& frame) {
            return 10 * std::log10(std::max(frame[band] - kNoise * quiet, 1e-3F * quiet));
        });
        falls.clear();
        for (std::size_t at = 0; at + kLine <= kBlockFrames; ++at) {
            const float slope = slope_of(std::span(levels_db).subspan(at).first<kLine>());
            if (slope >= 0) {
                continue;
            }
            float least = block.frames[at][band], most = least;
            for (std::size_t i = at + 1; i < at + kLine; ++i) {
                least = std::min(least, block.frames[i][band]);
                most = std::max(most, block.frames[i][band]);
            }
            if (least > quiet * kLeastOverQuiet && most * kMostUnderLoud > loud) {
                falls.push_back(-slope);
            }
        }
        if (falls.size() >= kLeastFalls) {
            result.log_rates[band] = std::log(nth(falls, kFallsShare));
        }
    }
    ++measured_;
    take_(result);
}

}  // namespace bonafide::features::voice
