// Maker notes: told apart by their first bytes, read by libexif where it knows the make (Apple, Canon, Casio, Epson,
// Fujifilm, Nikon, Olympus, Pentax, Ricoh, Sanyo). The signatures are those that CIPA DC-008 leaves to the makers, as
// seen in files of their cameras.
#include "media/metadata_bytes.h"
#include "media/metadata_exif.h"
#include "media/metadata_text.h"

#include <libexif/exif-data.h>
#include <libexif/exif-mnote-data.h>

#include <algorithm>
#include <memory>

namespace bonafide::media {
namespace {

using namespace std::string_view_literals;

constexpr unsigned kMostNoteEntries = 512;
constexpr unsigned kNoteValueBytes = 1024;
constexpr std::size_t kMostExifBytes = 0xFFFE - 8;

struct Signature {
    std::string_view start;
    const char* kind;
};

constexpr Signature kSignatures[] = {
    {"Apple iOS\0"sv, "Apple"},
    {"AOC\0"sv, "Pentax"},
    {"PENTAX \0"sv, "Pentax"},
    {"FUJIFILM"sv, "Fuji"},
    {"GENERALE"sv, "Fuji"},
    {"Nikon\0"sv, "Nikon"},
    {"OLYMP\0"sv, "Olympus"},
    {"OLYMPUS\0"sv, "Olympus"},
    {"OM SYSTEM\0"sv, "Olympus"},
    {"CAMER\0"sv, "Olympus"},
    {"EPSON\0"sv, "Epson"},
    {"MINOL\0"sv, "Olympus"},
    {"SANYO\0"sv, "Sanyo"},
    {"Panasonic\0"sv, "Panasonic"},
    {"MKED"sv, "Panasonic"},
    {"LEICA"sv, "Leica"},
    {"SONY DSC "sv, "Sony"},
    {"SONY CAM "sv, "Sony"},
    {"SONY MOBILE"sv, "Sony"},
    {"SEMC MS\0"sv, "Sony Ericsson"},
    {"QVC\0"sv, "Casio"},
    {"DCI\0"sv, "Casio"},
    {"KDK"sv, "Kodak"},
    {"Ricoh"sv, "Ricoh"},
    {"RICOH"sv, "Ricoh"},
    {"SIGMA\0"sv, "Sigma"},
    {"FOVEON\0"sv, "Sigma"},
    {"MLT0"sv, "Minolta"},
    {"MLY0"sv, "Minolta"},
    {"KC"sv, "Konica"},
    {"+M+M+M+M"sv, "Konica"},
    {"VER:"sv, "JVC"},
    {"Hewlett-Packard"sv, "HP"},
    {"HUAWEI\0"sv, "Huawei"},
    {"DJI"sv, "DJI"},
    {"Motorola"sv, "Motorola"},
    {"RECONYXUF\0"sv, "Reconyx"},
    {"RECONYXH2\0"sv, "Reconyx"},
    {"II\x01\xF1"sv, "Reconyx"},
    {"Google\0"sv, "Google"},
    {"HDRP\x02"sv, "Google"},
};

/// Makes whose notes are a bare directory without a signature of their own.
constexpr Signature kBareMakes[] = {
    {"Canon", "Canon"},     {"NIKON", "Nikon"},     {"CASIO", "Casio"},     {"SAMSUNG", "Samsung"},
    {"samsung", "Samsung"}, {"Minolta", "Minolta"}, {"MINOLTA", "Minolta"}, {"KONICA MINOLTA", "Minolta"},
    {"PENTAX", "Pentax"},   {"ASAHI", "Pentax"},    {"SONY", "Sony"}};

/// Whether `note` starts like a TIFF directory in either byte order: a believable count, then a tag of a known type.
bool looks_like_directory(std::span<const std::uint8_t> note) {
    const auto believable = [&](bool little) {
        const auto number = [&](std::size_t offset, int width) {
            return little ? little_endian(note, offset, width) : big_endian(note, offset, width);
        };
        const std::uint64_t count = number(0, 2), type = number(4, 2);
        return count > 0 && count <= 256 && 2 + count * 12 <= note.size() && type >= 1 && type <= 13;
    };
    return believable(true) || believable(false);
}

}  // namespace

std::string maker_note_kind(std::span<const std::uint8_t> note, std::string_view make) {
    for (const Signature& signature : kSignatures) {
        if (starts_with(note, signature.start)) return signature.kind;
    }
    for (const Signature& bare : kBareMakes) {
        if (make.substr(0, bare.start.size()) == bare.start && looks_like_directory(note)) return bare.kind;
    }
    return "unknown";
}

bool read_maker_note(std::span<const std::uint8_t> tiff, std::map<std::string, std::string>& exif) {
    if (tiff.size() > kMostExifBytes) return false;
    std::vector<std::uint8_t> block = {'E', 'x', 'i', 'f', 0, 0};
    block.insert(block.end(), tiff.begin(), tiff.end());
    const std::unique_ptr<ExifData, void (*)(ExifData*)> data(exif_data_new(), exif_data_unref);
    if (!data) return false;
    exif_data_unset_option(data.get(), EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
    exif_data_load_data(data.get(), block.data(), static_cast<unsigned>(block.size()));
    ExifMnoteData* note = exif_data_get_mnote_data(data.get());
    if (note == nullptr) return false;
    const unsigned count = std::min(exif_mnote_data_count(note), kMostNoteEntries);
    bool any = false;
    for (unsigned index = 0; index < count; ++index) {
        const char* name = exif_mnote_data_get_name(note, index);
        char value[kNoteValueBytes] = {};
        if (name == nullptr || exif_mnote_data_get_value(note, index, value, sizeof value) == nullptr) continue;
        value[sizeof value - 1] = '\0';
        std::string text = guess_to_utf8(value);
        any = true;
        if (!text.empty()) exif.emplace("MakerNote." + clean_utf8(name, 64), std::move(text));
    }
    return any;
}

}  // namespace bonafide::media
