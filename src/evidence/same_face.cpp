#include "evidence/same_face.h"

#include <algorithm>
#include <cmath>

namespace bonafide::evidence {
namespace {

// Logistic regression over pairs, both kinds weighing alike, so that no prior hides in it: llr = kAtZero + kSlope *
// distance.
constexpr double kAtZero = 4.62;
constexpr double kSlope = -9.12;

}  // namespace

double face_distance(const FaceNumbers& a, const FaceNumbers& b) {
    double sum = 0;
    for (std::size_t i = 0; i < kFaceNumbers; ++i) {
        const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
        sum += difference * difference;
    }
    return std::sqrt(sum);
}

double same_face_llr(double distance) {
    return std::clamp(kAtZero + kSlope * distance, -kMostSameFaceLlr, kMostSameFaceLlr);
}

}  // namespace bonafide::evidence
