#include "features/voice/constant_q.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>

namespace bonafide::features::voice {
namespace {

constexpr std::size_t kFrames = 30;

cv::Mat rows_of(ConstantQ& transform, const std::vector<float>& samples, double start_s = 0) {
    const std::size_t count = samples.size() < kFrameSamples ? 0 : (samples.size() - kFrameSamples) / kHopSamples + 1;
    const std::vector<Frame> frames(count);
    return transform.of({start_s, start_s + static_cast<double>(samples.size()) / kRate_hz, frames, samples}).clone();
}

std::vector<float> tone(double frequency_hz, double amplitude, std::size_t frames = kFrames) {
    std::vector<float> samples((frames - 1) * kHopSamples + kFrameSamples);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        samples[i] = static_cast<float>(
            amplitude * std::sin(2 * std::numbers::pi * frequency_hz * static_cast<double>(i) / kRate_hz));
    }
    return samples;
}

TEST(ConstantQ, ATonePeaksInItsBandWithTheSamePowerEverywhere) {
    for (const std::size_t bin : {0U, 1U, 24U, 49U, 50U, 51U, 52U, 90U, 117U}) {
        const double frequency_hz = 250 * std::exp2(static_cast<double>(bin) / 24);
        ConstantQ transform;
        const cv::Mat rows = rows_of(transform, tone(frequency_hz, 0.4));
        ASSERT_EQ(rows.rows, static_cast<int>(kFrames - 2 * kConstantQMargin));
        ASSERT_EQ(rows.cols, static_cast<int>(kConstantQBins));
        for (int row = 0; row < rows.rows; ++row) {
            const auto* powers = rows.ptr<float>(row);
            EXPECT_EQ(std::max_element(powers, powers + kConstantQBins) - powers, static_cast<std::ptrdiff_t>(bin));
            // Half of the amplitude lies at the positive frequency, and the mean of the window is half.
            EXPECT_NEAR(powers[bin], 0.01, 0.001) << bin;
            // A semitone away the next tone begins.
            if (bin + 2 < kConstantQBins) {
                EXPECT_LT(powers[bin + 2], 0.1 * static_cast<double>(powers[bin])) << bin;
            }
        }
    }
}

TEST(ConstantQ, LooksAtShorterSoundTheHigherABandLies) {
    // A click in the middle of a frame: bands at 250 Hz hear it 60 ms away, those at 8 kHz 2 ms away.
    std::vector<float> samples = tone(1000, 0);
    samples[kFrames / 2 * kHopSamples + kFrameSamples / 2] = 1;
    ConstantQ transform;
    const cv::Mat rows = rows_of(transform, samples);
    const auto hear = [&](int column) {
        double most = 0;
        cv::minMaxLoc(rows.col(column), nullptr, &most);
        return cv::countNonZero(rows.col(column) > 0.01 * most);
    };
    EXPECT_GE(hear(0), 10);
    EXPECT_EQ(hear(119), 1);
}

TEST(ConstantQ, FindsAgainWhatWindowsShareAndNothingElse) {
    const std::vector<float> whole = tone(700, 0.3, 2 * kFrames);
    ConstantQ remembers;
    rows_of(remembers, {whole.begin(), whole.begin() + 5040});
    for (const std::size_t frame : {10U, 17U, 3U}) {  // forwards, and back, where nothing is known
        const auto first = whole.begin() + static_cast<std::ptrdiff_t>(frame * kHopSamples);
        const std::vector<float> later(first, first + 5040);
        ConstantQ fresh;
        const cv::Mat found = rows_of(remembers, later, static_cast<double>(frame) * kHop_s);
        EXPECT_LT(cv::norm(found, rows_of(fresh, later), cv::NORM_INF), 1e-8) << frame;
    }
}

TEST(ConstantQ, IsFiniteAndEmptyWhereThereIsTooLittle) {
    ConstantQ transform;
    std::vector<float> samples = tone(500, 0.1);
    samples[100] = std::numeric_limits<float>::quiet_NaN();
    samples[200] = 1e30F;
    EXPECT_TRUE(cv::checkRange(rows_of(transform, samples)));
    EXPECT_EQ(rows_of(transform, tone(500, 0.1, 2 * kConstantQMargin), 1).rows, 0);
    EXPECT_EQ(rows_of(transform, tone(500, 0.1, 2 * kConstantQMargin + 1), 2).rows, 1);
    EXPECT_EQ(rows_of(transform, {}, 3).rows, 0);
}

}  // namespace
}  // namespace bonafide::features::voice
