// Print is told by how much of a place's variance lies between its two brightnesses.
// N. Otsu: A threshold selection method from gray-level histograms. IEEE Transactions on Systems, Man, and Cybernetics
// 9(1), 1979.
#include "analyzers/image/copy_move/print.h"

#include <algorithm>
#include <array>

namespace bonafide::analyzers::clone {
namespace {

// Between scanned pages and the copies of CASIA v1, of which none is lost: bench/accuracy/printed_pages.py.
constexpr double kNoPrint = 0.80, kSurePrint = 0.86, kMostInk = 0.42, kLeastContrast = 60;

}  // namespace

double likeness_to_print(const Level& level, const Copy& copy) {
    std::array<double, 256> counts{};
    double all = 0, sum = 0, squares = 0;
    for (int y = 0; y < copy.box.height; ++y) {
        for (int x = 0; x < copy.box.width; ++x) {
            if (copy.region.at<unsigned char>(y, x) != 0) {
                const int value =
                    cv::saturate_cast<unsigned char>(level.luma.at<float>(copy.box.y + y, copy.box.x + x));
                ++counts[static_cast<std::size_t>(value)];
                ++all;
                sum += value;
                squares += static_cast<double>(value) * value;
            }
        }
    }
    const double variance = all > 0 ? squares / all - (sum / all) * (sum / all) : 0;
    if (variance < 1) {
        return 0;
    }
    double dark = 0, dark_sum = 0, best_between = 0, ink = 0, contrast = 0;
    for (std::size_t level_of_dark = 0; level_of_dark + 1 < counts.size(); ++level_of_dark) {
        dark += counts[level_of_dark];
        dark_sum += counts[level_of_dark] * static_cast<double>(level_of_dark);
        if (dark == 0 || dark == all) {
            continue;
        }
        const double apart = (sum - dark_sum) / (all - dark) - dark_sum / dark;
        const double between = dark / all * (1 - dark / all) * apart * apart;
        if (between > best_between) {
            best_between = between;
            ink = dark / all;
            contrast = apart;
        }
    }
    if (ink > kMostInk || contrast < kLeastContrast) {
        return 0;
    }
    return std::clamp((best_between / variance - kNoPrint) / (kSurePrint - kNoPrint), 0.0, 1.0);
}

}  // namespace bonafide::analyzers::clone
