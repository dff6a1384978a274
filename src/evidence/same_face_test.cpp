#include "evidence/same_face.h"

#include <gtest/gtest.h>

namespace bonafide::evidence {
namespace {

TEST(SameFace, DistanceIsEuclidean) {
    FaceNumbers a{}, b{};
    b[0] = 3;
    b[127] = 4;
    EXPECT_DOUBLE_EQ(face_distance(a, b), 5);
    EXPECT_DOUBLE_EQ(face_distance(b, a), 5);
    EXPECT_DOUBLE_EQ(face_distance(b, b), 0);
}

TEST(SameFace, RatioFallsWithTheDistanceAndKeepsItsBounds) {
    EXPECT_DOUBLE_EQ(same_face_llr(0), kMostSameFaceLlr);
    EXPECT_DOUBLE_EQ(same_face_llr(2), -kMostSameFaceLlr);
    // The network's author speaks of one person below 0.6: the curve must change sides near there, not elsewhere.
    EXPECT_GT(same_face_llr(0.45), 0);
    EXPECT_LT(same_face_llr(0.75), 0);
    double before = kMostSameFaceLlr;
    for (double distance = 0; distance < 1.5; distance += 0.05) {
        EXPECT_LE(same_face_llr(distance), before);
        before = same_face_llr(distance);
    }
}

}  // namespace
}  // namespace bonafide::evidence
