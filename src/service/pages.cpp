#include "service/pages.h"

#include "service/secrets.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace bonafide::service {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostBytes = 64ULL << 20;
constexpr const char* kFirstPage = "/index.html";

constexpr std::array kTypes = {std::pair{".html", "text/html; charset=utf-8"},
                               std::pair{".js", "text/javascript; charset=utf-8"},
                               std::pair{".mjs", "text/javascript; charset=utf-8"},
                               std::pair{".css", "text/css; charset=utf-8"},
                               std::pair{".json", "application/json"},
                               std::pair{".webmanifest", "application/manifest+json"},
                               std::pair{".svg", "image/svg+xml"},
                               std::pair{".png", "image/png"},
                               std::pair{".jpg", "image/jpeg"},
                               std::pair{".webp", "image/webp"},
                               std::pair{".ico", "image/x-icon"},
                               std::pair{".woff2", "font/woff2"},
                               std::pair{".wasm", "application/wasm"},
                               std::pair{".txt", "text/plain; charset=utf-8"}};

// The scripts and styles of the pages are files of their own; blob: is for media that the reader has just chosen.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

constexpr const char* kPlainPage =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Bonafide</title></head>\n<body>\n"
    "<h1>Bonafide</h1>\n<p>The service runs, but its web pages are not installed beside it.</p>\n"
    "<p>Programs use the interface under <code>/v1</code>, described by <a href=\"/v1/openapi.json\">"
    "/v1/openapi.json</a>. To check a file from a terminal:</p>\n"
    "<pre>curl --data-binary @photo.jpg 'http://ADDRESS/v1/checks?file_name=photo.jpg'</pre>\n</body></html>\n";

const char* type_of(const fs::path& path) {
    const std::string extension = path.extension().string();
    for (const auto& [known, type] : kTypes) {
        if (extension == known) {
            return type;
        }
    }
    return nullptr;
}

}  // namespace

Result<Pages> Pages::load(const std::string& folder) {
    Pages pages;
    std::error_code error;
    std::uint64_t total = 0;
    if (!folder.empty() && fs::is_directory(folder, error)) {
        for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
            const char* type = type_of(at->path());
            if (type == nullptr || at->is_symlink(error) || !at->is_regular_file(error)) {
                continue;
            }
            total += at->file_size(error);
            if (error || total > kMostBytes) {
                return Error{ErrorCode::kLimit, "the web pages in " + folder + " are too large, or cannot be read"};
            }
            std::ifstream stream(at->path(), std::ios::binary);
            File file{type, "", std::string(std::istreambuf_iterator<char>(stream), {})};
            file.etag = "\"" + sha256_of_text(file.bytes).substr(0, 32) + "\"";
            pages.files_["/" + fs::relative(at->path(), folder, error).generic_string()] = std::move(file);
        }
    }
    if (pages.files_.count(kFirstPage) == 0) {
        pages.files_.clear();
        pages.files_[kFirstPage] = {"text/html; charset=utf-8", "\"plain\"", kPlainPage};
    }
    return pages;
}

std::optional<Response> Pages::find(const Request& request) const {
    auto found = files_.find(request.path);
    const bool is_asset = request.path.starts_with("/assets/");
    if (found == files_.end()) {
        if (is_asset) {
            return std::nullopt;
        }
        found = files_.find(kFirstPage);
    }
    const File& file = found->second;
    Response response;
    response.content_type = file.type;
    response.with("Content-Security-Policy", kPolicy);
    response.with("ETag", file.etag);
    // The names below /assets/ change with their content.
    response.with("Cache-Control", is_asset ? "public, max-age=31536000, immutable" : "no-cache");
    if (request.header("if-none-match") == file.etag) {
        response.status = 304;
        return response;
    }
    response.body = file.bytes;
    return response;
}

}  // namespace bonafide::service
