#include "analyzers/provenance/credentials/manifest_store.h"

#include "media/c2pa_library.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

// A foreign struct to the library, ours to define: a source with a position and a budget.
struct StreamContext {
    const bonafide::ingest::ByteSource* source = nullptr;
    std::uint64_t position = 0;
    std::uint64_t budget_bytes = 0;
    bool exhausted = false;
};

namespace bonafide::analyzers::credentials {
namespace {

/// Hashing reads the input about twice; a validator that wants far more is being led in circles.
constexpr std::uint64_t kMostPasses = 8;
constexpr std::uint64_t kLeastBudgetBytes = 16ULL << 20;

struct LibraryDeleter {
    void operator()(const void* pointer) const { c2pa_free(pointer); }
};
template <class T>
using Owned = std::unique_ptr<T, LibraryDeleter>;

struct StreamReleaser {
    void operator()(C2paStream* stream) const { c2pa_release_stream(stream); }
};

std::intptr_t read_bytes(StreamContext* context, std::uint8_t* data, std::intptr_t length) {
    if (length <= 0) {
        return 0;
    }
    const auto wanted = static_cast<std::uint64_t>(length);
    if (wanted > context->budget_bytes && context->position + context->budget_bytes < context->source->size_bytes()) {
        context->exhausted = true;
        c2pa_error_set_last("Io: more reads than the input's size allows");
        return -1;
    }
    const std::size_t count =
        context->source->read_at(context->position, std::span(data, static_cast<std::size_t>(wanted)));
    context->position += count;
    context->budget_bytes -= std::min<std::uint64_t>(count, context->budget_bytes);
    return static_cast<std::intptr_t>(count);
}

std::intptr_t seek(StreamContext* context, std::intptr_t offset, int mode) {
    const std::uint64_t size = context->source->size_bytes();
    const std::uint64_t base = mode == 0 ? 0 : mode == 1 ? context->position : size;
    constexpr auto kFurthest = static_cast<std::uint64_t>(std::numeric_limits<std::intptr_t>::max());
    const std::uint64_t step = offset < 0 ? 0 - static_cast<std::uint64_t>(offset) : static_cast<std::uint64_t>(offset);
    if (mode < 0 || mode > 2 || base > kFurthest || (offset < 0 ? step > base : step > kFurthest - base)) {
        c2pa_error_set_last("Io: position outside the input");
        return -1;
    }
    context->position = offset < 0 ? base - step : base + step;
    return static_cast<std::intptr_t>(context->position);
}

std::intptr_t refuse_write(StreamContext*, const std::uint8_t*, std::intptr_t) {
    c2pa_error_set_last("Io: the input is read-only");
    return -1;
}

std::intptr_t flush(StreamContext*) {
    return 0;
}

int refuse_network(void*, const C2paHttpRequest*, C2paHttpResponse*) {
    c2pa_error_set_last("Other: this program uses no network");
    return -1;
}

std::string last_error() {
    const Owned<char> message(c2pa_error());
    return message ? std::string(message.get()) : std::string("unknown error");
}

/// Everything that could reach the network is off, three times over: the fetching settings, the list of hosts, and the
/// resolver that refuses. Identity assertions are not decoded since they may resolve did:web addresses.
std::string settings_json(const std::string& trust_anchors_pem) {
    nlohmann::json settings = {
        {"version", 1},
        {"core", {{"decode_identity_assertions", false}, {"allowed_network_hosts", nlohmann::json::array()}}},
        {"verify",
         {{"verify_after_reading", true},
          {"verify_trust", true},
          {"verify_timestamp_trust", true},
          {"ocsp_fetch", false},
          {"remote_manifest_fetch", false}}},
    };
    if (!trust_anchors_pem.empty()) {
        settings["trust"] = {{"trust_anchors", trust_anchors_pem}};
    }
    return settings.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<Owned<C2paContext>> make_context(const std::string& trust_anchors_pem) {
    const Owned<C2paSettings> settings(c2pa_settings_new());
    if (!settings) {
        return Error{ErrorCode::kInternal, "libc2pa: " + last_error()};
    }
    if (c2pa_settings_update_from_string(settings.get(), settings_json(trust_anchors_pem).c_str(), "json") != 0) {
        const ErrorCode code = trust_anchors_pem.empty() ? ErrorCode::kInternal : ErrorCode::kUsage;
        return Error{code, "the trust anchors cannot be used: " + last_error()};
    }
    Owned<C2paContextBuilder> builder(c2pa_context_builder_new());
    Owned<C2paHttpResolver> resolver(c2pa_http_resolver_create(nullptr, refuse_network));
    if (!builder || !resolver || c2pa_context_builder_set_settings(builder.get(), settings.get()) != 0 ||
        c2pa_context_builder_set_http_resolver(builder.get(), resolver.get()) != 0) {
        return Error{ErrorCode::kInternal, "libc2pa: " + last_error()};
    }
    static_cast<void>(resolver.release());
    Owned<C2paContext> context(c2pa_context_builder_build(builder.release()));
    if (!context) {
        return Error{ErrorCode::kInternal, "libc2pa: " + last_error()};
    }
    return context;
}

bool starts_with(const std::string& text, std::string_view prefix) {
    return text.compare(0, prefix.size(), prefix) == 0;
}

Result<StoreReading> explain_refusal(const std::string& message, bool exhausted) {
    StoreReading reading;
    if (exhausted) {
        return Error{ErrorCode::kLimit,
                     "validating would read the input more than " + std::to_string(kMostPasses) + " times"};
    }
    if (starts_with(message, "ManifestNotFound")) {
        reading.absent = true;
        return reading;
    }
    if (starts_with(message, "Remote")) {
        reading.absent = true;
        const std::size_t address = message.find("://");
        const std::size_t start = address == std::string::npos ? address : message.find_last_of(' ', address);
        reading.remote_url =
            address == std::string::npos ? "an unnamed address" : message.substr(start + 1, 500);  // npos + 1 is 0
        return reading;
    }
    reading.broken = message.empty() ? "unknown error" : message.substr(0, 500);
    return reading;
}

}  // namespace

std::optional<std::string> readable_media_type(const ingest::Identity& identity) {
    switch (identity.container) {
        case ingest::Container::kJpeg:
            return "image/jpeg";
        case ingest::Container::kPng:
            return "image/png";
        case ingest::Container::kWebp:
            return "image/webp";
        case ingest::Container::kHeif:
            return "image/heif";
        case ingest::Container::kAvif:
            return "image/avif";
        case ingest::Container::kJxl:
            return "image/jxl";
        case ingest::Container::kTiff:
            return "image/tiff";
        case ingest::Container::kGif:
            return "image/gif";
        case ingest::Container::kIsoBmff:
            return identity.kind == ingest::MediaKind::kAudio ? "audio/mp4" : "video/mp4";
        case ingest::Container::kAvi:
            return "video/avi";
        case ingest::Container::kWav:
            return "audio/wav";
        case ingest::Container::kFlac:
            return "audio/flac";
        case ingest::Container::kMp3:
            return "audio/mpeg";
        case ingest::Container::kBmp:
        case ingest::Container::kMatroska:
        case ingest::Container::kMpegTs:
        case ingest::Container::kAdts:
        case ingest::Container::kOgg:
        case ingest::Container::kUnknown:
            return std::nullopt;
    }
    return std::nullopt;
}

Result<StoreReading> read_manifest_store(const ingest::ByteSource& source, const std::string& media_type,
                                         const std::string& trust_anchors_pem) {
    auto context = make_context(trust_anchors_pem);
    if (!context) {
        return context.error();
    }
    StreamContext state;
    state.source = &source;
    state.budget_bytes =
        std::max(kLeastBudgetBytes,
                 source.size_bytes() > UINT64_MAX / kMostPasses ? UINT64_MAX : source.size_bytes() * kMostPasses);
    const std::unique_ptr<C2paStream, StreamReleaser> stream(
        c2pa_create_stream(&state, read_bytes, seek, refuse_write, flush));
    Owned<C2paReader> empty(c2pa_reader_from_context(context->get()));
    if (!stream || !empty) {
        return Error{ErrorCode::kInternal, "libc2pa: " + last_error()};
    }
    C2paReader* const given = empty.release();
    const Owned<C2paReader> reader(c2pa_reader_with_stream(given, media_type.c_str(), stream.get()));
    if (!reader) {
        const std::string message = last_error();
        c2pa_free(given);  // refused as unknown where the library consumed it already
        return explain_refusal(message, state.exhausted);
    }
    const Owned<char> json(c2pa_reader_json(reader.get()));
    if (!json) {
        return explain_refusal(last_error(), state.exhausted);
    }
    StoreReading reading;
    reading.json = json.get();
    return reading;
}

bool holds_manifest_box(const ingest::ByteSource& source, std::uint64_t most_bytes) {
    static constexpr std::array<std::uint8_t, 20> kDescription = {
        'j', 'u', 'm', 'd', 'c', '2', 'p', 'a', 0x00, 0x11, 0x00, 0x10, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71};
    constexpr std::size_t kStep = 1 << 20;
    const std::uint64_t end = std::min(most_bytes, source.size_bytes());
    for (std::uint64_t offset = 0; offset < end; offset += kStep) {
        const std::vector<std::uint8_t> bytes = source.read(offset, kStep + kDescription.size() - 1);
        if (std::search(bytes.begin(), bytes.end(), kDescription.begin(), kDescription.end()) != bytes.end()) {
            return true;
        }
    }
    return false;
}

std::string library_version() {
    const Owned<char> version(c2pa_version());
    const std::string text = version ? version.get() : "";
    const std::size_t space = text.rfind(' ');
    return space == std::string::npos ? text : text.substr(space + 1);
}

}  // namespace bonafide::analyzers::credentials
