#include "media/ffmpeg_handles.h"

extern "C" {
#include <libavutil/log.h>
#include <libavutil/mem.h>
}

#include <cstdarg>
#include <mutex>

namespace bonafide::media {
namespace {

/// Holds the largest buffer an honest input needs: a 200-megapixel plane of 16 bits, or the index of six hours at 1,000
/// packets a second.
constexpr std::size_t kMostBytesOfOneAllocation = 512U << 20;

void drop_message(void*, int, const char*, va_list) {}

}  // namespace

void prepare_ffmpeg() {
    static std::once_flag once;
    std::call_once(once, [] {
        // Decoder threads log too, and lines of theirs cannot be told apart by input: what matters is counted from
        // return codes.
        av_log_set_callback(drop_message);
        av_max_alloc(kMostBytesOfOneAllocation);
    });
}

std::string ffmpeg_error(int code) {
    char text[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(code, text, sizeof(text));
    return text;
}

std::optional<double> seconds_of(std::int64_t timestamp, AVRational base) {
    if (timestamp == AV_NOPTS_VALUE || base.den == 0) {
        return std::nullopt;
    }
    return static_cast<double>(timestamp) * av_q2d(base);
}

}  // namespace bonafide::media
