// Jumps in the phase of the mains' hum.
//
// Nicolalde Rodríguez, Apolinário and Biscainho, "Audio authenticity: detecting ENF discontinuity with high precision
// phase analysis" (IEEE TIFS 5(3), 2010). Deviations: windows of half a second every eighth of one; the wave's own slow
// drift is a straight line fitted on both sides of a moment, with one slope and two heights, whose difference is the
// jump; it counts only where both sides keep to it. Limits: needs hum that stands 20 dB above its neighbourhood for 1.1
// s on either side; a cut by whole periods leaves the phase; deep voices and music can pass for hum where they hold a
// tone.
#include "analyzers/voice/splice/hum_jumps.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace bonafide::analyzers::voice {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr int kDecimation = 32;  // to 500 Hz
constexpr double kRate_hz = 16'000.0 / kDecimation;
constexpr std::size_t kTaps = 4 * kDecimation;  // of the low-pass before it: what would fold back is 58 dB down
constexpr std::size_t kWindow = 250;            // 0.5 s
constexpr std::size_t kHop = 62;                // about an eighth of a second
constexpr std::array<double, 2> kFrequencies_hz = {50, 60};
constexpr std::size_t kSide = 6;                           // windows on either side of a moment
constexpr std::size_t kSpan = 2 * kSide + kWindow / kHop;  // those in between hold both sides
constexpr double kLeastAbove_db = 20;
constexpr double kLeastAmplitude = 2e-5;  // of full scale
constexpr double kMostScatter_deg = 8;
constexpr double kSteady_deg = 20;
constexpr std::int64_t kMemory = 40;  // moments, five seconds
constexpr std::size_t kLeastSteady = 3;
constexpr std::size_t kMostKept = 16;

std::array<float, kTaps> make_low_pass() {
    std::array<float, kTaps> taps{};
    double sum = 0;
    for (std::size_t n = 0; n < kTaps; ++n) {  // Blackman
        const double place = 2 * kPi * (static_cast<double>(n) + 0.5) / kTaps;
        taps[n] = static_cast<float>(0.42 - 0.5 * std::cos(place) + 0.08 * std::cos(2 * place));
        sum += taps[n];
    }
    std::transform(taps.begin(), taps.end(), taps.begin(), [sum](float tap) { return static_cast<float>(tap / sum); });
    return taps;
}

std::array<double, kWindow> make_taper() {
    std::array<double, kWindow> taper{};
    for (std::size_t n = 0; n < kWindow; ++n) {  // Hann, of mean 1
        taper[n] = 1 - std::cos(2 * kPi * (static_cast<double>(n) + 0.5) / kWindow);
    }
    return taper;
}

std::complex<double> amplitude_at(const std::vector<float>& window, double frequency_hz) {
    static const std::array<double, kWindow> taper = make_taper();
    const std::complex<double> turn = std::polar(1.0, -2 * kPi * frequency_hz / kRate_hz);
    std::complex<double> wave = 1, sum = 0;
    for (std::size_t n = 0; n < kWindow; ++n) {
        sum += static_cast<double>(window[n]) * taper[n] * wave;
        wave *= turn;
    }
    return sum * (2.0 / kWindow);
}

double wrapped(double radians) {
    return std::remainder(radians, 2 * kPi);
}

}  // namespace

void HumJumps::add(std::span<const float> mono_16k) {
    static const std::array<float, kTaps> low_pass = make_low_pass();
    for (const float sample : mono_16k) {
        waiting_.push_back(std::isfinite(sample) ? std::clamp(sample, -4.0F, 4.0F) : 0.0F);
        if (waiting_.size() < kTaps) {
            continue;
        }
        window_.push_back(std::inner_product(low_pass.begin(), low_pass.end(), waiting_.begin(), 0.0F));
        waiting_.erase(waiting_.begin(), waiting_.begin() + kDecimation);
        if (window_.size() == kWindow) {
            take_window();
            window_.erase(window_.begin(), window_.begin() + kHop);
        }
    }
}

