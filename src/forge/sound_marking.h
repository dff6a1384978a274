#pragma once

#include "base/result.h"
#include "features/sound_watermark/finder.h"
#include "features/sound_watermark/marker.h"
#include "forge/film_copy.h"
#include "media/streams.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace bonafide::forge {

/// Puts the forge's mark into the sound of a film or recording on its way to a writer. Gaps between blocks stay gaps.
class SoundMarking {
  public:
    using Write = std::function<Result<void>(const media::SoundBlock&)>;
    explicit SoundMarking(double strength_db) : strength_db_(strength_db) {}

    /// Hands on what is finished; errors of `write`.
    Result<void> add(const media::SoundBlock& block, const Write& write);
    Result<void> finish(const Write& write);
    /// Of the sound over the mark's own change; 0 before there was any.
    double snr_db() const;

  private:
    Result<void> hand_on(const features::sound_watermark::Channels& ready, const Write& write);

    double strength_db_;
    std::optional<features::sound_watermark::Marker> marker_;
    int rate_hz_ = 0;
    std::size_t channels_ = 0;
    double start_s_ = 0;                      ///< of the run without gaps that is being marked
    std::int64_t given_ = 0, handed_on_ = 0;  ///< samples of it
    double signal_ = 0, change_ = 0;          ///< energies of the runs before
};

/// What is found of the mark in the sound of a film or recording that was just written.
Result<features::sound_watermark::Trace> trace_in_sound(const std::vector<std::uint8_t>& bytes, int threads);

/// Whether that is the mark.
bool sound_is_marked(const features::sound_watermark::Trace& trace);

/// What was written with the mark in its sound, and what is found of it.
struct MarkedCopy {
    Copied copied;
    features::sound_watermark::Trace trace;
};

/// copy_film() with the mark put into the sound, as faint as lets it be found in what was saved with some margin.
/// Errors of copy_film(); kUsage where the sound cannot carry it.
Result<MarkedCopy> copy_marked(CopyOrder order, int threads);

}  // namespace bonafide::forge
