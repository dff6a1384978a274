#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace bonafide::features {

/// Samples spread evenly over a stream whose length is not known beforehand: every `spacing`-th is kept, and when there
/// are more than `kMost`, every second one is dropped and the spacing doubled. At the end at least half of `kMost`
/// stand at equal distances (all of a shorter stream).
template <class T, std::size_t kMost>
class EvenlySpaced {
  public:
    /// `make` gives the next sample as an optional, and is called only if the sample is kept; where it gives nothing,
    /// that one is missing.
    template <class Make>
    void offer(Make&& make) {
        const std::int64_t position = seen_++;
        if (position % spacing_ != 0) {
            return;
        }
        if (kept_.size() == kMost) {
            // Kept samples stand at 0, s, 2s, ...; the even ones among them stand at 0, 2s, 4s, ...
            for (std::size_t i = 1; i * 2 < kept_.size(); ++i) {
                kept_[i] = std::move(kept_[i * 2]);
            }
            kept_.resize((kMost + 1) / 2);
            spacing_ *= 2;
            if (position % spacing_ != 0) {
                return;
            }
        }
        if (std::optional<T> sample = make()) {
            kept_.push_back(std::move(*sample));
        }
    }
    const std::vector<T>& kept() const { return kept_; }

  private:
    std::vector<T> kept_;
    std::int64_t seen_ = 0;
    std::int64_t spacing_ = 1;
};

}  // namespace bonafide::features
