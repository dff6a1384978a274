#pragma once

#include "report/report.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::report {

/// A picture to show, checked to be a JPEG or PNG by its first bytes.
struct Picture {
    std::string_view bytes;           ///< of the artifact, which must outlive it
    bool is_jpeg = false;             ///< else PNG
    int width_px = 0, height_px = 0;  ///< as its header declares them; 0 where that cannot be read
};

/// What the page shows beside words. Made from artifacts that are not trusted: what does not fit
/// features/presentation.h is left out.
struct Exhibits {
    struct Frame {
        Picture picture;
        double time_s = 0;
    };
    struct Map {
        std::string analyzer;  ///< id, "fused" for the combined one
        Picture picture;
    };
    struct Waveform {
        double duration_s = 0;
        std::vector<double> minimum, maximum;  ///< equal lengths, at least one, in [-1, 1]
    };
    struct Spectrogram {
        Picture picture;
        double duration_s = 0, maximum_hz = 0;
    };
    std::optional<Picture> preview;
    std::vector<Frame> frames;
    std::vector<Map> maps;  ///< the combined one first
    std::optional<Waveform> waveform;
    std::optional<Spectrogram> spectrogram;
};

/// Collects what can be shown. Never throws.
Exhibits collect_exhibits(const Report& report, const Artifacts& artifacts);

/// `picture` as a data: address.
std::string address_of(const Picture& picture);

/// RFC 4648 base64 with padding.
std::string base64(std::string_view bytes);

}  // namespace bonafide::report
