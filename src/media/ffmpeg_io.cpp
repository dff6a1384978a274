#include "media/ffmpeg_io.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <span>

namespace bonafide::media {
namespace {

constexpr int kBufferBytes = 64 << 10;

int read_some(void* opaque, std::uint8_t* out, int size) {
    auto& input = *static_cast<FfmpegInput*>(opaque);
    if (size <= 0) {
        return AVERROR(EINVAL);
    }
    const std::size_t got = input.source().read_at(input.position, std::span(out, static_cast<std::size_t>(size)));
    if (got == 0) {
        return AVERROR_EOF;
    }
    input.position += got;
    return static_cast<int>(got);
}

std::int64_t seek_to(void* opaque, std::int64_t offset, int whence) {
    auto& input = *static_cast<FfmpegInput*>(opaque);
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const auto size = static_cast<std::int64_t>(std::min(input.source().size_bytes(), kMost));
    std::int64_t base = 0;
    switch (whence & ~AVSEEK_FORCE) {
        case AVSEEK_SIZE:
            return size;
        case SEEK_SET:
            break;
        case SEEK_CUR:
            base = static_cast<std::int64_t>(input.position);
            break;
        case SEEK_END:
            base = size;
            break;
        default:
            return AVERROR(EINVAL);
    }
    std::int64_t target = 0;
    if (__builtin_add_overflow(base, offset, &target) || target < 0) {
        return AVERROR(EINVAL);
    }
    input.position = static_cast<std::uint64_t>(target);
    return target;
}

}  // namespace

std::unique_ptr<FfmpegInput> FfmpegInput::create(const ingest::ByteSource& source) {
    std::unique_ptr<FfmpegInput> input(new FfmpegInput(source));
    auto* buffer = static_cast<std::uint8_t*>(av_malloc(kBufferBytes));
    if (buffer == nullptr) {
        return nullptr;
    }
    input->context_ = avio_alloc_context(buffer, kBufferBytes, 0, input.get(), read_some, nullptr, seek_to);
    if (input->context_ == nullptr) {
        av_free(buffer);
        return nullptr;
    }
    return input;
}

FfmpegInput::~FfmpegInput() {
    if (context_ != nullptr) {
        av_freep(&context_->buffer);  // FFmpeg may have replaced the buffer it was given
        avio_context_free(&context_);
    }
}

}  // namespace bonafide::media
