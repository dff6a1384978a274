#pragma once

#include "forge/make.h"
#include "media/streams.h"

#include <opencv2/core.hpp>

namespace bonafide::forge {

/// `size` brought within 720 p (1280 x 720 px either way up) and to even sides.
cv::Size film_size(cv::Size size);

/// make() for the kinds that change faces, on a film: `order.format` "mp4". Times and sound are kept; every frame is
/// labelled (where ordered) and marked, and the mark is looked for in what was saved. kUsage where there is no face to
/// change, where the film is too small or too dark to carry the mark, and as make().
Result<Product> make_film(const Order& order, const Given& given, const infer::ModelStore& models, const Limits& limits,
                          int threads);

/// `film` (an MP4 of ours) with the mark put into every frame, and nothing else changed but a save: what laundering has
/// washed out.
Result<Product> mark_film(const std::vector<std::uint8_t>& film, Made made, const Order& order, int threads);

}  // namespace bonafide::forge
