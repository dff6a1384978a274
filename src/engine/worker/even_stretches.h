#pragma once

#include "media/streams.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace bonafide::engine {

/// Keeps sound at 16 kHz in bounded memory: all of it, or `kStretches` stretches spread evenly over the length that the
/// container states, the first at the beginning and the last at the end. Where it states less than there is, the rest
/// is not kept; where more, fewer stretches are.
class EvenStretches final : public media::StreamSink {
  public:
    static constexpr int kStretches = 10, kRate_hz = 16'000;

    /// `stated_s`: length as stated, 0 where unknown; `stretch_s`: length of a stretch.
    EvenStretches(double stated_s, int stretch_s)
        : stretch_(std::int64_t{stretch_s} * kRate_hz),
          // A length beyond a year is none, and would overflow.
          stated_(static_cast<std::int64_t>(std::clamp(stated_s, 0.0, 3.2e7) * kRate_hz)) {}

    void on_sound(const media::SoundBlock& block) override {
        auto left = block.mono_16k;
        std::int64_t position = block.first_sample_16k;
        while (!left.empty() && stretch_number_ < kStretches) {
            const std::int64_t begin = begin_of(stretch_number_), end = begin + stretch_;
            if (position >= end) {
                ++stretch_number_;
                continue;
            }
            const auto skipped = std::min<std::int64_t>(std::max<std::int64_t>(begin - position, 0), std::ssize(left));
            const auto taken = std::min<std::int64_t>(end - position - skipped, std::ssize(left) - skipped);
            const auto kept = left.subspan(static_cast<std::size_t>(skipped), static_cast<std::size_t>(taken));
            samples_.insert(samples_.end(), kept.begin(), kept.end());
            left = left.subspan(static_cast<std::size_t>(skipped + taken));
            position += skipped + taken;
        }
    }

    const std::vector<float>& samples() const { return samples_; }

  private:
    /// Stretches of what is shorter than all of them follow each other without a gap.
    std::int64_t begin_of(int number) const {
        return std::max(stated_ - stretch_, (kStretches - 1) * stretch_) * number / (kStretches - 1);
    }

    std::int64_t stretch_, stated_;
    int stretch_number_ = 0;
    std::vector<float> samples_;
};

}  // namespace bonafide::engine
