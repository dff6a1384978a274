#include "base/hash.h"

#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

namespace bonafide {
namespace {

struct ContextDeleter {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, ContextDeleter>;

Context start() {
    Context context(EVP_MD_CTX_new());
    ENSURE(context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1);
    return context;
}

std::string finish(EVP_MD_CTX* context) {
    std::array<unsigned char, 32> digest{};
    ENSURE(EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1);
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(64);
    for (const unsigned char byte : digest) {
        hex.push_back(kDigits[byte >> 4]);
        hex.push_back(kDigits[byte & 15]);
    }
    return hex;
}

}  // namespace

std::string sha256_hex(std::span<const std::uint8_t> bytes) {
    const Context context = start();
    ENSURE(EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1);
    return finish(context.get());
}

Result<FileDigest> sha256_of_fd(int fd) {
    const Context context = start();
    std::vector<std::uint8_t> buffer(1 << 20);
    FileDigest result;
    for (;;) {
        const ssize_t count = pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(result.size_bytes));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return Error{ErrorCode::kIo, std::string("cannot read: ") + std::strerror(errno)};
        }
        if (count == 0) {
            break;
        }
        ENSURE(EVP_DigestUpdate(context.get(), buffer.data(), static_cast<std::size_t>(count)) == 1);
        result.size_bytes += static_cast<std::uint64_t>(count);
    }
    result.sha256 = finish(context.get());
    return result;
}

}  // namespace bonafide
