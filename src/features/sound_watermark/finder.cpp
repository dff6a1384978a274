// A blind mark in the levels of a grid over time and frequency. Spread spectrum in logarithmic magnitudes, repeated and
// found by a search over shifts: Kirovski and Malvar, "Spread-spectrum watermarking of audio signals", IEEE
// Transactions on Signal Processing 51(4), 2003, after Cox, Kilian, Leighton and Shamoon, "Secure spread spectrum
// watermarking for multimedia", IEEE Transactions on Image Processing 6(12), 1997. Deviations: the sound's own levels
// are taken off by local means in time and frequency instead of the cepstrum; the statistic is bounded whatever the
// sound is. Limits: changes of speed and of pitch are not searched.
#include "features/sound_watermark/finder.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace bonafide::features::sound_watermark {
namespace {

constexpr int kRate_hz = 16'000;
constexpr std::size_t kFrameSamples = 512;
constexpr std::size_t kHopSamples = 256;

/// The local mean is taken over so many hops and bands to both sides.
constexpr std::size_t kHopsAround = 6, kBandsAround = 2;
/// What lies farther from the local mean is the sound's own, and counts no more than this.
constexpr float kMost_db = 8;
/// Hops so far below the loudest of late hold little but noise and what a coder left...
constexpr float kQuiet_db = 45;
/// ...where the loudest is forgotten by so much a hop.
constexpr float kForgotten_db = 0.05F;
/// Of a band; a coder's zeros and dithered silence lie below.
constexpr double kFloor = 1e-8;

const std::array<float, kFrameSamples>& window() {
    static const auto made = [] {
        std::array<float, kFrameSamples> values{};
        for (std::size_t i = 0; i < kFrameSamples; ++i) {
            const double phase = 2 * std::numbers::pi * static_cast<double>(i) / kFrameSamples;
            values[i] = static_cast<float>(0.5 - 0.5 * std::cos(phase));
        }
        return values;
    }();
    return made;
}

/// -log10 of a bound on the chance that any of `hypotheses` shifts and stretches reaches `deviations`. With signs drawn
/// by independent fair coins, a sum of signed numbers reaches t times the root of the sum of their squares with a
/// chance of at most exp(-t^2 / 2), whatever the numbers are (Hoeffding, Journal of the American Statistical
/// Association 58, 1963).
double exponent_of(double deviations, double hypotheses) {
    return std::max(0.0, deviations * deviations / 2 / std::log(10) - std::log10(hypotheses));
}

}  // namespace

Finder::Finder() : bin_bands_(kFrameSamples / 2 + 1), current_(kPeriodHops), all_(kPeriodHops) {
    for (std::size_t bin = 0; bin < bin_bands_.size(); ++bin) {
        bin_bands_[bin] = band_of(static_cast<double>(bin) * kRate_hz / kFrameSamples);
    }
}

void Finder::add(std::span<const float> mono_16k) {
    samples_ += static_cast<std::int64_t>(mono_16k.size());
    waiting_.insert(waiting_.end(), mono_16k.begin(), mono_16k.end());
    std::size_t at = 0;
    for (; at + kFrameSamples <= waiting_.size(); at += kHopSamples) {
        take_frame(std::span(waiting_).subspan(at, kFrameSamples));
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(at));
}

void Finder::take_frame(std::span<const float> frame) {
    cv::Mat in(1, static_cast<int>(kFrameSamples), CV_32F), spectrum;
    auto* samples = in.ptr<float>();
    for (std::size_t i = 0; i < kFrameSamples; ++i) {
        samples[i] = std::isfinite(frame[i]) ? std::clamp(frame[i], -100.0F, 100.0F) * window()[i] : 0;
    }
    cv::dft(in, spectrum);
    // OpenCV packs a real transform as Re 0, Re 1, Im 1, ..., Re count / 2. The logarithm of a product is taken once a
    // band: it is what costs most.
    const auto* packed = spectrum.ptr<float>();
    std::array<double, kBands> products{};
    products.fill(1);
    std::array<int, kBands> bins{};
    double sum = 0;
    for (std::size_t bin = 1; bin + 1 < bin_bands_.size(); ++bin) {
        const double real = packed[2 * bin - 1], imaginary = packed[2 * bin];
        const double power = real * real + imaginary * imaginary + kFloor;
        sum += power;
        if (const std::size_t band = bin_bands_[bin]; band < kBands) {
            products[band] *= power;
            ++bins[band];
        }
    }
    Level level;
    for (std::size_t band = 0; band < kBands; ++band) {
        level.bands_db[band] = static_cast<float>(10 * std::log10(products[band]) / bins[band]);
    }
    level.whole_db = static_cast<float>(10 * std::log10(sum));
    levels_.push_back(level);
    if (levels_.size() - taken_ > kHopsAround) {
        take_hop();
    }
}

