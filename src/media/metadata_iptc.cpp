// IPTC-IIM version 4.2 (IPTC, 2014), and the Photoshop image resource blocks that carry it (Adobe Photoshop file
// formats specification). Limits: binary datasets (previews) are skipped; ISO 2022 character sets other than UTF-8 are
// read as UTF-8 or ISO 8859-1, by fit.
#include "media/metadata_iptc.h"

#include "media/metadata_bytes.h"
#include "media/metadata_text.h"

#include <algorithm>

namespace bonafide::media {
namespace {

constexpr std::size_t kMostDatasets = 1024;
constexpr std::size_t kMostResources = 1024;
constexpr std::uint16_t kIptcResource = 0x0404, kExifResource = 0x0422, kXmpResource = 0x0424;

}  // namespace

std::optional<std::string> read_iptc(std::span<const std::uint8_t> bytes,
                                     std::map<std::string, std::string>& datasets) {
    std::size_t at = 0, count = 0;
    while (at + 5 <= bytes.size() && bytes[at] == 0x1C) {
        const int record = bytes[at + 1], dataset = bytes[at + 2];
        std::size_t length = static_cast<std::size_t>(big_endian(bytes, at + 3, 2));
        at += 5;
        if ((length & 0x8000) != 0) {
            // Extended dataset: the low bits say how many bytes the real length takes.
            const std::size_t width = length & 0x7FFF;
            if (width > 4 || width > bytes.size() - at) return "a dataset with an impossible length";
            length = static_cast<std::size_t>(big_endian(bytes, at, static_cast<int>(width)));
            at += width;
        }
        if (length > bytes.size() - at) return "a dataset that is cut off";
        if (++count > kMostDatasets) return "more datasets than this program reads";
        const std::string_view value = as_text(bytes.subspan(at, length));
        at += length;
        // Record 1 is the envelope (version and character set), 2 and 3 are the application's; the others hold object
        // data.
        if (record > 3) continue;
        const bool version_number = dataset == 0 && length == 2;
        std::string text = version_number ? std::to_string(big_endian(as_bytes(value), 0, 2)) : guess_to_utf8(value);
        if (text.empty()) continue;
        std::string& stored = datasets[std::to_string(record) + ":" + std::to_string(dataset)];
        if (stored.size() + text.size() + 2 > kMostTextBytes) continue;
        if (!stored.empty()) stored += "; ";
        stored += text;
    }
    if (count == 0) return "a block without a single dataset";
    return std::nullopt;
}

void read_photoshop_resources(std::span<const std::uint8_t> bytes, std::vector<std::uint16_t>& ids,
                              BlockCollector& nested) {
    std::size_t at = 0;
    for (std::size_t resource = 0; resource < kMostResources && at + 12 <= bytes.size(); ++resource) {
        const std::string_view signature = as_text(bytes.subspan(at, 4));
        if (signature != "8BIM" && signature != "MeSa" && signature != "AgHg" && signature != "PHUT" &&
            signature != "DCSR") {
            nested.add_problem("Photoshop resources: a block that does not start as one");
            return;
        }
        const auto id = static_cast<std::uint16_t>(big_endian(bytes, at + 4, 2));
        // The name is a counted string, padded to an even length with its count.
        at += 6 + ((byte_at(bytes, at + 6) + 2u) & ~1u);
        const auto length = static_cast<std::size_t>(big_endian(bytes, at, 4));
        at += 4;
        if (at > bytes.size() || length > bytes.size() - at) {
            nested.add_problem("Photoshop resources: a block that is cut off");
            return;
        }
        ids.push_back(id);
        const auto content = bytes.subspan(at, length);
        const auto copy = [&] { return std::vector<std::uint8_t>(content.begin(), content.end()); };
        if (id == kIptcResource) nested.add(BlockKind::kIptc, "Photoshop resource", copy());
        if (id == kExifResource) nested.add(BlockKind::kExif, "Photoshop resource", copy());
        if (id == kXmpResource) nested.add(BlockKind::kXmp, "Photoshop resource", copy());
        at += length + (length & 1);
    }
}

}  // namespace bonafide::media
