#pragma once

#include "evidence/same_face.h"
#include "features/faces/tracker.h"

#include <map>
#include <vector>

namespace bonafide::features::faces {

/// Side of the picture that the recognition network looks at, px.
inline constexpr int kChipPx = 150;
/// Height of the smallest face, forehead to chin, whose identity is looked at, px. Below, most of the chip is invented.
inline constexpr float kLeastRecognisedPx = 40;
/// The largest turn of a head, degrees of yaw or pitch, at which its identity is looked at.
inline constexpr float kMostTurnedDeg = 50;

/// 2 x 3 matrix from the picture to the chip: the similarity that brings eye corners and nose base nearest (least
/// squares) to where dlib's mean face has them, a quarter of its size inside the chip's border (dlib:
/// image_transforms/interpolation.h, get_face_chip_details).
cv::Matx23f chip_transform(const Face& face);

/// Whether a face is large enough and looks into the camera enough to tell who it is.
bool is_recognisable(const Face& face);

/// Tells faces apart with dlib's residual network: King, "dlib-models", 2017; after He et al., "Deep residual learning
/// for image recognition", CVPR 2016, at half the filters. Deviation: the face is aligned by the landmarks of Mesh
/// in place of dlib's five-point predictor.
class Recogniser {
  public:
    /// Errors of infer::Session::open.
    static Result<Recogniser> open(const infer::ModelStore& models, const infer::SessionOptions& options);

    /// The numbers of a face of `rgb` (CV_8UC3, red first). kInternal: the model failed.
    Result<evidence::FaceNumbers> numbers_of(const cv::Mat& rgb, const Face& face);

  private:
    explicit Recogniser(infer::Session session) : session_(std::move(session)) {}
    infer::Session session_;
};

/// What is known of who one face, or one track of a film, is.
struct Appearance {
    int track = 0;
    double first_s = 0, last_s = 0;
    std::int64_t frames = 0;  ///< in which it was seen
    float largest_px = 0;     ///< height of its largest landmark box
    /// One each moment that was looked at, evenly spread; empty where the face was never recognisable.
    std::vector<evidence::FaceNumbers> samples;
    std::vector<double> sample_s;  ///< when

    /// The mean of the samples. ENSURE: there are some.
    evidence::FaceNumbers mean() const;
    /// The largest distance between two samples; nothing with fewer than two.
    std::optional<double> drift() const;
};

/// Collects the appearances of a film in bounded memory: at most kMostSamples a track, ever wider apart.
class AppearanceCollector {
  public:
    static constexpr std::size_t kMostSamples = 16;
    static constexpr double kFirstSpacing_s = 0.25;

    /// Takes in one face of the frame `rgb`, in the order of time. Without a recogniser (null) no samples are taken.
    Result<void> add(Recogniser* recogniser, const cv::Mat& rgb, int track, const Face& face, double time_s);
    /// In the order of the track numbers.
    std::vector<Appearance> appearances() const;

  private:
    struct Kept {
        Appearance appearance;
        double spacing_s = kFirstSpacing_s;
    };
    std::map<int, Kept> kept_;
};

}  // namespace bonafide::features::faces
