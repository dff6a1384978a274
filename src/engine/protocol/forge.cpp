#include "engine/protocol/forge.h"

#include "engine/protocol/forge_json.h"

#include <cmath>
#include <set>

namespace bonafide::engine {
namespace {

constexpr std::size_t kMostBytes = 16 * 1024;
constexpr int kMostSidePx = 1 << 20;
const std::set<std::string> kPictures = {"png", "jpeg", "webp", "mp4"}, kRecordings = {"m4a", "mp3", "wav"};

}  // namespace

std::string to_json(const forge::Made& made) {
    return nlohmann::json(made).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<forge::Made> parse_made(std::string_view json) {
    const Error foreign{ErrorCode::kInvalid, "the forging process answered in a form that is not its own"};
    if (json.size() > kMostBytes) {
        return foreign;
    }
    try {
        auto made = nlohmann::json::parse(json).get<forge::Made>();
        const int least_px = kRecordings.contains(made.format) ? 0 : 1;
        const bool sound = made.width_px >= least_px && made.width_px <= kMostSidePx && made.height_px >= least_px &&
                           made.height_px <= kMostSidePx && made.frames >= 0 && std::isfinite(made.duration_s) &&
                           made.duration_s >= 0 && std::isfinite(made.watermark_psnr_db) &&
                           std::isfinite(made.watermark_exponent) && std::isfinite(made.watermark_exponent_after) &&
                           (kPictures.contains(made.format) || kRecordings.contains(made.format));
        return sound ? Result<forge::Made>(std::move(made)) : Result<forge::Made>(foreign);
    } catch (const nlohmann::json::exception&) {
        return foreign;
    }
}

}  // namespace bonafide::engine
