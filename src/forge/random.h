#pragma once

#include <cstdint>
#include <random>

namespace bonafide::forge {

/// Numbers drawn from a seed, the same on every machine (the standard's distributions are not).
class Random {
  public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}
    /// Even in [0, 1).
    double unit() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
    /// Even in [least, most).
    double between(double least, double most) { return least + (most - least) * unit(); }
    /// Even in 0 to count - 1.
    std::size_t below(std::size_t count) { return static_cast<std::size_t>(unit() * static_cast<double>(count)); }
    bool chance(double probability) { return unit() < probability; }

  private:
    std::mt19937_64 engine_;
};

}  // namespace bonafide::forge
