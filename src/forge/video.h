#pragma once

#include "forge/make.h"

namespace bonafide::forge {

/// "video": the person of a film, or of a picture that becomes a film, says what is heard in `given.second`: as "mouth"
/// does by sound (mouth/make.h), with the mark in the sound as well as in the pictures. Sound that carries it already
/// is left as it is. kUsage as there, and where the sound cannot carry the mark.
Result<Product> make_video(const Order& order, const Given& given, const infer::ModelStore& models,
                           const Limits& limits, int threads);

}  // namespace bonafide::forge