void Finder::take_hop() {
    const Level& here = levels_[taken_];
    loud_db_ = std::max(here.whole_db, loud_db_ - kForgotten_db);
    const auto silence_db = static_cast<float>(10 * std::log10(2 * kFloor * static_cast<double>(bin_bands_.size())));
    if (here.whole_db > loud_db_ - kQuiet_db && here.whole_db > silence_db) {
        Row mean{}, detail{};
        for (const Level& level : levels_) {
            for (std::size_t band = 0; band < kBands; ++band) {
                mean[band] += level.bands_db[band];
            }
        }
        for (std::size_t band = 0; band < kBands; ++band) {
            detail[band] = here.bands_db[band] - mean[band] / static_cast<float>(levels_.size());
        }
        const auto place = static_cast<std::size_t>(hops_) % kPeriodHops;
        for (std::size_t band = 0; band < kBands; ++band) {
            const std::size_t first = band < kBandsAround ? 0 : band - kBandsAround;
            const std::size_t end = std::min(kBands, band + kBandsAround + 1);
            float around = 0;
            for (std::size_t other = first; other < end; ++other) {
                around += detail[other];
            }
            const float own = std::clamp(detail[band] - around / static_cast<float>(end - first), -kMost_db, kMost_db);
            current_[place][band] += own;
            all_[place][band] += own;
        }
    }
    ++taken_;
    if (taken_ > kHopsAround) {
        levels_.pop_front();
        --taken_;
    }
    ++hops_;
    if (hops_ % static_cast<std::int64_t>(kPeriodHops) == 0) {
        end_period();
    }
}

void Finder::end_period() {
    recent_.push_back(std::move(current_));
    current_ = Folded(kPeriodHops);
    ++periods_;
    if (recent_.size() > stretches_.back().periods) {
        recent_.pop_front();
    }
    Folded sum(kPeriodHops);
    std::size_t summed = 0;
    for (Stretches& stretches : stretches_) {
        if (recent_.size() < stretches.periods) {
            break;
        }
        for (; summed < stretches.periods; ++summed) {
            const Folded& next = recent_[recent_.size() - 1 - summed];
            for (std::size_t hop = 0; hop < kPeriodHops; ++hop) {
                std::transform(sum[hop].begin(), sum[hop].end(), next[hop].begin(), sum[hop].begin(), std::plus<>());
            }
        }
        ++stretches.count;
        Match match = match_of(sum);
        if (match.deviations > stretches.best.deviations) {
            match.end_period = periods_;
            stretches.best = match;
        }
    }
}

Finder::Match Finder::match_of(const Folded& folded) {
    Match best;
    Folded cells(kCells);
    for (std::size_t within = 0; within < kHopsACell; ++within) {
        double squares = 0;
        for (std::size_t cell = 0; cell < kCells; ++cell) {
            cells[cell].fill(0);
            for (std::size_t hop = 0; hop < kHopsACell; ++hop) {
                const Row& row = folded[(cell * kHopsACell + within + hop) % kPeriodHops];
                std::transform(row.begin(), row.end(), cells[cell].begin(), cells[cell].begin(), std::plus<>());
            }
            for (const float value : cells[cell]) {
                squares += static_cast<double>(value) * value;
            }
        }
        if (!(squares > 0)) {
            continue;
        }
        for (std::size_t shift = 0; shift < kCells; ++shift) {
            double sum = 0;
            for (std::size_t cell = 0; cell < kCells; ++cell) {
                const Row& values = cells[(cell + shift) % kCells];
                const CellKey& coins = key()[cell];
                float part = 0;
                for (std::size_t band = 0; band < kBands; ++band) {
                    part += values[band] * coins[band];
                }
                sum += part;
            }
            const double deviations = sum / std::sqrt(squares);
            if (deviations > best.deviations) {
                best.deviations = deviations;
                best.agreement = deviations / std::sqrt(static_cast<double>(kCells * kBands));
            }
        }
    }
    return best;
}

double Finder::duration_s() const {
    return static_cast<double>(samples_) / kRate_hz;
}

Trace Finder::find() const {
    Trace best;
    if (duration_s() < kShortest_s) {
        return best;
    }
    // Half of the chance goes to all of it together, a quarter to each length of stretch.
    const Match whole = match_of(all_);
    constexpr double kShifts = kPeriodHops;
    best = {exponent_of(whole.deviations, 2 * kShifts), whole.agreement, 0, duration_s()};
    for (const Stretches& stretches : stretches_) {
        const double exponent =
            exponent_of(stretches.best.deviations, 4 * kShifts * static_cast<double>(stretches.count));
        if (stretches.count > 0 && exponent > best.false_alarm_exponent) {
            const double end_s = static_cast<double>(stretches.best.end_period) * kPeriod_s;
            best = {exponent, stretches.best.agreement, end_s - static_cast<double>(stretches.periods) * kPeriod_s,
                    end_s};
        }
    }
    return best;
}

}  // namespace bonafide::features::sound_watermark