void HumJumps::take_window() {
    std::array<Point, kWaves> points;
    const double start = static_cast<double>(windows_) * kHop;
    for (std::size_t i = 0; i < kWaves; ++i) {
        const double frequency_hz = kFrequencies_hz[i];
        double around = 1e-14;
        for (const double beside_hz : {-9.0, -6.0, 6.0, 9.0}) {
            around += std::norm(amplitude_at(window_, frequency_hz + beside_hz)) / 4;
        }
        // Against a clock that runs through the recording, so that an even wave keeps its phase.
        points[i].amplitude =
            amplitude_at(window_, frequency_hz) * std::polar(1.0, -2 * kPi * frequency_hz / kRate_hz * start);
        points[i].above_db = 10 * std::log10(std::norm(points[i].amplitude) / around + 1e-10);
        if (std::abs(points[i].amplitude) < kLeastAmplitude) {
            points[i].above_db = -100;
        }
    }
    points_.push_back(points);
    ++windows_;
    if (points_.size() == kSpan) {
        judge();
        points_.pop_front();
    }
}

void HumJumps::judge() {
    ++moments_;
    const double middle = static_cast<double>(windows_) - static_cast<double>(kSpan + 1) / 2;
    const double time_s = (middle * kHop + kWindow / 2.0) / kRate_hz;
    std::optional<HumJump> strongest;
    double strongest_db = 0;
    for (std::size_t i = 0; i < kWaves; ++i) {
        std::array<double, 2 * kSide> phases{};
        double least_db = 1000;
        for (std::size_t k = 0; k < 2 * kSide; ++k) {
            const Point& point = points_[k < kSide ? k : kSpan - 2 * kSide + k][i];
            least_db = std::min(least_db, point.above_db);
            phases[k] = std::arg(point.amplitude);
            if (k % kSide != 0) {
                phases[k] = phases[k - 1] + wrapped(phases[k] - phases[k - 1]);
            }
        }
        if (least_db < kLeastAbove_db || least_db <= strongest_db) {
            continue;
        }
        // One slope for both sides, by least squares around the mean of each.
        std::array<double, 2> means{};
        double products = 0, squares = 0;
        for (std::size_t k = 0; k < 2 * kSide; ++k) {
            means[k / kSide] += phases[k] / kSide;
        }
        const double centre = (kSide - 1) / 2.0;
        for (std::size_t k = 0; k < 2 * kSide; ++k) {
            const double place = static_cast<double>(k % kSide) - centre;
            products += place * (phases[k] - means[k / kSide]);
            squares += place * place;
        }
        const double slope = products / squares;
        double scatter = 0;
        for (std::size_t k = 0; k < 2 * kSide; ++k) {
            const double left = phases[k] - means[k / kSide] - slope * (static_cast<double>(k % kSide) - centre);
            scatter += left * left / (2 * kSide);
        }
        if (std::sqrt(scatter) * 180 / kPi > kMostScatter_deg) {
            continue;
        }
        const double jump = wrapped(means[1] - means[0] - slope * static_cast<double>(kSpan - kSide));
        strongest_db = least_db;
        strongest = HumJump{time_s, std::abs(jump) * 180 / kPi, kFrequencies_hz[i]};
    }
    if (candidate_ && time_s - candidate_->time_s > 0.75) {
        keep();
    }
    if (!strongest) {
        return;
    }
    ++followed_;
    // A tone of a voice or of music is steady for a moment; hum goes on. Only where it was seen to is a jump one of the
    // hum.
    while (!steady_.empty() && moments_ - steady_.front() > kMemory) {
        steady_.pop_front();
    }
    const bool goes_on = steady_.size() >= kLeastSteady;
    if (strongest->degrees < kSteady_deg) {
        steady_.push_back(moments_);
    }
    if (!goes_on) {
        return;
    }
    largest_ = std::max(largest_.value_or(0), strongest->degrees);
    if (strongest->degrees >= least_degrees_ && (!candidate_ || strongest->degrees > candidate_->degrees)) {
        candidate_ = strongest;
    }
}

void HumJumps::keep() {
    if (!candidate_) {
        return;
    }
    ++count_;
    if (found_.size() == kMostKept) {
        const auto least = std::min_element(found_.begin(), found_.end(),
                                            [](const HumJump& a, const HumJump& b) { return a.degrees < b.degrees; });
        if (least->degrees < candidate_->degrees) {
            found_.erase(least);
        }
    }
    if (found_.size() < kMostKept) {
        found_.push_back(*candidate_);
    }
    candidate_.reset();
}

void HumJumps::finish() {
    keep();
}

}  // namespace bonafide::analyzers::voice
