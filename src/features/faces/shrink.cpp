#include "features/faces/shrink.h"

#include "base/ensure.h"
#include "base/lanes.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace bonafide::features::faces {
namespace {

/// Of every new pixel along one side: the first old one that it covers, and by how much it covers that and the next.
struct Shares {
    std::size_t each = 0;  ///< so many weights a pixel; those beyond what it covers are zero
    std::vector<int> first;
    std::vector<float> weights;
};

Shares shares_of(int from, int to, double scale) {
    const double step = 1 / scale;
    Shares shares;
    shares.each = static_cast<std::size_t>(std::min(from, cvCeil(step) + 1));
    const int most = static_cast<int>(shares.each);
    for (int i = 0; i < to; ++i) {
        const double begin = i * step, end = std::min<double>(begin + step, from);
        const int first = std::clamp(cvFloor(begin), 0, from - most);
        shares.first.push_back(first);
        double sum = 0;
        for (int k = first; k < first + most; ++k) {
            sum += std::max(0.0, std::min<double>(end, k + 1) - std::max<double>(begin, k));
        }
        for (int k = first; k < first + most; ++k) {
            const double covered = std::max(0.0, std::min<double>(end, k + 1) - std::max<double>(begin, k));
            shares.weights.push_back(sum > 0 ? static_cast<float>(covered / sum) : 1 / static_cast<float>(most));
        }
    }
    return shares;
}

BONAFIDE_ALSO_FOR_AVX2
void add_row(const std::uint8_t* row, float weight, int count, float* sums) {
    for (int i = 0; i < count; ++i) {
        sums[i] += weight * static_cast<float>(row[i]);
    }
}

/// `kEach` and `kChannels`: what the compiler should know beforehand; 0 where it cannot.
template <std::size_t kEach, std::size_t kChannels>
void shrink_row(const float* row, const Shares& shares, std::size_t channels, std::uint8_t* result) {
    const std::size_t each = kEach > 0 ? kEach : shares.each, count = kChannels > 0 ? kChannels : channels;
    const float* weights = shares.weights.data();
    for (const int first : shares.first) {
        const float* covered = row + static_cast<std::size_t>(first) * count;
        for (std::size_t channel = 0; channel < count; ++channel) {
            float sum = 0.5F;
            for (std::size_t k = 0; k < each; ++k) {
                sum += weights[k] * covered[count * k + channel];
            }
            *result++ = static_cast<std::uint8_t>(sum);
        }
        weights += each;
    }
}

using ShrinkRow = void (*)(const float*, const Shares&, std::size_t, std::uint8_t*);

template <std::size_t kChannels>
ShrinkRow shrink_row_for(std::size_t each) {
    return each == 3 ? shrink_row<3, kChannels> : each == 4 ? shrink_row<4, kChannels> : shrink_row<0, kChannels>;
}

}  // namespace

cv::Mat shrunk(const cv::Mat& picture, double scale) {
    ENSURE(!picture.empty() && picture.depth() == CV_8U && scale > 0 && scale <= 1);
    const cv::Size size(std::max(1, cvRound(picture.cols * scale)), std::max(1, cvRound(picture.rows * scale)));
    const Shares across = shares_of(picture.cols, size.width, scale),
                 down = shares_of(picture.rows, size.height, scale);
    const int channels = picture.channels(), count = picture.cols * channels;
    const ShrinkRow shrink = channels == 1   ? shrink_row_for<1>(across.each)
                             : channels == 3 ? shrink_row_for<3>(across.each)
                                             : shrink_row_for<0>(across.each);
    cv::Mat result(size, picture.type());
    std::vector<float> sums(static_cast<std::size_t>(count));
    for (int y = 0; y < size.height; ++y) {
        std::fill(sums.begin(), sums.end(), 0.0F);
        const auto place = static_cast<std::size_t>(y);
        for (std::size_t k = 0; k < down.each; ++k) {
            if (const float weight = down.weights[place * down.each + k]; weight > 0) {
                add_row(picture.ptr(down.first[place] + static_cast<int>(k)), weight, count, sums.data());
            }
        }
        shrink(sums.data(), across, static_cast<std::size_t>(channels), result.ptr(y));
    }
    return result;
}

}  // namespace bonafide::features::faces
