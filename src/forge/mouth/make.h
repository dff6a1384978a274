#pragma once

#include "forge/make.h"

namespace bonafide::forge {

/// "mouth": the person of a film, or of a picture that becomes a film, says what `given.second` holds: with
/// `order.driver` "sound" its sound, with "mouth" what the mouth of the clip does. That sound becomes the film's: cut
/// where the film ends, silent where it is shorter. kUsage without a valid consent record, without speech or without a
/// face; else as make_film().
Result<Product> make_mouth(const Order& order, const Given& given, const infer::ModelStore& models,
                           const Limits& limits, int threads);

}  // namespace bonafide::forge
