#pragma once

#include "features/sound_watermark/grid.h"

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace bonafide::features::sound_watermark {

/// The best trace of the forge's mark in a sound. As with pictures, whoever has this source can put it in and take it
/// out.
struct Trace {
    /// -log10 of a bound on the chance that sound made without the key agrees so well anywhere that was searched; at
    /// least 0. The bound holds for every sound, since it is taken over the draw of the key (README.md).
    double false_alarm_exponent = 0;
    double agreement = 0;           ///< cosine between what the stretch that says most holds and the key, 0 to 1
    double start_s = 0, end_s = 0;  ///< that stretch
};

/// From here on the mark counts as found: at most one sound in a million made without the key.
inline constexpr double kFoundExponent = 6;
/// The shortest sound in which the mark is looked for.
inline constexpr double kShortest_s = 1;

/// Looks for the mark in a stream of 16 kHz sound, in memory that does not grow: in stretches of 4 and 16 seconds, and
/// in all of it together.
class Finder {
  public:
    Finder();
    /// The next samples. Those that are not finite count as 0.
    void add(std::span<const float> mono_16k);
    /// Of the samples so far, but for the last tenth of a second; nothing in less than kShortest_s.
    Trace find() const;
    double duration_s() const;

  private:
    static constexpr std::size_t kHopsACell = 4;
    static constexpr std::size_t kPeriodHops = kCells * kHopsACell;
    using Row = std::array<float, kBands>;
    /// Sums over periods, by place in the period.
    using Folded = std::vector<Row>;
    struct Level {
        Row bands_db{};
        float whole_db = 0;
    };
    struct Match {
        double deviations = 0;  ///< what the sound and the key have in common, over its standard deviation by chance
        double agreement = 0;
        std::int64_t end_period = 0;  ///< the stretch ends before it
    };
    /// Stretches of one length.
    struct Stretches {
        std::size_t periods = 0;
        std::int64_t count = 0;
        Match best = {};
    };

    void take_frame(std::span<const float> frame);
    void take_hop();
    void end_period();
    static Match match_of(const Folded& folded);

    std::vector<std::size_t> bin_bands_;
    std::vector<float> waiting_;
    std::deque<Level> levels_;  ///< the latest hops, as many as the local mean needs
    std::size_t taken_ = 0;     ///< so many of `levels_` have been
    float loud_db_ = -200;      ///< of the loudest hop, falling slowly
    Folded current_, all_;
    std::deque<Folded> recent_;  ///< the latest whole periods
    std::array<Stretches, 2> stretches_{{{.periods = 2}, {.periods = 8}}};
    std::int64_t hops_ = 0, samples_ = 0, periods_ = 0;
};

}  // namespace bonafide::features::sound_watermark
