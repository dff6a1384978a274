// EXIF: CIPA DC-008 (Exif 2.32) over TIFF 6.0.
// Tag names and maker notes come from libexif. The directories themselves are walked here, because libexif reads no
// TIFF files, stops at 64 KiB and drops or repairs what contradicts the standard, which is just what an examiner wants
// to see. Limits: BigTIFF, sub-IFDs of raw files and IFDs of further pages are not read.
#include "media/metadata_exif.h"

#include "media/metadata_bytes.h"
#include "media/metadata_text.h"

#include <libexif/exif-tag.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <set>

namespace bonafide::media {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMostEntries = 1000;  // of one directory; honest ones hold a few dozen
constexpr std::size_t kMostNumbers = 64;    // of one value, the rest is cut
constexpr std::size_t kMostMakerNoteBytes = 1 << 20;
constexpr std::size_t kMostThumbnailBytes = 1 << 20;
constexpr std::size_t kMostLibexifBytes = 64 * 1024;

enum Tag : std::uint16_t {
    kXmpPacket = 0x02BC,
    kIptcBlock = 0x83BB,
    kPhotoshopBlock = 0x8649,
    kExifDirectory = 0x8769,
    kIccProfile = 0x8773,
    kGpsDirectory = 0x8825,
    kMakerNote = 0x927C,
    kUserComment = 0x9286,
    kWindowsTitle = 0x9C9B,
    kWindowsSubject = 0x9C9F,
    kInteroperabilityDirectory = 0xA005
};

/// Tags that libexif's tables lack or spell otherwise, by their names in Exif 2.32, TIFF/EP and the DNG specification.
struct ExtraName {
    std::uint16_t tag;
    const char* name;
};
constexpr ExtraName kExtraNames[] = {{0x000B, "ProcessingSoftware"}, {0x9290, "SubSecTime"},
                                     {0x00FE, "NewSubfileType"},     {0x013C, "HostComputer"},
                                     {0x0213, "YCbCrPositioning"},   {0x8830, "SensitivityType"},
                                     {0xA460, "CompositeImage"},     {0xC614, "UniqueCameraModel"}};

struct Directory {
    const char* group;
    ExifIfd ifd;
};
constexpr Directory kImage{"Image", EXIF_IFD_0}, kThumbnail{"Thumbnail", EXIF_IFD_1}, kPhoto{"Photo", EXIF_IFD_EXIF},
    kGps{"GPS", EXIF_IFD_GPS}, kInteroperability{"Iop", EXIF_IFD_INTEROPERABILITY};

/// Bytes of one number of each TIFF type; 0 for types that do not exist.
std::size_t type_width(std::uint16_t type) {
    constexpr std::array<std::size_t, 14> kWidths = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};
    return type < kWidths.size() ? kWidths[type] : 0;
}

std::string tag_name(std::uint16_t tag, const Directory& directory) {
    for (const ExtraName& extra : kExtraNames) {
        if (extra.tag == tag) return extra.name;
    }
    if (const char* name = exif_tag_get_name_in_ifd(static_cast<ExifTag>(tag), directory.ifd)) return name;
    char text[8];
    std::snprintf(text, sizeof text, "0x%04x", static_cast<unsigned>(tag));
    return text;
}

std::string decimal(double value) {
    if (!std::isfinite(value)) return "undefined";
    char text[32];
    std::snprintf(text, sizeof text, "%.10g", value);
    return text;
}

struct Entry {
    std::uint16_t tag = 0, type = 0;
    std::uint32_t count = 0;
    std::uint64_t value_offset = 0, value_bytes = 0;
};

class ExifReader {
  public:
    ExifReader(const ingest::ByteSource& source, ExifScope scope, Metadata& metadata, BlockCollector& nested)
        : source_(source), scope_(scope), metadata_(metadata), nested_(nested) {}

    void read() {
        const std::vector<std::uint8_t> header = source_.read(0, 8);
        little_ = starts_with(header, "II");
        if (header.size() < 8 || (!little_ && !starts_with(header, "MM")) || number(header, 2, 2) != 42) {
            nested_.add_problem("EXIF: no TIFF header at the start of the block");
            return;
        }
        const std::uint64_t next = read_directory(number(header, 4, 4), kImage);
        if (next != 0 && scope_ == ExifScope::kBlock) {
            read_directory(next, kThumbnail);
            read_thumbnail();
        }
        read_note();
        metadata_.has_exif = metadata_.has_exif || entries_ > 0;
    }

  private:
    std::uint64_t number(std::span<const std::uint8_t> bytes, std::size_t offset, int width) const {
        return little_ ? little_endian(bytes, offset, width) : big_endian(bytes, offset, width);
    }

