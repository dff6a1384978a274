#pragma once

#include <array>
#include <cstddef>

namespace bonafide::evidence {

inline constexpr std::size_t kFaceNumbers = 128;
/// What the recognition network (face.recognition in models/manifest.json) says of a face: faces of one person lie near
/// each other.
using FaceNumbers = std::array<float, kFaceNumbers>;

/// Euclidean distance; below about 0.6 the author of the network speaks of one person.
double face_distance(const FaceNumbers& a, const FaceNumbers& b);

/// No distance says more than this, whatever the curve would give (log10): there were about a hundred people to
/// calibrate on.
inline constexpr double kMostSameFaceLlr = 2;

/// How much likelier `distance` is between two faces of one person than between two people drawn at random: log10, in
/// [-kMostSameFaceLlr, kMostSameFaceLlr], falling with the distance. Fitted by bench/faces/recognition.py;
/// src/features/faces/README.md says on what, and how well it holds elsewhere.
double same_face_llr(double distance);

}  // namespace bonafide::evidence
