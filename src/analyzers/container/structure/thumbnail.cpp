// Embedded thumbnail against picture. Paper: E. Kee, H. Farid, "Digital image authentication from thumbnails" (2010):
// thumbnails are the picture, cropped, filtered, resized, sharpened, with brightness and contrast of their own.
// Deviation: no model of the camera's filters is fitted; the best of a few crops and shifts, and a gain and offset,
// take their place, and what is left is the difference. Limits: luminance only; changes below about 3 % of the
// picture's width vanish in the thumbnail; an editor that rewrites the thumbnail leaves no difference.
#include "analyzers/container/structure/thumbnail.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace bonafide::analyzers::structure {
namespace {

constexpr int kSmallest_px = 32;
constexpr int kLargest_px = 320;      ///< larger previews are brought down: the comparison needs no more
constexpr double kLeastContrast = 4;  ///< standard deviation in 8-bit units below which there is nothing to compare
constexpr double kBlackLevel = 24;
constexpr int kMostShift_px = 2;
constexpr double kLeastRegion = 0.005;
constexpr double kGoodFit = 0.9;      ///< correlation from which no other way to fit is looked for
constexpr double kTurnedGain = 0.2;   ///< a turned thumbnail must fit this much better
constexpr double kCloserGain = 0.05;  ///< as must a closer crop, of which many are tried

cv::Mat luminance(const cv::Mat& rgb) {
    cv::Mat grey, result;
    cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
    grey.convertTo(result, CV_32F, grey.depth() == CV_16U ? 1.0 / 257.0 : 1.0);
    return result;
}

/// EXIF orientation (CIPA DC-008, 4.6.4): what has to be done to stored pixels to see them upright.
cv::Mat upright(const cv::Mat& stored, int orientation) {
    cv::Mat result = stored.clone();
    if (orientation >= 5 && orientation <= 8) {
        cv::transpose(stored, result);
    }
    switch (orientation) {
        case 2:
        case 6:
            cv::flip(result, result, 1);
            break;
        case 3:
        case 7:
            cv::flip(result, result, -1);
            break;
        case 4:
        case 8:
            cv::flip(result, result, 0);
            break;
        default:
            break;
    }
    return result;
}

double contrast(const cv::Mat& grey) {
    cv::Scalar mean, deviation;
    cv::meanStdDev(grey, mean, deviation);
    return deviation[0];
}

bool is_black(const cv::Mat& line) {
    double most = 0;
    cv::minMaxLoc(line, nullptr, &most);
    return most <= kBlackLevel;
}

/// The thumbnail without black bars (letter-box or pillar-box), at most a quarter from each side.
cv::Rect without_bars(const cv::Mat& grey) {
    int top = 0, left = 0, bottom = grey.rows, right = grey.cols;
    while (top < grey.rows / 4 && is_black(grey.row(top))) {
        ++top;
    }
    while (bottom > grey.rows - grey.rows / 4 && is_black(grey.row(bottom - 1))) {
        --bottom;
    }
    while (left < grey.cols / 4 && is_black(grey.col(left))) {
        ++left;
    }
    while (right > grey.cols - grey.cols / 4 && is_black(grey.col(right - 1))) {
        --right;
    }
    if (top > 0 || bottom < grey.rows) {  // the bar's edge is blurred by JPEG
        top = std::min(top + 1, grey.rows / 4);
        bottom = std::max(bottom - 1, grey.rows - grey.rows / 4);
    }
    if (left > 0 || right < grey.cols) {
        left = std::min(left + 1, grey.cols / 4);
        right = std::max(right - 1, grey.cols - grey.cols / 4);
    }
    return {left, top, right - left, bottom - top};
}

/// The largest centred part of `size` with the shape of `shape`.
cv::Rect centred_crop(cv::Size size, cv::Size shape) {
    const double wanted = static_cast<double>(shape.width) / shape.height;
    cv::Size crop = size;
    if (size.width > wanted * size.height) {
        crop.width = std::max(1, static_cast<int>(std::lround(wanted * size.height)));
    } else {
        crop.height = std::max(1, static_cast<int>(std::lround(size.width / wanted)));
    }
    crop.width = std::min(crop.width, size.width);
    crop.height = std::min(crop.height, size.height);
    return {(size.width - crop.width) / 2, (size.height - crop.height) / 2, crop.width, crop.height};
}

double correlation(const cv::Mat& first, const cv::Mat& second) {
    cv::Mat score;
    cv::matchTemplate(first, second, score, cv::TM_CCOEFF_NORMED);
    const double value = score.at<float>(0, 0);
    return std::isfinite(value) ? std::clamp(value, -1.0, 1.0) : 0.0;
}

struct Fit {
    double correlation = -2;
    cv::Mat thumbnail, picture;  ///< aligned, same size, smoothed
    cv::Rect picture_crop;       ///< what of the picture `picture` shows
    int orientation = 1;
    double seen_part = 1;
};

/// Searches `small`, made of `crop` of the picture, in `thumbnail`.
void take_if_better(const cv::Mat& thumbnail, const cv::Mat& small, const cv::Rect& crop, double part, Fit& best) {
    cv::Mat scores;
    cv::matchTemplate(thumbnail, small, scores, cv::TM_CCOEFF_NORMED);
    double most = 0;
    cv::Point where;
    cv::minMaxLoc(scores, nullptr, &most, nullptr, &where);
    if (!std::isfinite(most) || most <= best.correlation + (part < 1 ? kCloserGain : 0)) {
        return;
    }
    best.correlation = std::clamp(most, -1.0, 1.0);
    best.picture = small.clone();
    best.thumbnail = thumbnail({where.x, where.y, small.cols, small.rows}).clone();
    best.picture_crop = crop;
    best.seen_part = part;
}

/// Tries one crop of the picture against one part of the thumbnail, at every shift of up to two pixels.
void try_fit(const cv::Mat& picture, const cv::Rect& crop, const cv::Mat& thumbnail, Fit& best) {
    if (thumbnail.cols <= 4 * kMostShift_px || thumbnail.rows <= 4 * kMostShift_px) {
        return;
    }
    cv::Mat small;
    cv::resize(picture(crop), small, thumbnail.size(), 0, 0, cv::INTER_AREA);
    cv::GaussianBlur(small, small, {0, 0}, 1.0);
    const cv::Rect inner(kMostShift_px, kMostShift_px, thumbnail.cols - 2 * kMostShift_px,
                         thumbnail.rows - 2 * kMostShift_px);
    const double scale_x = static_cast<double>(crop.width) / thumbnail.cols;
    const double scale_y = static_cast<double>(crop.height) / thumbnail.rows;
    const cv::Rect shown =
        cv::Rect(crop.x + static_cast<int>(inner.x * scale_x), crop.y + static_cast<int>(inner.y * scale_y),
                 std::max(1, static_cast<int>(inner.width * scale_x)),
                 std::max(1, static_cast<int>(inner.height * scale_y))) &
        crop;
    take_if_better(thumbnail, small(inner), shown, 1, best);
}

/// All that is tried of a thumbnail turned by `orientation`: whole and without black bars, against the picture and its
/// centred crop.
Fit fit_turned(const cv::Mat& picture, const cv::Mat& stored_thumbnail, int orientation) {
    Fit best;
    best.orientation = orientation;
    const cv::Mat whole = upright(stored_thumbnail, orientation);
    const cv::Rect bars = without_bars(whole);
    std::vector<cv::Rect> parts = {{0, 0, whole.cols, whole.rows}};
    if (bars.size() != whole.size()) {
        parts.push_back(bars);
    }
    for (const cv::Rect& part : parts) {
        cv::Mat smooth;
        cv::GaussianBlur(whole(part), smooth, {0, 0}, 1.0);
        try_fit(picture, {0, 0, picture.cols, picture.rows}, smooth, best);
        try_fit(picture, centred_crop(picture.size(), part.size()), smooth, best);
    }
    return best;
}

/// Looks for the whole of one inside the other, at reduced scale: the picture was cropped after its thumbnail was made,
/// or the thumbnail shows only a part.
void try_closer_crops(const cv::Mat& picture, const cv::Mat& stored_thumbnail, Fit& best) {
    const cv::Mat whole = upright(stored_thumbnail, best.orientation);
    cv::Mat thumbnail;
    cv::GaussianBlur(whole(without_bars(whole)), thumbnail, {0, 0}, 1.0);
    for (int percent = 95; percent >= 50; percent -= 5) {
        const double part = percent / 100.0;
        // The picture, brought to `part` of the thumbnail's width, searched in the thumbnail.
        cv::Mat small;
        const double scale = part * thumbnail.cols / picture.cols;
        cv::resize(picture, small, {}, scale, scale, cv::INTER_AREA);
        if (small.cols >= kSmallest_px / 2 && small.rows >= kSmallest_px / 2 && small.cols <= thumbnail.cols &&
            small.rows <= thumbnail.rows) {
            cv::GaussianBlur(small, small, {0, 0}, 1.0);
            take_if_better(thumbnail, small, {0, 0, picture.cols, picture.rows}, part, best);
        }
        // A part of the picture as large as the thumbnail, searched in the picture.
        const double grown = static_cast<double>(thumbnail.cols) / (part * picture.cols);
        cv::Mat larger;
        cv::resize(picture, larger, {}, grown, grown, cv::INTER_AREA);
        if (larger.cols < thumbnail.cols || larger.rows < thumbnail.rows) {
            continue;
        }
        cv::GaussianBlur(larger, larger, {0, 0}, 1.0);
        cv::Mat scores;
        cv::matchTemplate(larger, thumbnail, scores, cv::TM_CCOEFF_NORMED);
        double most = 0;
        cv::Point where;
        cv::minMaxLoc(scores, nullptr, &most, nullptr, &where);
        if (std::isfinite(most) && most > best.correlation + kCloserGain) {
            best.correlation = std::clamp(most, -1.0, 1.0);
            best.thumbnail = thumbnail.clone();
            best.picture = larger({where.x, where.y, thumbnail.cols, thumbnail.rows}).clone();
            best.picture_crop =
                cv::Rect(static_cast<int>(where.x / grown), static_cast<int>(where.y / grown),
                         static_cast<int>(thumbnail.cols / grown), static_cast<int>(thumbnail.rows / grown)) &
                cv::Rect(0, 0, picture.cols, picture.rows);
            best.seen_part = 1 / part;
        }
    }
}

Fit best_fit(const cv::Mat& picture, const cv::Mat& stored_thumbnail, int orientation) {
    Fit best = fit_turned(picture, stored_thumbnail, orientation);
    if (best.correlation >= kGoodFit) {
        return best;  // as it is for almost every picture
    }
    // Programs that turn or mirror pictures do not always turn the thumbnail with them.
    Fit other = best;
    for (int tried = 1; tried <= 8; ++tried) {
        Fit turned = fit_turned(picture, stored_thumbnail, tried);
        if (turned.correlation > other.correlation) {
            other = std::move(turned);
        }
    }
    if (other.correlation > best.correlation + kTurnedGain) {
        best = std::move(other);
    }
    if (best.correlation < kGoodFit) {
        try_closer_crops(picture, stored_thumbnail, best);
    }
    return best;
}

/// Largest connected place above 128 of `local`, where it takes at least half a per cent, in the picture's pixels.
std::optional<cv::Rect> largest_region(const cv::Mat& local, const cv::Rect& shown) {
    cv::Mat above, labels, stats, centres;
    cv::threshold(local, above, 128, 255, cv::THRESH_BINARY);
    const int count = cv::connectedComponentsWithStats(above, labels, stats, centres, 8, CV_32S);
    std::optional<cv::Rect> largest;
    int most = static_cast<int>(kLeastRegion * static_cast<double>(local.total()));
    const double scale_x = static_cast<double>(shown.width) / local.cols;
    const double scale_y = static_cast<double>(shown.height) / local.rows;
    for (int index = 1; index < count; ++index) {
        if (stats.at<int>(index, cv::CC_STAT_AREA) > most) {
            most = stats.at<int>(index, cv::CC_STAT_AREA);
            largest = cv::Rect(shown.x + static_cast<int>(stats.at<int>(index, cv::CC_STAT_LEFT) * scale_x),
                               shown.y + static_cast<int>(stats.at<int>(index, cv::CC_STAT_TOP) * scale_y),
                               std::max(1, static_cast<int>(stats.at<int>(index, cv::CC_STAT_WIDTH) * scale_x)),
                               std::max(1, static_cast<int>(stats.at<int>(index, cv::CC_STAT_HEIGHT) * scale_y))) &
                      shown;
        }
    }
    return largest;
}

}  // namespace

