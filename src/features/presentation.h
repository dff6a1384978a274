#pragma once

#include "features/media.h"
#include "media/streams.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bonafide::features {

/// What a reader looks at beside the findings: a preview picture, frames of a film, waveform and spectrogram of a
/// sound. Made in the worker, which alone may decode; shown by report::render_html, which decodes nothing.
///
/// Files by name: "presentation.json", which names the others: "preview.jpg" (picture, longer side at most 1,280 px),
/// "frame_<n>.jpg" (at most 12 frames of a film, 320 px), "spectrogram.png". presentation.json:
///   {"preview": {"file", "width_px", "height_px"} | null,
///    "frames": [{"file", "time_s"}],
///    "waveform": {"duration_s", "minimum": [..], "maximum": [..]} | null,          at most 1,000 points, in [-1, 1]
///    "spectrogram": {"file", "duration_s", "maximum_hz"} | null}
class PresentationMaker : public media::StreamSink {
  public:
    virtual std::map<std::string, std::vector<std::uint8_t>> finish(const Media& media) = 0;
    /// Memory is bounded whatever the length of the input.
    static std::unique_ptr<PresentationMaker> create();
};

}  // namespace bonafide::features
