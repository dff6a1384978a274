#pragma once

#include "media/metadata.h"
#include "media/metadata_blocks.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bonafide::media {

/// Adds the datasets of the IPTC-IIM block `bytes` to `datasets` by "record:dataset", repeated ones joined with "; ".
/// Returns what is wrong, in words, or nothing.
std::optional<std::string> read_iptc(std::span<const std::uint8_t> bytes, std::map<std::string, std::string>& datasets);

/// Walks Photoshop image resources: notes their ids, hands IPTC, EXIF and XMP inside them to `nested`.
void read_photoshop_resources(std::span<const std::uint8_t> bytes, std::vector<std::uint16_t>& ids,
                              BlockCollector& nested);

}  // namespace bonafide::media
