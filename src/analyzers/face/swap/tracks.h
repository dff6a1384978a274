#pragma once

#include "analyzers/face/swap/texture.h"
#include "features/faces/mesh.h"

#include <cstdint>
#include <map>
#include <vector>

namespace bonafide::analyzers::swapped {

/// Why a face of one frame is not measured.
enum class Unfit { kNone, kSmall, kTurned, kOutside };

struct FaceLimits {
    double least_face_px = 0;  ///< forehead to chin
    double most_turn_deg = 0;  ///< yaw or pitch
};

/// Can this face be measured at all? kOutside is found only by measuring.
Unfit unfit_of(const features::faces::Face& face, const FaceLimits& limits);

/// One appearance of a face in a film.
struct FaceRecord {
    int track = 0;
    double first_s = 0, last_s = 0;
    std::int64_t frames = 0;   ///< in which it was seen
    std::size_t measured = 0;  ///< frames whose texture was measured
    double face_px = 0;        ///< forehead to chin, mean of the measured frames
    double largest_px = 0;     ///< of all frames
    std::int64_t turned = 0;   ///< frames in which it was large enough but turned away
    Texture texture{};         ///< median over the measured frames, so that a few bad ones have no say
};

/// Gathers the faces of a film in bounded memory: at most kMostSamples textures a track, ever wider apart, and at most
/// kMostTracks tracks; of more, those that were seen in the fewest frames go.
class FaceRecords {
  public:
    static constexpr std::size_t kMostSamples = 40, kMostTracks = 200;
    static constexpr double kFirstSpacing_s = 0.12;
    static constexpr double kGone_s = 5;  ///< unseen for so long, a track will not come back

    FaceRecords(const FaceLimits& limits, const Channels& channels) : limits_(limits), channels_(channels) {}
    /// Takes in one face of the frame `rgb` (CV_8UC3, red first), in the order of time.
    void add(const cv::Mat& rgb, int track, const features::faces::Face& face, double time_s);
    /// In the order of the track numbers. The collector is empty afterwards.
    std::vector<FaceRecord> finish();

  private:
    struct Open {
        FaceRecord record;
        std::vector<Texture> samples;
        std::vector<double> sample_s, heights_px;
        double spacing_s = kFirstSpacing_s;
    };
    void close(Open& open);

    FaceLimits limits_;
    Channels channels_;
    std::map<int, Open> open_;
    std::vector<FaceRecord> closed_;
};

}  // namespace bonafide::analyzers::swapped
