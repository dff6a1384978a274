// Metadata segments of JPEG files: ITU-T T.81 annex B (markers), CIPA DC-008 (Exif in APP1), Adobe XMP specification
// part 3 (XMP and extended XMP in APP1, Photoshop resources in APP13). Only segments before the first scan are looked
// at, as writers place them.
#include "media/metadata_blocks.h"
#include "media/metadata_bytes.h"
#include "media/metadata_text.h"

#include <algorithm>
#include <map>

namespace bonafide::media {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMostSegments = 4096;
constexpr std::string_view kExifPrefix = "Exif\0"sv;  // a sixth byte of padding follows, which some writers get wrong
constexpr std::string_view kXmpPrefix = "http://ns.adobe.com/xap/1.0/\0"sv;
constexpr std::string_view kExtendedXmpPrefix = "http://ns.adobe.com/xmp/extension/\0"sv;
constexpr std::string_view kPhotoshopPrefix = "Photoshop 3.0\0"sv;
constexpr std::string_view kIccPrefix = "ICC_PROFILE\0"sv;
constexpr std::size_t kDigestBytes = 32;

/// Extended XMP: one long packet in pieces that name their offset, told apart by the MD5 digest of the whole.
struct ExtendedXmp {
    std::vector<std::uint8_t> bytes;
    std::size_t received_bytes = 0;
};

class JpegFinder {
  public:
    explicit JpegFinder(BlockCollector& collector) : collector_(collector) {}

    void add_app1(std::span<const std::uint8_t> payload) {
        if (starts_with(payload, kExifPrefix)) {
            const std::size_t skip = std::min(payload.size(), kExifPrefix.size() + 1);
            collector_.add(BlockKind::kExif, "JPEG APP1",
                           {payload.begin() + static_cast<std::ptrdiff_t>(skip), payload.end()});
        } else if (starts_with(payload, kXmpPrefix)) {
            payload = payload.subspan(kXmpPrefix.size());
            main_xmp_ += as_text(payload);
            collector_.add(BlockKind::kXmp, "JPEG APP1", {payload.begin(), payload.end()});
        } else if (starts_with(payload, kExtendedXmpPrefix)) {
            add_extended_xmp(payload.subspan(kExtendedXmpPrefix.size()));
        }
    }

    void add_app13(std::span<const std::uint8_t> payload) {
        if (!starts_with(payload, kPhotoshopPrefix)) return;
        // Resources longer than a segment go on in the next one.
        payload = payload.subspan(kPhotoshopPrefix.size());
        if (photoshop_.size() + payload.size() <= BlockCollector::kMostBlockBytes) {
            photoshop_.insert(photoshop_.end(), payload.begin(), payload.end());
        }
    }

    void finish() {
        collector_.add(BlockKind::kPhotoshop, "JPEG APP13", std::move(photoshop_));
        for (auto& [digest, extended] : extended_) {
            // Adobe XMP part 3: only the packet that the main one names belongs to it.
            if (main_xmp_.find(digest) == std::string::npos) {
                collector_.add_problem("JPEG APP1: an extended XMP packet that the main packet does not name");
            } else if (extended.received_bytes < extended.bytes.size()) {
                collector_.add_problem("JPEG APP1: an extended XMP packet with missing pieces");
            } else {
                collector_.add(BlockKind::kXmp, "JPEG APP1 (extended)", std::move(extended.bytes));
            }
        }
    }

  private:
    void add_extended_xmp(std::span<const std::uint8_t> payload) {
        constexpr std::size_t kMostPackets = 2;
        if (payload.size() < kDigestBytes + 8) return;
        const auto total = static_cast<std::size_t>(big_endian(payload, kDigestBytes, 4));
        const auto offset = static_cast<std::size_t>(big_endian(payload, kDigestBytes + 4, 4));
        const std::string digest(as_text(payload.subspan(0, kDigestBytes)));
        payload = payload.subspan(kDigestBytes + 8);
        const bool known = extended_.contains(digest);
        if (total > BlockCollector::kMostBlockBytes || (!known && extended_.size() >= kMostPackets)) {
            collector_.add_problem("JPEG APP1: more extended XMP than this program reads");
            return;
        }
        ExtendedXmp& extended = extended_[digest];
        if (!known) extended.bytes.resize(total);
        if (offset > extended.bytes.size() || payload.size() > extended.bytes.size() - offset) {
            collector_.add_problem("JPEG APP1: a piece of extended XMP outside the packet");
            return;
        }
        std::copy(payload.begin(), payload.end(), extended.bytes.begin() + static_cast<std::ptrdiff_t>(offset));
        extended.received_bytes += payload.size();
    }

    BlockCollector& collector_;
    std::string main_xmp_;
    std::vector<std::uint8_t> photoshop_;
    std::map<std::string, ExtendedXmp> extended_;
};

}  // namespace

void find_jpeg_blocks(const ingest::ByteSource& source, BlockCollector& collector) {
    JpegFinder finder(collector);
    BufferedBytes bytes(source);
    std::uint64_t offset = 2;
    for (std::size_t segment = 0; segment < kMostSegments; ++segment) {
        // Fill bytes (0xFF) may stand before a marker.
        while (byte_at(bytes.at(offset + 1, 1), 0) == 0xFF && byte_at(bytes.at(offset, 1), 0) == 0xFF)
            ++offset;
        const auto header = bytes.at(offset, 4);
        if (header.size() < 4 || header[0] != 0xFF) break;
        const std::uint8_t code = header[1];
        const bool stands_alone = code == 0x01 || (code >= 0xD0 && code <= 0xD8);
        if (stands_alone) {
            offset += 2;
            continue;
        }
        const auto length = static_cast<std::size_t>(big_endian(header, 2, 2));
        if (code == 0xDA || code == 0xD9 || length < 2) break;
        if (code == 0xE1 || code == 0xE2 || code == 0xED || code == 0xFE) {
            const std::vector<std::uint8_t> payload = source.read(offset + 4, length - 2);
            if (payload.size() < length - 2) collector.add_problem("JPEG: the file ends inside a metadata segment");
            if (code == 0xE1) finder.add_app1(payload);
            if (code == 0xE2 && starts_with(payload, kIccPrefix)) collector.set_icc();
            if (code == 0xED) finder.add_app13(payload);
            if (code == 0xFE) collector.add_text("JPEG COM", "", guess_to_utf8(as_text(payload)));
        }
        offset += 2 + length;
    }
    finder.finish();
}

}  // namespace bonafide::media