    /// Reads the directory at `offset` and those it names; returns where the next one lies, 0 for none.
    std::uint64_t read_directory(std::uint64_t offset, const Directory& directory) {
        if (!visited_.insert(offset).second) {
            nested_.add_problem("EXIF: a directory that names one already read");
            return 0;
        }
        const std::vector<std::uint8_t> head = source_.read(offset, 2);
        const auto count = static_cast<std::size_t>(number(head, 0, 2));
        if (head.size() < 2 || count == 0) {
            nested_.add_problem(std::string("EXIF: the ") + directory.group + " directory is missing or empty");
            return 0;
        }
        if (count > kMostEntries) {
            nested_.add_problem(std::string("EXIF: the ") + directory.group +
                                " directory claims more entries than any file has");
            return 0;
        }
        const std::vector<std::uint8_t> body = source_.read(offset + 2, count * 12 + 4);
        for (std::size_t index = 0; index < count && (index + 1) * 12 <= body.size(); ++index) {
            read_entry(body, index * 12, offset + 2 + index * 12, directory);
        }
        if (body.size() < count * 12)
            nested_.add_problem(std::string("EXIF: the ") + directory.group + " directory is cut off");
        return body.size() >= count * 12 + 4 ? number(body, count * 12, 4) : 0;
    }

    void read_entry(std::span<const std::uint8_t> body, std::size_t at, std::uint64_t file_offset,
                    const Directory& directory) {
        Entry entry;
        entry.tag = static_cast<std::uint16_t>(number(body, at, 2));
        entry.type = static_cast<std::uint16_t>(number(body, at + 2, 2));
        entry.count = static_cast<std::uint32_t>(number(body, at + 4, 4));
        const std::size_t width = type_width(entry.type);
        if (width == 0) {
            nested_.add_problem(std::string("EXIF: the ") + directory.group +
                                " directory holds a value of an unknown type");
            return;
        }
        entry.value_bytes = static_cast<std::uint64_t>(entry.count) * width;
        entry.value_offset = entry.value_bytes <= 4 ? file_offset + 8 : number(body, at + 8, 4);
        ++entries_;
        if (entry.value_bytes > source_.size_bytes() || entry.value_offset > source_.size_bytes() - entry.value_bytes) {
            nested_.add_problem("EXIF: " + std::string(directory.group) + "." + tag_name(entry.tag, directory) +
                                " lies outside the block");
            return;
        }
        if (follow(entry, directory)) return;
        const std::size_t most = std::min<std::size_t>(static_cast<std::size_t>(entry.value_bytes), kMostTextBytes);
        const std::vector<std::uint8_t> value = source_.read(entry.value_offset, most);
        std::string text = format(entry, value);
        if (!text.empty())
            metadata_.exif.emplace(std::string(directory.group) + "." + tag_name(entry.tag, directory),
                                   std::move(text));
    }

    /// Handles the tags that hold a structure and not a value.
    bool follow(const Entry& entry, const Directory& directory) {
        const auto sub_directory = [&](const Directory& child) {
            read_directory(number(source_.read(entry.value_offset, 4), 0, 4), child);
            return true;
        };
        const auto block = [&](BlockKind kind, const char* origin) {
            nested_.add(kind, origin, source_, entry.value_offset, entry.value_bytes);
            return true;
        };
        const bool image = directory.ifd == EXIF_IFD_0;
        switch (entry.tag) {
            case kExifDirectory:
                return image && entry.value_bytes == 4 && sub_directory(kPhoto);
            case kGpsDirectory:
                return image && entry.value_bytes == 4 && sub_directory(kGps);
            case kInteroperabilityDirectory:
                return directory.ifd == EXIF_IFD_EXIF && entry.value_bytes == 4 && sub_directory(kInteroperability);
            case kXmpPacket:
                return image && block(BlockKind::kXmp, "TIFF tag 700");
            case kIptcBlock:
                return image && block(BlockKind::kIptc, "TIFF tag 33723");
            case kPhotoshopBlock:
                return image && block(BlockKind::kPhotoshop, "TIFF tag 34377");
            case kIccProfile:
                metadata_.has_icc = metadata_.has_icc || image;
                return image;
            case kMakerNote:
                metadata_.maker_note_bytes = entry.value_bytes;
                maker_note_ = source_.read(entry.value_offset, static_cast<std::size_t>(std::min<std::uint64_t>(
                                                                   entry.value_bytes, kMostMakerNoteBytes)));
                return true;
            default:
                return false;
        }
    }

    std::string format(const Entry& entry, std::span<const std::uint8_t> value) const {
        if (entry.tag == kUserComment) return format_comment(value);
        if (entry.tag >= kWindowsTitle && entry.tag <= kWindowsSubject) return utf16_to_utf8(value, false);
        if (entry.type == 2) return guess_to_utf8(as_text(value));
        if (entry.type == 7) return format_undefined(value);
        const std::size_t width = type_width(entry.type);
        std::string text;
        for (std::size_t index = 0; index < entry.count && (index + 1) * width <= value.size(); ++index) {
            if (index == kMostNumbers) {
                text += " ...";
                break;
            }
            if (index > 0) text += ' ';
            text += format_number(entry.type, value.subspan(index * width, width));
        }
        return text;
    }

