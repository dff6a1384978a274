#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace bonafide::media {

/// The description of an ICC profile (ICC.1:2022, tag `desc`, types `desc` and `mluc`) as UTF-8 of at most 128
/// characters, empty where unread.
std::string icc_description(std::span<const std::uint8_t> profile);

/// "sRGB" or "Display P3" for profiles of that name, "ICC: <description>" for others, "ICC: unnamed", or "unspecified"
/// where there is none.
std::string colour_space_of_icc(std::span<const std::uint8_t> profile);

/// The name of a colour space given by code points (ITU-T H.273): "sRGB", "Display P3", "BT.2020 PQ", ...,
/// "unspecified".
std::string colour_space_of_code_points(int primaries, int transfer);

}  // namespace bonafide::media
