#pragma once

#include "forge/make.h"

namespace bonafide::forge {

/// make() for "voice": what order.voice names, made of the sound of a recording or film, as a recording (`order.format`
/// "m4a", "mp3" or "wav"). The mark is put into the sound and looked for in what was saved; the label is in the
/// container's metadata. Errors of read_voice() and the models; kUsage for unknown names, for a voice without a valid
/// consent record where one is needed, and for sound that cannot carry the mark.
Result<Product> make_voice(const Order& order, const Given& given, const infer::ModelStore& models,
                           const Limits& limits, int threads);

}  // namespace bonafide::forge