    std::string format_number(std::uint16_t type, std::span<const std::uint8_t> bytes) const {
        const std::uint64_t whole = number(bytes, 0, static_cast<int>(std::min<std::size_t>(bytes.size(), 4)));
        switch (type) {
            case 6:
                return std::to_string(static_cast<std::int8_t>(whole));
            case 8:
                return std::to_string(static_cast<std::int16_t>(whole));
            case 9:
                return std::to_string(static_cast<std::int32_t>(whole));
            case 5:
                return decimal(static_cast<double>(whole) / static_cast<double>(number(bytes, 4, 4)));
            case 10:
                return decimal(static_cast<double>(static_cast<std::int32_t>(whole)) /
                               static_cast<double>(static_cast<std::int32_t>(number(bytes, 4, 4))));
            case 11:
                return decimal(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(whole))));
            case 12:
                return decimal(std::bit_cast<double>(number(bytes, 0, 8)));
            default:
                return std::to_string(whole);
        }
    }

    /// Eight bytes name the encoding of UserComment; the text follows.
    std::string format_comment(std::span<const std::uint8_t> value) const {
        if (value.size() <= 8) return {};
        const auto text = value.subspan(8);
        // "UNICODE" is UTF-16 in the file's byte order by the standard, but many writers use big-endian always: text
        // that is mostly Latin shows which, by the side on which its zero bytes lie.
        if (starts_with(value, "UNICODE\0"sv)) {
            std::size_t even_zeros = 0, odd_zeros = 0;
            for (std::size_t index = 0; index + 1 < text.size(); index += 2) {
                even_zeros += text[index] == 0 ? 1 : 0;
                odd_zeros += text[index + 1] == 0 ? 1 : 0;
            }
            return utf16_to_utf8(text, even_zeros == odd_zeros ? !little_ : even_zeros > odd_zeros);
        }
        return guess_to_utf8(as_text(text));
    }

    /// Versions and the like are ASCII, the rest is told by its size or, where it is one byte, by its value.
    static std::string format_undefined(std::span<const std::uint8_t> value) {
        if (value.size() == 1) return std::to_string(value[0]);
        const bool printable =
            std::all_of(value.begin(), value.end(), [](std::uint8_t byte) { return byte >= 0x20 && byte < 0x7F; });
        if (printable) return clean_utf8(as_text(value));
        return "(" + std::to_string(value.size()) + " bytes)";
    }

    void read_thumbnail() {
        const auto number_of = [&](const char* key) -> std::uint64_t {
            const auto found = metadata_.exif.find(key);
            return found == metadata_.exif.end() ? 0 : std::strtoull(found->second.c_str(), nullptr, 10);
        };
        const std::uint64_t offset = number_of("Thumbnail.JPEGInterchangeFormat"),
                            length = number_of("Thumbnail.JPEGInterchangeFormatLength");
        if (offset == 0 || length == 0) return;
        if (offset >= source_.size_bytes() || length > kMostThumbnailBytes) {
            nested_.add_problem("EXIF: the thumbnail lies outside the block");
            return;
        }
        std::vector<std::uint8_t> bytes = source_.read(offset, static_cast<std::size_t>(length));
        if (bytes.size() < length) nested_.add_problem("EXIF: the thumbnail is cut off");
        if (!starts_with(bytes, "\xFF\xD8")) {
            nested_.add_problem("EXIF: the thumbnail is no JPEG");
            return;
        }
        metadata_.thumbnail = std::move(bytes);
    }

    void read_note() {
        if (maker_note_.empty()) return;
        const auto make = metadata_.exif.find("Image.Make");
        metadata_.maker_note_kind =
            maker_note_kind(maker_note_, make == metadata_.exif.end() ? std::string_view{} : make->second);
        if (source_.size_bytes() > kMostLibexifBytes) return;
        const std::vector<std::uint8_t> whole = source_.read(0, kMostLibexifBytes);
        read_maker_note(whole, metadata_.exif);
    }

    const ingest::ByteSource& source_;
    ExifScope scope_;
    Metadata& metadata_;
    BlockCollector& nested_;
    bool little_ = true;
    std::size_t entries_ = 0;
    std::set<std::uint64_t> visited_;
    std::vector<std::uint8_t> maker_note_;
};

}  // namespace

void read_exif(const ingest::ByteSource& source, ExifScope scope, Metadata& metadata, BlockCollector& nested) {
    ExifReader(source, scope, metadata, nested).read();
}

}  // namespace bonafide::media
