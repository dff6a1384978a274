#include "report/exhibits.h"

#include "report/free_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace bonafide::report {
namespace {

using Json = nlohmann::ordered_json;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kMostPictureBytes = std::size_t{64} << 20;
constexpr std::size_t kMostFrames = 12;
constexpr std::size_t kMostWaveformPoints = 1000;
constexpr std::size_t kMostMaps = 64;
constexpr std::size_t kMostPresentationBytes = std::size_t{1} << 20;

int big_endian(const Bytes& bytes, std::size_t offset, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
        value = (value << 8) | bytes[offset + i];
    return value > 1'000'000 ? 0 : static_cast<int>(value);
}

bool starts_with(const Bytes& bytes, std::initializer_list<std::uint8_t> beginning) {
    return bytes.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), bytes.begin());
}

/// The frame header's size: segments are stepped over until the first start-of-frame marker (ITU-T T.81, B.2.2).
void read_jpeg_size(const Bytes& bytes, Picture& picture) {
    for (std::size_t offset = 2; offset + 9 <= bytes.size() && bytes[offset] == 0xFF;) {
        const std::uint8_t marker = bytes[offset + 1];
        const bool is_frame_header =
            marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (is_frame_header) {
            picture.height_px = big_endian(bytes, offset + 5, 2);
            picture.width_px = big_endian(bytes, offset + 7, 2);
            return;
        }
        offset += 2 + static_cast<std::size_t>(big_endian(bytes, offset + 2, 2));
    }
}

std::optional<Picture> embed(const Bytes& bytes) {
    if (bytes.size() > kMostPictureBytes) return std::nullopt;
    Picture picture;
    picture.bytes = {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    if (starts_with(bytes, {0xFF, 0xD8, 0xFF})) {
        read_jpeg_size(bytes, picture);
        picture.is_jpeg = true;
        return picture;
    }
    if (starts_with(bytes, {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'}) && bytes.size() >= 24) {
        picture.width_px = big_endian(bytes, 16, 4);
        picture.height_px = big_endian(bytes, 20, 4);
        return picture;
    }
    return std::nullopt;
}

std::optional<Picture> embed(const Artifacts& artifacts, const std::string& name) {
    const auto found = artifacts.find(name);
    return found == artifacts.end() ? std::nullopt : embed(found->second);
}

const Json& member(const Json& object, const char* key) {
    static const Json kNothing;
    const auto found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() ? *found : kNothing;
}

std::optional<Picture> embed_named(const Artifacts& artifacts, const Json& holder) {
    const Json& file = member(holder, "file");
    return file.is_string() ? embed(artifacts, file.get<std::string>()) : std::nullopt;
}

std::optional<double> number_at(const Json& object, const char* key) {
    const Json& value = member(object, key);
    if (!value.is_number() || !std::isfinite(value.get<double>())) return std::nullopt;
    return value.get<double>();
}

std::vector<double> samples_at(const Json& object, const char* key) {
    const Json& list = member(object, key);
    std::vector<double> samples;
    if (!list.is_array() || list.size() > kMostWaveformPoints) return samples;
    for (const Json& value : list) {
        if (!value.is_number() || !std::isfinite(value.get<double>())) return {};
        samples.push_back(std::clamp(value.get<double>(), -1.0, 1.0));
    }
    return samples;
}

void collect_presentation(const Json& presentation, const Artifacts& artifacts, Exhibits& exhibits) {
    exhibits.preview = embed_named(artifacts, member(presentation, "preview"));
    const Json& frames = member(presentation, "frames");
    for (std::size_t i = 0; frames.is_array() && i < std::min(frames.size(), kMostFrames); ++i) {
        std::optional<Picture> picture = embed_named(artifacts, frames[i]);
        const std::optional<double> time_s = number_at(frames[i], "time_s");
        if (picture && time_s) exhibits.frames.push_back({std::move(*picture), *time_s});
    }
    const Json& waveform = member(presentation, "waveform");
    Exhibits::Waveform wave{number_at(waveform, "duration_s").value_or(0), samples_at(waveform, "minimum"),
                            samples_at(waveform, "maximum")};
    if (wave.duration_s > 0 && !wave.minimum.empty() && wave.minimum.size() == wave.maximum.size()) {
        exhibits.waveform = std::move(wave);
    }
    const Json& spectrogram = member(presentation, "spectrogram");
    std::optional<Picture> picture = embed_named(artifacts, spectrogram);
    const double duration_s = number_at(spectrogram, "duration_s").value_or(0);
    const double maximum_hz = number_at(spectrogram, "maximum_hz").value_or(0);
    if (picture && duration_s > 0 && maximum_hz > 0) {
        exhibits.spectrogram = Exhibits::Spectrogram{std::move(*picture), duration_s, maximum_hz};
    }
}

/// Reports name maps relative to the maps folder, with or without that folder's name. The small twin of a map, where
/// there is one ("shown_maps/..."), keeps the page small.
std::optional<Picture> embed_map(const Artifacts& artifacts, const std::string& name) {
    static constexpr std::string_view kFolder = "maps/";
    const std::string in_folder = (name.starts_with(kFolder) ? "" : std::string(kFolder)) + name;
    for (const std::string& candidate : {"shown_" + in_folder, in_folder, name}) {
        if (std::optional<Picture> picture = embed(artifacts, candidate)) {
            return picture;
        }
    }
    return std::nullopt;
}

}  // namespace

Exhibits collect_exhibits(const Report& report, const Artifacts& artifacts) {
    Exhibits exhibits;
    if (const auto found = artifacts.find("presentation.json"); found != artifacts.end()) {
        const std::string_view text(reinterpret_cast<const char*>(found->second.data()), found->second.size());
        if (const Result<Json> presentation = parse_json(text, kMostPresentationBytes)) {
            collect_presentation(*presentation, artifacts, exhibits);
        }
    }
    if (std::optional<Picture> fused = embed_map(artifacts, "fused.png")) {
        exhibits.maps.push_back({"fused", std::move(*fused)});
    }
    std::set<std::string> known;
    for (const evidence::Finding& finding : report.findings) {
        if (!finding.where.map || exhibits.maps.size() >= kMostMaps || !known.insert(*finding.where.map).second)
            continue;
        if (std::optional<Picture> picture = embed_map(artifacts, *finding.where.map)) {
            exhibits.maps.push_back({finding.analyzer, std::move(*picture)});
        }
    }
    return exhibits;
}

std::string address_of(const Picture& picture) {
    return (picture.is_jpeg ? "data:image/jpeg;base64," : "data:image/png;base64,") + base64(picture.bytes);
}

std::string base64(std::string_view bytes) {
    static constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t offset = 0; offset < bytes.size(); offset += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - offset);
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = (group << 8) | (i < count ? static_cast<std::uint8_t>(bytes[offset + i]) : 0u);
        for (std::size_t i = 0; i < 4; ++i)
            text += i <= count ? kLetters[(group >> (18 - 6 * i)) & 63] : '=';
    }
    return text;
}

}  // namespace bonafide::report
