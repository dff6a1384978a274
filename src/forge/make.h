#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "forge/order.h"
#include "infer/model_store.h"
#include "ingest/byte_source.h"

#include <cstdint>
#include <vector>

namespace bonafide::forge {

struct Given {
    const ingest::ByteSource& picture;           ///< face: not read
    const ingest::ByteSource* second = nullptr;  ///< swap, animal: the picture with the face to put on, or the network
                                                 ///< that makes it; mouth, video: the sound or clip; convert, mimic:
                                                 ///< the voice; may be null
};

/// A finished picture with the visible label (where ordered) and the watermark; it still lacks its content credential
/// (seal.h), without which nobody hands it out.
struct Product {
    std::vector<std::uint8_t> bytes;
    Made made;
};

/// Makes what `order` asks for, marks it, and looks whether the mark is found in what was saved. Refuses (kUsage) kinds
/// that need a consent record without a valid one. Errors of the decoder and the models.
Result<Product> make(const Order& order, const Given& given, const infer::ModelStore& models, const Limits& limits,
                     int threads);

}  // namespace bonafide::forge
