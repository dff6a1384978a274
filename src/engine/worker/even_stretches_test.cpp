#include "engine/worker/even_stretches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>

namespace bonafide::engine {
namespace {

constexpr int kSecond = EvenStretches::kRate_hz;

/// What is kept, in stretches of a second, of `length_s` of sound whose every sample is the second it lies in; it comes
/// in blocks of uneven length.
std::vector<float> kept_of(int length_s, double stated_s) {
    EvenStretches sink(stated_s, 1);
    std::vector<float> sound(static_cast<std::size_t>(length_s) * kSecond);
    for (std::size_t i = 0; i < sound.size(); ++i) {
        const std::size_t second = i / kSecond;
        sound[i] = static_cast<float>(second);
    }
    for (std::size_t first = 0, size = 1; first < sound.size(); first += size, size = size * 7 % 40'009 + 1) {
        media::SoundBlock block;
        block.first_sample_16k = static_cast<std::int64_t>(first);
        block.mono_16k = std::span(sound).subspan(first, std::min(size, sound.size() - first));
        sink.on_sound(block);
    }
    return sink.samples();
}

std::vector<float> seconds_of(const std::vector<float>& samples) {
    std::vector<float> seconds;
    for (std::size_t i = 0; i < samples.size(); i += kSecond) {
        seconds.push_back(samples[i]);
    }
    return seconds;
}

TEST(EvenStretches, OfALongRecordingTheEndIsHeardAsWellAsTheBeginning) {
    const auto kept = kept_of(100, 100);
    EXPECT_EQ(kept.size(), 10U * kSecond);
    EXPECT_THAT(seconds_of(kept), testing::ElementsAre(0, 11, 22, 33, 44, 55, 66, 77, 88, 99));
}

TEST(EvenStretches, AShortRecordingIsKeptWhole) {
    EXPECT_THAT(seconds_of(kept_of(7, 7)), testing::ElementsAre(0, 1, 2, 3, 4, 5, 6));
    EXPECT_EQ(kept_of(10, 10).size(), 10U * kSecond);
}

TEST(EvenStretches, AWrongLengthCostsSoundAndNothingElse) {
    EXPECT_EQ(kept_of(30, 0).size(), 10U * kSecond) << "unknown: the beginning";
    EXPECT_THAT(seconds_of(kept_of(30, 20)), testing::ElementsAre(0, 2, 4, 6, 8, 10, 12, 14, 16, 19)) << "too short";
    EXPECT_THAT(seconds_of(kept_of(30, 100)), testing::ElementsAre(0, 11, 22)) << "too long";
    EXPECT_EQ(kept_of(3, std::numeric_limits<double>::infinity()).size(), 1U * kSecond);
    EXPECT_EQ(kept_of(30, -5).size(), 10U * kSecond);
}

}  // namespace
}  // namespace bonafide::engine
