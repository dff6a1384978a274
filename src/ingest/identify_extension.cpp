#include "ingest/identify.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace bonafide::ingest {
namespace {

/// The containers that an ending of a supported format may stand for.
struct ContainerExtension {
    std::string_view extension;
    std::array<Container, 2> containers;
};

constexpr ContainerExtension one(std::string_view extension, Container container) {
    return {extension, {container, container}};
}

constexpr ContainerExtension kContainerExtensions[] = {
    one("jpg", Container::kJpeg),
    one("jpeg", Container::kJpeg),
    one("jpe", Container::kJpeg),
    one("jfif", Container::kJpeg),
    one("mpo", Container::kJpeg),
    one("png", Container::kPng),
    one("apng", Container::kPng),
    one("webp", Container::kWebp),
    one("heic", Container::kHeif),
    one("heics", Container::kHeif),
    one("avif", Container::kAvif),
    one("avifs", Container::kAvif),
    one("jxl", Container::kJxl),
    one("tif", Container::kTiff),
    one("tiff", Container::kTiff),
    one("gif", Container::kGif),
    one("bmp", Container::kBmp),
    one("dib", Container::kBmp),
    one("mp4", Container::kIsoBmff),
    one("m4v", Container::kIsoBmff),
    one("mov", Container::kIsoBmff),
    one("qt", Container::kIsoBmff),
    one("m4a", Container::kIsoBmff),
    one("m4b", Container::kIsoBmff),
    one("3gp", Container::kIsoBmff),
    one("3g2", Container::kIsoBmff),
    one("3gpp", Container::kIsoBmff),
    one("mkv", Container::kMatroska),
    one("mka", Container::kMatroska),
    one("webm", Container::kMatroska),
    one("avi", Container::kAvi),
    one("ts", Container::kMpegTs),
    one("m2ts", Container::kMpegTs),
    one("mts", Container::kMpegTs),
    one("m2t", Container::kMpegTs),
    one("wav", Container::kWav),
    one("wave", Container::kWav),
    one("bwf", Container::kWav),
    one("rf64", Container::kWav),
    one("flac", Container::kFlac),
    one("mp3", Container::kMp3),
    one("mp2", Container::kMp3),
    one("mp1", Container::kMp3),
    one("mpga", Container::kMp3),
    one("aac", Container::kAdts),
    one("adts", Container::kAdts),
    one("ogg", Container::kOgg),
    one("oga", Container::kOgg),
    one("ogv", Container::kOgg),
    one("ogx", Container::kOgg),
    one("ogm", Container::kOgg),
    one("opus", Container::kOgg),
    one("spx", Container::kOgg),
    // The container is HEIF in both; some cameras write HEIF, some AVIF under these endings.
    {"heif", {Container::kHeif, Container::kAvif}},
    {"heifs", {Container::kHeif, Container::kAvif}},
    {"hif", {Container::kHeif, Container::kAvif}},
};

/// Endings of media formats that are not supported, with the media type that identification gives them.
struct ForeignExtension {
    std::string_view extension;
    std::string_view media_type;
};

constexpr ForeignExtension kForeignExtensions[] = {
    {"psd", "image/vnd.adobe.photoshop"},
    {"psb", "image/vnd.adobe.photoshop"},
    {"jls", "image/jls"},
    {"jp2", "image/jp2"},
    {"j2k", "image/j2c"},
    {"j2c", "image/j2c"},
    {"jxr", "image/jxr"},
    {"xcf", "image/x-xcf"},
    {"exr", "image/x-exr"},
    {"hdr", "image/vnd.radiance"},
    {"dds", "image/vnd.ms-dds"},
    {"ico", "image/vnd.microsoft.icon"},
    {"cur", "image/vnd.microsoft.icon"},
    {"pcx", "image/vnd.zbrush.pcx"},
    {"pnm", "image/x-portable-anymap"},
    {"ppm", "image/x-portable-anymap"},
    {"pgm", "image/x-portable-anymap"},
    {"pbm", "image/x-portable-anymap"},
    {"pam", "image/x-portable-anymap"},
    {"tga", "image/x-tga"},
    {"svg", "image/svg+xml"},
    {"cr2", "image/x-canon-cr2"},
    {"cr3", "image/x-canon-cr3"},
    {"dng", "image/x-adobe-dng"},
    {"nef", "image/x-adobe-dng"},
    {"arw", "image/x-adobe-dng"},
    {"raf", "image/x-fuji-raf"},
    {"orf", "image/x-olympus-orf"},
    {"rw2", "image/x-panasonic-rw2"},
    {"mpg", "video/mpeg"},
    {"mpeg", "video/mpeg"},
    {"vob", "video/mpeg"},
    {"flv", "video/x-flv"},
    {"wmv", "video/x-ms-asf"},
    {"wma", "video/x-ms-asf"},
    {"asf", "video/x-ms-asf"},
    {"mxf", "application/mxf"},
    {"aif", "audio/aiff"},
    {"aiff", "audio/aiff"},
    {"amr", "audio/amr"},
    {"mid", "audio/midi"},
    {"midi", "audio/midi"},
    {"caf", "audio/x-caf"},
    {"ape", "audio/x-ape"},
    {"wv", "audio/x-wavpack"},
};

std::string extension_of(const std::string& name) {
    const std::size_t folder = name.find_last_of("/\\");
    const std::size_t start = folder == std::string::npos ? 0 : folder + 1;
    const std::size_t dot = name.rfind('.');
    if (dot == std::string::npos || dot <= start) {  // none, or a hidden file's leading dot
        return {};
    }
    std::string extension = name.substr(dot + 1);
    std::transform(extension.begin(), extension.end(), extension.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
    });
    return extension;
}

/// The media type of a supported picture or sound container, for damaged files that identification names by media type
/// alone.
bool is_media_type_of(std::string_view media_type, Container container) {
    switch (container) {
        case Container::kJpeg:
            return media_type == "image/jpeg";
        case Container::kPng:
            return media_type == "image/png";
        case Container::kWebp:
            return media_type == "image/webp";
        case Container::kGif:
            return media_type == "image/gif";
        case Container::kAvi:
            return media_type == "video/x-msvideo";
        case Container::kWav:
            return media_type == "audio/wav";
        default:
            return false;
    }
}

}  // namespace

bool extension_agrees(const std::string& name, const Identity& identity) {
    const std::string extension = extension_of(name);
    // Bytes of no known format contradict no name: such a file is broken or empty, not mislabelled.
    if (extension.empty() || (!identity.supported() && identity.media_type == "application/octet-stream")) {
        return true;
    }
    for (const ContainerExtension& row : kContainerExtensions) {
        if (row.extension == extension) {
            return std::any_of(row.containers.begin(), row.containers.end(), [&](Container container) {
                return container == identity.container ||
                       (!identity.supported() && is_media_type_of(identity.media_type, container));
            });
        }
    }
    for (const ForeignExtension& row : kForeignExtensions) {
        if (row.extension == extension) {
            return !identity.supported() && row.media_type == identity.media_type;
        }
    }
    return true;
}

}  // namespace bonafide::ingest
