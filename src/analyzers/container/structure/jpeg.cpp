// The segment structure of JPEG files: ITU-T T.81 annex B, JFIF (ECMA TR/98), Exif (CIPA DC-008), multi-picture format
// (CIPA DC-007). What is typical of cameras and of software follows E. Kee, M. Johnson, H. Farid, "Digital image
// authentication from JPEG headers" (2011), without their table of cameras: only rules that hold for all of them are
// used. Limits: a program that rebuilds the whole file leaves nothing to find here.
#include "analyzers/container/structure/jpeg.h"

#include "analyzers/container/structure/fields.h"
#include "analyzers/container/structure/trailing.h"
#include "analyzers/container/structure/writers.h"

#include <algorithm>
#include <string>

namespace bonafide::analyzers::structure {
namespace {

constexpr std::uint8_t kStartOfImage = 0xD8;
constexpr std::uint8_t kEndOfImage = 0xD9;
constexpr std::uint8_t kStartOfScan = 0xDA;
constexpr std::uint8_t kComment = 0xFE;
constexpr std::size_t kMostCommentBytes = 4096;
/// Software that counts a segment's length wrongly is off by a few bytes; what is hidden on purpose is longer.
constexpr std::size_t kMiscountedBytes = 16;

bool is_application(const media::JpegMarker& marker, int number) {
    return marker.code == 0xE0 + number;
}

bool starts(const media::JpegMarker& marker, std::string_view identifier) {
    return marker.identifier.compare(0, identifier.size(), identifier) == 0;
}

struct Segments {
    int jfif = 0, exif = 0, adobe = 0, photoshop = 0, ducky = 0, scans = 0, starts = 0;
    bool jfif_before_exif = false;
    bool multi_picture = false;
    bool restart_interval = false;
};

Segments count_segments(const media::JpegHeader& header) {
    Segments found;
    for (const media::JpegMarker& marker : header.markers) {
        found.starts += marker.code == kStartOfImage ? 1 : 0;
        found.scans += marker.code == kStartOfScan ? 1 : 0;
        found.restart_interval = found.restart_interval || marker.code == 0xDD;
        if (is_application(marker, 0) && starts(marker, "JFIF")) {
            found.jfif_before_exif = found.jfif_before_exif || found.exif == 0;
            ++found.jfif;
        } else if (is_application(marker, 1) && starts(marker, "Exif")) {
            ++found.exif;
        } else if (is_application(marker, 2) && starts(marker, "MPF")) {
            found.multi_picture = true;
        } else if (is_application(marker, 12) && starts(marker, "Ducky")) {
            ++found.ducky;
        } else if (is_application(marker, 13) && starts(marker, "Photoshop")) {
            ++found.photoshop;
        } else if (is_application(marker, 14) && starts(marker, "Adobe")) {
            ++found.adobe;
        }
    }
    return found;
}

/// T.81 B.1.1.2 allows any number of 0xFF before a marker and nothing else between segments.
void find_gaps(std::span<const std::uint8_t> bytes, const media::JpegHeader& header, Structure& structure) {
    for (std::size_t index = 1; index < header.markers.size(); ++index) {
        const media::JpegMarker& before = header.markers[index - 1];
        const std::uint64_t end = before.offset_bytes + std::min(before.length_bytes, UINT64_MAX - before.offset_bytes);
        const std::uint64_t next = std::min<std::uint64_t>(header.markers[index].offset_bytes, bytes.size());
        if (end >= next || before.code == kStartOfScan) {
            continue;
        }
        const auto gap = bytes.subspan(static_cast<std::size_t>(end), static_cast<std::size_t>(next - end));
        const bool padding =
            std::all_of(gap.begin(), gap.end(), [](std::uint8_t byte) { return byte == 0xFF || byte == 0x00; });
        if (!padding && gap.size() <= kMiscountedBytes) {
            structure.add(SignKind::kDamage,
                          "The declared length of a segment is " + std::to_string(gap.size()) + " bytes too short.");
        } else if (!padding) {
            structure.add(SignKind::kAnomaly, std::to_string(gap.size()) +
                                                  " bytes stand between two segments, where the format allows none.");
        } else {
            structure.add(SignKind::kNote, "Padding stands between segments.");
        }
    }
}

void read_comments(std::span<const std::uint8_t> bytes, const media::JpegHeader& header, Structure& structure) {
    const Fields fields(bytes);
    for (const media::JpegMarker& marker : header.markers) {
        const bool is_photoshop = is_application(marker, 13) && starts(marker, "Photoshop");
        if ((marker.code != kComment && !is_photoshop) || marker.length_bytes < 4) {
            continue;
        }
        const std::size_t length =
            static_cast<std::size_t>(std::min<std::uint64_t>(marker.length_bytes - 4, kMostCommentBytes));
        const std::string text = fields.text(static_cast<std::size_t>(marker.offset_bytes + 4), length);
        if (is_photoshop) {
            if (text.find("FBMD") != std::string::npos) {
                note_writer("FBMD", structure);
            }
        } else if (!note_writer(text, structure)) {
            structure.add(SignKind::kNote, "It carries the comment '" + printable(text) + "'.");
        }
    }
}

void judge_order(const media::JpegHeader& header, const Segments& found, Structure& structure) {
    if (found.starts > 1) {
        structure.add(SignKind::kAnomaly, "A second picture begins inside the header.");
    }
    if (found.jfif > 1) {
        structure.add(SignKind::kAnomaly,
                      "The JFIF header stands there " + std::to_string(found.jfif) + " times; encoders write it once.");
    }
    if (found.exif > 1) {
        structure.add(SignKind::kAnomaly,
                      "The EXIF block stands there " + std::to_string(found.exif) + " times; cameras write it once.");
    }
    if (found.jfif > 0 && found.exif > 0) {
        structure.add(SignKind::kNote,
                      found.jfif_before_exif
                          ? "A JFIF header stands before the EXIF block: image libraries write it so, and some phones."
                          : "A JFIF header stands after the EXIF block, as several cameras and editors write it.");
    }
    if (found.photoshop > 0) {
        structure.add(SignKind::kResave,
                      "It carries a block of Photoshop resources, as editors and picture archives write them.");
    }
    if (found.ducky > 0) {
        structure.add(SignKind::kResave, "It was saved by Photoshop's 'Save for Web'.");
    }
    if (found.adobe > 0) {
        structure.add(found.exif > 0 && found.photoshop == 0 ? SignKind::kNote : SignKind::kResave,
                      "It carries the marker of Adobe's JPEG encoders.");
    }
    if (header.progressive) {
        structure.add(SignKind::kResave,
                      "It is coded progressively, as web services and editors do and cameras do not.");
    }
    if (found.exif == 0) {
        structure.add(
            SignKind::kResave,
            found.jfif > 0
                ? "It has a JFIF header and no camera data: any camera's file that is saved anew without them looks so."
                : "It has neither a JFIF header nor camera data.");
    }
    if (found.restart_interval) {
        structure.add(SignKind::kNote, "It uses restart markers, as several cameras do.");
    }
}

}  // namespace

Structure examine_jpeg(std::span<const std::uint8_t> bytes, const media::JpegHeader& header) {
    Structure structure;
    structure.format = "JPEG";
    const Segments found = count_segments(header);
    judge_order(header, found, structure);
    find_gaps(bytes, header, structure);
    read_comments(bytes, header, structure);
    const bool scanned = found.scans > 0;
    if (!header.ended) {
        structure.add(SignKind::kDamage,
                      scanned ? "The picture data ends without the end marker." : "There is no picture data.");
        return structure;
    }
    if (!header.markers.empty() && header.markers.back().code != kEndOfImage &&
        header.markers.back().code != kStartOfScan) {
        structure.add(SignKind::kNote, "The last segment before the end is no picture data.");
    }
    const auto source = ingest::open_memory(bytes);
    note_trailing(*source, header.end_offset_bytes, structure);
    if (classify_trailing(*source, header.end_offset_bytes) == TrailingKind::kJpeg && !found.multi_picture) {
        structure.add(
            SignKind::kNote,
            "No multi-picture index announces that second picture; older devices append previews without one.");
    }
    return structure;
}

}  // namespace bonafide::analyzers::structure
