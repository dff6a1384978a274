#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace bonafide::media {

/// How the units of a coded picture are set apart.
struct UnitLayout {
    enum class Codec { kH264, kHevc, kMpeg4 };
    Codec codec = Codec::kH264;
    int length_bytes = 0;  ///< size of the length before each unit (ISO/IEC 14496-15); 0: start codes (Annex B)
};

/// The text by which an encoder names itself in a coded picture or in codec headers: the user-data SEI message of x264
/// and x265 (H.264 and HEVC, message type 5), or the user data of MPEG-4 Part 2 (Xvid, Lavc). Printable ASCII, at most
/// 512 characters; empty where there is none. Looks at the first 64 units and 256 KiB at most.
std::string find_encoder_text(std::span<const std::uint8_t> bytes, const UnitLayout& layout);

}  // namespace bonafide::media
