#pragma once

#include "forge/launder.h"
#include "forge/make.h"

#include <string>
#include <string_view>
#include <vector>

namespace bonafide::forge {

/// What happens to films on their way, as named steps.
const std::vector<Profile>& film_profiles();

/// One line a step of films and recordings: name, range, meaning.
std::string_view describe_film_steps();

/// make() for "launder" on a film (`order.format` "mp4") or a recording ("m4a", "mp3" or "wav"). The steps of pictures
/// and those of sound are done each in their own order. No size is refused that H.264 can hold; a film of the forge
/// stays one, and is marked again where the steps have washed out its mark. kUsage for unknown steps, those that do not
/// go with the format, and those of pictures where there are none.
Result<Product> make_laundered_film(const Order& order, const Given& given, const Limits& limits, int threads);

}  // namespace bonafide::forge
