// Content credentials of what the forge makes. Standard: C2PA Technical Specification 2.2; IPTC Digital Source Type.
#include "forge/seal.h"

#include "base/version.h"
#include "media/c2pa_library.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <memory>

namespace bonafide::forge {
namespace {

using nlohmann::json;

constexpr const char* kComposite = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic";
constexpr const char* kGenerated = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
constexpr const char* kParent = "laundered";  ///< names the ingredient within the manifest
constexpr std::size_t kMostBytes = std::size_t{1} << 30;

struct LibraryDeleter {
    void operator()(const void* pointer) const { c2pa_free(pointer); }
};
template <class T>
using Owned = std::unique_ptr<T, LibraryDeleter>;
struct StreamReleaser {
    void operator()(C2paStream* stream) const { c2pa_release_stream(stream); }
};
using Stream = std::unique_ptr<C2paStream, StreamReleaser>;

/// A file in memory, behind the library's callbacks.
struct MemoryFile {
    std::vector<std::uint8_t> bytes;
    std::size_t position = 0;
};

MemoryFile& file_of(StreamContext* context) {
    return *reinterpret_cast<MemoryFile*>(context);
}

std::intptr_t read(StreamContext* context, std::uint8_t* data, std::intptr_t length) {
    MemoryFile& file = file_of(context);
    const std::size_t start = std::min(file.position, file.bytes.size());
    const std::size_t count =
        std::min(file.bytes.size() - start, static_cast<std::size_t>(std::max<std::intptr_t>(0, length)));
    std::copy_n(file.bytes.begin() + static_cast<std::ptrdiff_t>(start), count, data);
    file.position = start + count;
    return static_cast<std::intptr_t>(count);
}

std::intptr_t seek(StreamContext* context, std::intptr_t offset, int mode) {
    MemoryFile& file = file_of(context);
    const auto base = static_cast<std::intptr_t>(mode == 0 ? 0 : mode == 1 ? file.position : file.bytes.size());
    if (offset < -base || offset > static_cast<std::intptr_t>(kMostBytes)) {
        return -1;
    }
    file.position = static_cast<std::size_t>(base + offset);
    return base + offset;
}

std::intptr_t write(StreamContext* context, const std::uint8_t* data, std::intptr_t length) {
    MemoryFile& file = file_of(context);
    const auto count = static_cast<std::size_t>(std::max<std::intptr_t>(0, length));
    if (file.position + count > kMostBytes) {
        return -1;
    }
    file.bytes.resize(std::max(file.bytes.size(), file.position + count));
    std::copy_n(data, count, file.bytes.begin() + static_cast<std::ptrdiff_t>(file.position));
    file.position += count;
    return length;
}

std::intptr_t flush(StreamContext*) {
    return 0;
}

Stream stream_on(MemoryFile& file) {
    return Stream(c2pa_create_stream(reinterpret_cast<StreamContext*>(&file), read, seek, write, flush));
}

int refuse_network(void*, const C2paHttpRequest*, C2paHttpResponse*) {
    return -1;
}

Error refused(const std::string& what) {
    const Owned<char> message(c2pa_error());
    return {ErrorCode::kInternal, what + ": libc2pa: " + (message ? message.get() : "unknown error")};
}

Result<Owned<C2paContext>> make_context() {
    const json settings = {
        {"version", 1},
        {"core", {{"allowed_network_hosts", json::array()}}},
        {"verify", {{"ocsp_fetch", false}, {"remote_manifest_fetch", false}, {"verify_after_sign", false}}},
        {"builder", {{"thumbnail", {{"enabled", false}}}}}};
    const Owned<C2paSettings> held(c2pa_settings_new());
    Owned<C2paContextBuilder> builder(c2pa_context_builder_new());
    Owned<C2paHttpResolver> resolver(c2pa_http_resolver_create(nullptr, refuse_network));
    if (!held || !builder || !resolver ||
        c2pa_settings_update_from_string(held.get(), settings.dump().c_str(), "json") != 0 ||
        c2pa_context_builder_set_settings(builder.get(), held.get()) != 0 ||
        c2pa_context_builder_set_http_resolver(builder.get(), resolver.get()) != 0) {
        return refused("cannot set up signing");
    }
    static_cast<void>(resolver.release());
    Owned<C2paContext> context(c2pa_context_builder_build(builder.release()));
    return context ? Result<Owned<C2paContext>>(std::move(context))
                   : Result<Owned<C2paContext>>(refused("cannot set up signing"));
}

}  // namespace

std::string media_type_of(const std::string& format) {
    static const std::map<std::string, std::string> kTypes = {
        {"mp4", "video/mp4"}, {"m4a", "audio/mp4"}, {"mp3", "audio/mpeg"}, {"wav", "audio/wav"}};
    const auto found = kTypes.find(format);
    return found != kTypes.end() ? found->second : "image/" + format;
}

std::string manifest_of(const Made& made) {
    const json agent = {{"name", "Bonafide forge"}, {"version", kVersion}};
    const auto action = [&](const char* name) { return json{{"action", name}, {"softwareAgent", agent}}; };
    json manifest = {{"claim_generator_info", json::array({agent})},
                     {"title", made.fake ? "A fake made with Bonafide's forge" : "Laundered with Bonafide's forge"},
                     {"format", media_type_of(made.format)}};
    json actions = json::array();
    if (made.fake) {
        json created = action("c2pa.created");
        created["digitalSourceType"] = made.kind == "face" ? kGenerated : kComposite;
        created["description"] = made.description;
        if (!made.consent_sha256.empty()) {
            created["parameters"] = {{"org.bonafide.purpose", made.purpose},
                                     {"org.bonafide.consent_sha256", made.consent_sha256}};
        }
        actions.push_back(created);
        actions.push_back(action("c2pa.watermarked.unbound"));
    } else {
        json opened = action("c2pa.opened");
        opened["parameters"] = {{"ingredientIds", json::array({kParent})}};
        json saved = action("c2pa.transcoded");
        saved["description"] = made.description;
        actions.push_back(opened);
        actions.push_back(saved);
        manifest["ingredients"] = json::array({{{"title", "as it was given"},
                                                {"relationship", "parentOf"},
                                                {"label", kParent},
                                                {"instance_id", kParent}}});
    }
    manifest["assertions"] = json::array({{{"label", "c2pa.actions.v2"}, {"data", {{"actions", actions}}}}});
    return manifest.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<std::vector<std::uint8_t>> seal(std::span<const std::uint8_t> bytes, const Made& made,
                                       const SigningIdentity& identity) {
    auto context = make_context();
    if (!context) {
        return context.error();
    }
    const C2paSignerInfo info{"es256", identity.certificates_pem.c_str(), identity.key_pem.c_str(), nullptr};
    const Owned<C2paSigner> signer(c2pa_signer_from_info(&info));
    if (!signer) {
        return refused("the signing key cannot be used");
    }
    C2paBuilder* const empty = c2pa_builder_from_context(context->get());
    const Owned<C2paBuilder> builder(empty == nullptr ? nullptr
                                                      : c2pa_builder_with_definition(empty, manifest_of(made).c_str()));
    if (!builder) {
        return refused("the credential cannot be made");
    }
    MemoryFile source{{bytes.begin(), bytes.end()}, 0}, target;
    const Stream input = stream_on(source), output = stream_on(target);
    const unsigned char* manifest = nullptr;
    const std::string format = media_type_of(made.format);
    if (!input || !output ||
        c2pa_builder_sign(builder.get(), format.c_str(), input.get(), output.get(), signer.get(), &manifest) < 0) {
        return refused("the credential cannot be signed");
    }
    c2pa_free(manifest);
    return std::move(target.bytes);
}

}  // namespace bonafide::forge
