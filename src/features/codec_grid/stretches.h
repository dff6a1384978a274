#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace bonafide::features::codec_grid {

/// Picks stretches of equal length out of a stream of samples: the first ones close together, so that short recordings
/// are heard whole, later ones further apart, so that long ones cost little. Holds no more than one stretch and one
/// block of samples.
class Stretches {
  public:
    struct Plan {
        std::size_t samples = 0;          ///< of a stretch
        std::int64_t first_apart = 0;     ///< samples from the start of one to the start of the next, of the first ones
        std::int64_t close_together = 0;  ///< how many those are
        std::int64_t later_apart = 0;
    };
    /// Takes the stretch that begins with the sample `first` of the stream.
    using Take = std::function<void(std::span<const float> stretch, std::int64_t first)>;

    explicit Stretches(const Plan& plan) : plan_(plan) {}
    void add(std::span<const float> samples, const Take& take);
    /// Changes how far apart later stretches lie.
    void space(std::int64_t later_apart) { plan_.later_apart = later_apart; }

  private:
    Plan plan_;
    std::vector<float> waiting_;
    std::int64_t waiting_start_ = 0;  // of waiting_ in the stream
    std::int64_t due_ = 0;            // where the next stretch begins
    std::int64_t taken_ = 0;
};

}  // namespace bonafide::features::codec_grid