std::optional<ThumbnailComparison> compare_thumbnail(const cv::Mat& picture, const cv::Mat& thumbnail,
                                                     const ThumbnailOptions& options) {
    if (std::min({picture.cols, picture.rows, thumbnail.cols, thumbnail.rows}) < kSmallest_px) {
        return std::nullopt;
    }
    cv::Mat stored = luminance(thumbnail);
    const int longest = std::max(stored.cols, stored.rows);
    if (longest > kLargest_px) {
        const double scale = static_cast<double>(kLargest_px) / longest;
        cv::resize(stored, stored, {}, scale, scale, cv::INTER_AREA);
    }
    // A few times the thumbnail's size keeps every crop exact and makes the search independent of the picture's size.
    // Whole factors, with what is left over at the right and bottom cut off, are averaged several times faster.
    const int factor = std::max(1, std::max(picture.cols, picture.rows) / (3 * std::max(stored.cols, stored.rows)));
    const double reduction = 1.0 / factor;
    cv::Mat reduced = picture;
    if (factor > 1 && std::min(picture.cols, picture.rows) >= factor * kSmallest_px / 2) {
        const cv::Size size(picture.cols / factor, picture.rows / factor);
        cv::resize(picture({0, 0, size.width * factor, size.height * factor}), reduced, size, 0, 0, cv::INTER_AREA);
    } else if (factor > 1) {
        return std::nullopt;  // a strip that is too thin to be brought to the thumbnail's size
    }
    const cv::Mat seen = luminance(reduced);
    if (std::min(stored.rows, stored.cols) < kSmallest_px / 2 || contrast(stored) < kLeastContrast ||
        contrast(seen) < kLeastContrast) {
        return std::nullopt;
    }
    const Fit fit = best_fit(seen, stored, options.orientation);
    if (fit.correlation < -1) {
        return std::nullopt;
    }
    ThumbnailComparison result;
    result.turned = fit.orientation != options.orientation;
    result.seen_part = fit.seen_part;
    result.correlation = correlation(fit.thumbnail, fit.picture);
    result.difference =
        result.correlation <= 0 ? 1.0 : std::sqrt(std::max(0.0, 1.0 - result.correlation * result.correlation));

    cv::Scalar mean_thumbnail, deviation_thumbnail, mean_picture, deviation_picture;
    cv::meanStdDev(fit.thumbnail, mean_thumbnail, deviation_thumbnail);
    cv::meanStdDev(fit.picture, mean_picture, deviation_picture);
    const double spread = std::max(deviation_thumbnail[0], kLeastContrast);
    const double gain = deviation_picture[0] > 0
                            ? std::max(0.0, result.correlation) * deviation_thumbnail[0] / deviation_picture[0]
                            : 0.0;
    cv::Mat residual = (fit.thumbnail - mean_thumbnail[0]) - gain * (fit.picture - mean_picture[0]);
    residual = residual.mul(residual);
    cv::boxFilter(residual, residual, -1, {5, 5});
    cv::sqrt(residual, residual);
    residual.convertTo(result.local, CV_8U, 128.0 / (options.local_limit * spread));
    const cv::Rect crop(static_cast<int>(fit.picture_crop.x / reduction),
                        static_cast<int>(fit.picture_crop.y / reduction),
                        std::max(1, static_cast<int>(fit.picture_crop.width / reduction)),
                        std::max(1, static_cast<int>(fit.picture_crop.height / reduction)));
    result.shown = crop & cv::Rect(0, 0, picture.cols, picture.rows);
    if (result.shown.empty()) {
        return std::nullopt;
    }
    result.region = largest_region(result.local, result.shown);
    return result;
}

cv::Mat thumbnail_map(const ThumbnailComparison& compared, cv::Size picture_size) {
    cv::Mat scaled;
    cv::Mat map = cv::Mat::zeros(picture_size, CV_8UC1);
    cv::resize(compared.local, scaled, compared.shown.size(), 0, 0, cv::INTER_LINEAR);
    scaled.copyTo(map(compared.shown));
    return map;
}

}  // namespace bonafide::analyzers::structure
