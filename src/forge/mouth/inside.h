#pragma once

#include "forge/mouth/head.h"
#include "forge/mouth/person.h"

#include <opencv2/core.hpp>

namespace bonafide::forge {

/// What lies between open lips, drawn for one picture.
struct InsideOrder {
    const MouthOwner& owner;
    HeadPlace place;
    HeadPoints held;  ///< the mouth as it is to be (holding())
    float drop = 0;   ///< of the jaw, in units of the head
    cv::Vec3f skin;   ///< colour of the skin around, in [0, 1]
};

/// Dark of the mouth, teeth and tongue at every pixel of `area` of the picture (CV_32FC3, red first, in [0, 1]): the
/// upper teeth hang from the skull and the lower ones go with the jaw; the person's own upper teeth where they were
/// seen, drawn ones elsewhere. Deterministic.
cv::Mat draw_inside(const InsideOrder& order, const cv::Rect& area);

}  // namespace bonafide::forge
