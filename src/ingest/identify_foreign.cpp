// Formats that Bonafide knows by name only, so that a report can say what it was given.
#include "ingest/identify_probe.h"

#include <algorithm>
#include <string>

namespace bonafide::ingest {
namespace {

using namespace std::string_view_literals;

struct Signature {
    std::size_t offset;
    std::string_view bytes;
    const char* media_type;
    const char* description;
};

constexpr const char* kBinary = "application/octet-stream";

constexpr Signature kSignatures[] = {
    // Pictures.
    {0, "8BPS\0\1"sv, "image/vnd.adobe.photoshop", "Photoshop document"},
    {0, "8BPS\0\2"sv, "image/vnd.adobe.photoshop", "Photoshop document (large)"},
    {0, "\xFF\xD8\xFF\xF7"sv, "image/jls", "JPEG-LS picture"},
    {0, "\0\0\0\x0CjP  \r\n\x87\n"sv, "image/jp2", "JPEG 2000 picture"},
    {0, "\xFF\x4F\xFF\x51"sv, "image/j2c", "JPEG 2000 codestream"},
    {0, "II\xBC"sv, "image/jxr", "JPEG XR picture"},
    {0, "\x8BJNG\r\n\x1A\n"sv, "image/x-jng", "JNG picture"},
    {0, "\x8AMNG\r\n\x1A\n"sv, "video/x-mng", "MNG animation"},
    {0, "BPG\xFB"sv, "image/bpg", "BPG picture"},
    {0, "FLIF"sv, "image/flif", "FLIF picture"},
    {0, "qoif"sv, "image/qoi", "QOI picture"},
    {0, "gimp xcf "sv, "image/x-xcf", "GIMP document"},
    {0, "\x76\x2F\x31\x01"sv, "image/x-exr", "OpenEXR picture"},
    {0, "#?RADIANCE"sv, "image/vnd.radiance", "Radiance HDR picture"},
    {0, "DDS |\0\0\0"sv, "image/vnd.ms-dds", "DirectDraw surface"},
    {0, "SIMPLE  ="sv, "image/fits", "FITS picture"},
    {0, "SDPX"sv, "image/x-dpx", "DPX picture"},
    {0, "XPDS"sv, "image/x-dpx", "DPX picture"},
    {0, "AT&TFORM"sv, "image/vnd.djvu", "DjVu document"},
    {0, "icns"sv, "image/x-icns", "Apple icon"},
    {0, "\x59\xA6\x6A\x95"sv, "image/x-sun-raster", "Sun raster picture"},
    {0, "\x01\xDA\x00"sv, "image/x-sgi", "SGI picture"},
    {0, "\x01\xDA\x01"sv, "image/x-sgi", "SGI picture"},
    {0, "\xD7\xCD\xC6\x9A"sv, "image/wmf", "Windows metafile"},
    {40, " EMF"sv, "image/emf", "Windows enhanced metafile"},
    {0, "/* XPM */"sv, "image/x-xpixmap", "XPM picture"},
    {128, "DICM"sv, "application/dicom", "DICOM medical picture"},
    {0, "FUJIFILMCCD-RAW"sv, "image/x-fuji-raf", "Fujifilm raw picture"},
    {0, "IIRO"sv, "image/x-olympus-orf", "Olympus raw picture"},
    {0, "IIRS"sv, "image/x-olympus-orf", "Olympus raw picture"},
    {0, "MMOR"sv, "image/x-olympus-orf", "Olympus raw picture"},
    {0, "IIU\0"sv, "image/x-panasonic-rw2", "Panasonic raw picture"},
    {0, "FOVb"sv, "image/x-sigma-x3f", "Sigma raw picture"},
    {4, "ftypcrx "sv, "image/x-canon-cr3", "Canon raw picture (CR3)"},
    {8, "CR\x02"sv, "image/x-canon-cr2", "Canon raw picture (CR2)"},
    // Reached only where the TIFF sniffer found a camera raw file.
    {0, "II*\0"sv, "image/x-adobe-dng", "camera raw picture (DNG, NEF, ARW or alike)"},
    {0, "MM\0*"sv, "image/x-adobe-dng", "camera raw picture (DNG, NEF, ARW or alike)"},
    // Films and sound.
    {0, "\0\0\1\xBA"sv, "video/mpeg", "MPEG program stream"},
    {0, "\0\0\1\xB3"sv, "video/mpeg", "MPEG video elementary stream"},
    {0, "FLV\1"sv, "video/x-flv", "Flash video"},
    {0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv, "video/x-ms-asf", "Windows Media file"},
    {0, ".RMF"sv, "application/vnd.rn-realmedia", "RealMedia file"},
    {0, "DKIF\0\0"sv, "video/x-ivf", "IVF film"},
    {0, "YUV4MPEG2 "sv, "video/x-yuv4mpeg", "YUV4MPEG film"},
    {0, "\x06\x0E\x2B\x34\x02\x05\x01\x01"sv, "application/mxf", "MXF film"},
    {0, "\x1A\x45\xDF\xA3"sv, kBinary, "EBML document other than Matroska and WebM"},
    {0, "#!AMR"sv, "audio/amr", "AMR recording"},
    {0, "MThd"sv, "audio/midi", "MIDI score"},
    {0, ".snd"sv, "audio/basic", "Sun audio recording"},
    {0, "caff\0\1"sv, "audio/x-caf", "Core Audio recording"},
    {0, "MAC "sv, "audio/x-ape", "Monkey's Audio recording"},
    {0, "wvpk"sv, "audio/x-wavpack", "WavPack recording"},
    {0, "TTA1"sv, "audio/x-tta", "True Audio recording"},
    {0, "DSD "sv, "audio/x-dsf", "DSD recording"},
    // Documents, archives and programs.
    {0, "%!PS"sv, "application/postscript", "PostScript document"},
    {0, "\xC5\xD0\xD3\xC6"sv, "application/postscript", "Encapsulated PostScript document"},
    {0, "{\\rtf"sv, "application/rtf", "RTF document"},
    {0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "application/x-ole-storage", "Office document (before 2007)"},
    {30, "[Content_Types].xml"sv, "application/vnd.openxmlformats-officedocument", "Office document"},
    {38, "application/epub+zip"sv, "application/epub+zip", "EPUB book"},
    {38, "application/vnd.oasis"sv, "application/vnd.oasis.opendocument", "OpenDocument file"},
    {0, "PK\3\4"sv, "application/zip", "ZIP archive"},
    {0, "PK\5\6"sv, "application/zip", "ZIP archive"},
    {0, "Rar!\x1A\7"sv, "application/vnd.rar", "RAR archive"},
    {0, "7z\xBC\xAF\x27\x1C"sv, "application/x-7z-compressed", "7-Zip archive"},
    {0, "\x1F\x8B\x08"sv, "application/gzip", "gzip archive"},
    {0, "BZh"sv, "application/x-bzip2", "bzip2 archive"},
    {0,
     "\xFD"
     "7zXZ\0"sv,
     "application/x-xz", "xz archive"},
    {0, "\x28\xB5\x2F\xFD"sv, "application/zstd", "Zstandard archive"},
    {257, "ustar"sv, "application/x-tar", "tar archive"},
    {0,
     "\x7F"
     "ELF"sv,
     "application/x-executable", "Linux program"},
    {0, "MZ"sv, "application/vnd.microsoft.portable-executable", "Windows program"},
    {0, "\xCF\xFA\xED\xFE"sv, "application/x-mach-binary", "macOS program"},
    {0, "\xCA\xFE\xBA\xBE"sv, "application/java-vm", "Java class or macOS program"},
    {0, "SQLite format 3\0"sv, "application/vnd.sqlite3", "SQLite database"},
    {0, "\0\1\0\0\0"sv, "font/ttf", "TrueType font"},
    {0, "wOFF"sv, "font/woff", "web font"},
    {0, "wOF2"sv, "font/woff2", "web font"},
};

Identity foreign(const char* media_type, const char* description) {
    return {.container = Container::kUnknown,
            .kind = MediaKind::kUnknown,
            .media_type = media_type,
            .description = description};
}

/// Containers whose type stands behind a common first word.
std::optional<Identity> sniff_chunked(const Probe& probe) {
    if (probe.has(0, "FORM")) {
        if (probe.has(8, "AIFF") || probe.has(8, "AIFC")) {
            return foreign("audio/aiff", "AIFF recording");
        }
        const bool picture = probe.has(8, "ILBM") || probe.has(8, "PBM ");
        return picture ? foreign("image/x-ilbm", "Amiga ILBM picture") : foreign(kBinary, "IFF file");
    }
    if (probe.has(0, "RIFF") && probe.head.size() >= 12) {
        return probe.has(8, "ACON") ? foreign("application/x-navi-animation", "Windows animated cursor")
                                    : foreign(kBinary, "RIFF file of unknown type");
    }
    if (probe.has(4, "ftyp")) {
        return foreign(kBinary, "ISO base media file of unknown type");
    }
    return std::nullopt;
}

/// Old picture formats with little of a signature: each is asked for several consistent header fields.
std::optional<Identity> sniff_weak(const Probe& probe) {
    const auto& head = probe.head;
    constexpr std::string_view kArrays[] = {"BA", "CI", "CP", "IC", "PT"};
    const bool array =
        std::any_of(std::begin(kArrays), std::end(kArrays), [&](std::string_view kind) { return probe.has(0, kind); });
    const std::uint64_t listed = unsigned_le(head, 2, 4);
    if (array && (listed == 26 || listed == 40 || listed == 78 || listed == 92) &&
        unsigned_le(head, 6, 4) <= probe.size_bytes) {
        return foreign("image/x-os2-graphics",
                       probe.has(0, "BA") ? "OS/2 bitmap array (icons)" : "OS/2 icon or pointer");
    }
    const std::uint64_t icons = unsigned_le(head, 4, 2);
    if ((probe.has(0, "\0\0\1\0"sv) || probe.has(0, "\0\0\2\0"sv)) && head.size() >= 22 && icons > 0 && icons < 256 &&
        head[9] == 0 && unsigned_le(head, 18, 4) >= 22) {
        return foreign("image/vnd.microsoft.icon", head[2] == 1 ? "Windows icon" : "Windows cursor");
    }
    if (head.size() >= 128 && head[0] == 0x0A && (head[1] == 0 || (head[1] >= 2 && head[1] <= 5)) && head[2] <= 1 &&
        (head[3] == 1 || head[3] == 2 || head[3] == 4 || head[3] == 8) &&
        unsigned_le(head, 4, 2) <= unsigned_le(head, 8, 2) && unsigned_le(head, 6, 2) <= unsigned_le(head, 10, 2)) {
        return foreign("image/vnd.zbrush.pcx", "PCX picture");
    }
    if (head.size() >= 3 && head[0] == 'P' && head[1] >= '1' && head[1] <= '7' &&
        (head[2] == '\n' || head[2] == ' ' || head[2] == '\r' || head[2] == '\t')) {
        return foreign("image/x-portable-anymap", "Netpbm picture");
    }
    return std::nullopt;
}

}  // namespace

std::optional<Identity> sniff_foreign(const Probe& probe) {
    for (const Signature& signature : kSignatures) {
        if (probe.has(signature.offset, signature.bytes)) {
            return foreign(signature.media_type, signature.description);
        }
    }
    // Readers accept a PDF header anywhere in the first kilobyte.
    const std::string_view pdf = "%PDF-";
    const auto searched_end =
        probe.head.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(probe.head.size(), 1024));
    if (std::search(probe.head.begin(), searched_end, pdf.begin(), pdf.end()) != searched_end) {
        return foreign("application/pdf", "PDF document");
    }
    if (std::optional<Identity> chunked = sniff_chunked(probe)) {
        return chunked;
    }
    return sniff_weak(probe);
}

}  // namespace bonafide::ingest
