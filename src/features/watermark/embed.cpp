// Informed embedding: the picture's own phases are known here, so only those that disagree with the key are turned, and
// no further than into a cone around it (Cox, Miller, McKellips, "Watermarking as communications with side
// information", Proceedings of the IEEE 87, 1999; Malvar and Florencio, "Improved spread spectrum", IEEE Transactions
// on Signal Processing 51, 2003). Strength rises until the mark is found after what it has to survive.
#include "base/ensure.h"
#include "features/watermark/embedding.h"
#include "features/watermark/lattice.h"
#include "features/watermark/watermark.h"

#include <cmath>

namespace bonafide::features::watermark {
namespace {

constexpr int kPasses = 8;
constexpr float kFaintest = 0.04F;  ///< amplitude of a harmonic, grey levels
constexpr float kStrongest = 0.8F;
constexpr float kStronger = 1.3F;
constexpr double kWantedExponent = 15;  ///< after laundering: what other codecs and scalers take away is left as margin
constexpr double kLeastPsnrDb = 32;

double psnr_db(const cv::Mat& before, const cv::Mat& after) {
    const double distance = cv::norm(before, after, cv::NORM_L2);
    const double mean_square = distance * distance / (3.0 * static_cast<double>(before.total()));
    return mean_square > 0 ? 10 * std::log10(255 * 255 / mean_square) : 99;
}

}  // namespace

Result<Marked> embed(const cv::Mat& rgb, const std::function<void(cv::Mat&)>& draw_over) {
    ENSURE(rgb.type() == CV_8UC3);
    if (std::max(rgb.cols, rgb.rows) < 2 * kSmallestSidePx) {
        return Error{ErrorCode::kUsage,
                     "the picture is too small to carry the forge's watermark: its longer side must have at "
                     "least " +
                         std::to_string(2 * kSmallestSidePx) + " px"};
    }
    const cv::Mat working = working_size(luma_of(rgb), kWorkingPx);
    const cv::Mat strength = strength_of(working);
    for (float amplitude = kFaintest; amplitude <= kStrongest; amplitude *= kStronger) {
        Marked marked;
        marked.rgb = applied(rgb, change_for(working, strength, amplitude, kPasses, {}));
        marked.psnr_db = psnr_db(rgb, marked.rgb);
        if (marked.psnr_db < kLeastPsnrDb) {
            break;
        }
        if (draw_over) {
            draw_over(marked.rgb);
        }
        const auto passed_on = laundered(marked.rgb);
        if (!passed_on) {
            return passed_on.error();
        }
        marked.after_laundering = find(luma_of(*passed_on));
        if (marked.after_laundering.scale == 1 && marked.after_laundering.false_alarm_exponent >= kWantedExponent) {
            return marked;
        }
    }
    return Error{ErrorCode::kUsage,
                 "the picture cannot carry the forge's watermark: it is nearly all black or white, or too "
                 "narrow; nothing leaves the forge without it"};
}

}  // namespace bonafide::features::watermark
