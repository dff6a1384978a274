// Rotation-invariant description of every place.
//
// Cozzolino, Poggi and Verdoliva, "Efficient dense-field copy-move forgery detection", IEEE TIFS 2015, compare Zernike
// moments and polar transforms; Yap, Jiang and Kot, "Two-dimensional polar harmonic transforms for invariant image
// representation", IEEE TPAMI 2010, give the polar cosine transform taken here: cos(pi n r^2) exp(i m angle) on the
// disc. The moduli change neither with a turn nor with a mirror image. Deviations: orders up to n = 2 and m = 5, m = 0
// kept real and signed, the mean weighted down (a copy may be lit up a little), and values rounded to a quarter of a
// level. Limits: a disc of one size, so that scaled copies beyond about 0.8 to 1.25 are left to the key points.
#include "analyzers/image/copy_move/dense_features.h"

#include "base/lanes.h"

#include <opencv2/core/utility.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace bonafide::analyzers::clone {
namespace {

constexpr int kRadialOrders = 3, kAngularOrders = 6;
constexpr int kSide = 2 * kFeatureRadius + 1;
constexpr int kKernels = kRadialOrders * (2 * kAngularOrders - 1);  // m = 0 has no imaginary part
constexpr double kUnit = 1.0 / 4;                                   ///< of an orthonormal coefficient, levels
constexpr double kMeanWeight = 0.3;

struct Tap {
    int x, y;
    float weight[kKernels];
};

// Orthonormal up to the sampling of the disc: each kernel has unit energy.
std::vector<Tap> make_taps() {
    std::vector<Tap> taps;
    for (int y = -kFeatureRadius; y <= kFeatureRadius; ++y) {
        for (int x = -kFeatureRadius; x <= kFeatureRadius; ++x) {
            const double squared = (x * x + y * y) / ((kFeatureRadius + 0.5) * (kFeatureRadius + 0.5));
            if (squared > 1) {
                continue;
            }
            Tap tap{x + kFeatureRadius, y + kFeatureRadius, {}};
            int kernel = 0;
            for (int n = 0; n < kRadialOrders; ++n) {
                for (int m = 0; m < kAngularOrders; ++m) {
                    const double radial = std::cos(CV_PI * n * squared), angle = m * std::atan2(y, x);
                    // Higher angular orders have no value at the middle, where the angle is not defined.
                    const double middle = m > 0 && squared == 0 ? 0 : radial;
                    tap.weight[kernel++] = static_cast<float>(middle * std::cos(angle));
                    if (m > 0) {
                        tap.weight[kernel++] = static_cast<float>(middle * std::sin(angle));
                    }
                }
            }
            taps.push_back(tap);
        }
    }
    for (int kernel = 0; kernel < kKernels; ++kernel) {
        double energy = 0, mean = 0;
        for (const Tap& tap : taps) {
            mean += tap.weight[kernel] / static_cast<double>(taps.size());
        }
        for (Tap& tap : taps) {
            tap.weight[kernel] -= kernel == 0 ? 0.0F : static_cast<float>(mean);
            energy += tap.weight[kernel] * tap.weight[kernel];
        }
        for (Tap& tap : taps) {
            tap.weight[kernel] *= static_cast<float>((kernel == 0 ? kMeanWeight : 1) / std::sqrt(energy));
        }
    }
    return taps;
}

constexpr int kTile = 64;
constexpr int kLanes = 8;

// A kernel keeps its value or changes its sign where the disc is mirrored left to right, and likewise top to bottom.
// Of the pixels that a mirroring exchanges the sum or the difference is all it needs, which leaves a quarter of the
// disc.
struct Symmetry {
    float across = 1, down = 1;
};
constexpr std::array<Symmetry, 4> kSymmetries = {{{1, 1}, {1, -1}, {-1, 1}, {-1, -1}}};

// The cosine of the `m`th angular order, or its sine.
constexpr std::size_t symmetry_of(int m, bool sine) {
    return (m % 2 == (sine ? 0 : 1) ? 2U : 0U) + (sine ? 1U : 0U);
}
static_assert(symmetry_of(0, false) == 0 && symmetry_of(1, false) == 2 && symmetry_of(1, true) == 1 &&
              symmetry_of(2, true) == 3);

// What is left of four pixels that lie around the middle: `rows` at (x, y), (-x, y), (x, -y), (-x, -y).
BONAFIDE_ALSO_FOR_AVX2
void fold(const std::array<const float*, 4>& rows, Symmetry symmetry, float* out) {
    const float both = symmetry.across * symmetry.down;
    for (int x = 0; x < kTile; x += kLanes) {
        const EightFloats& a = eight_at(rows[0] + x);
        const EightFloats& b = eight_at(rows[1] + x);
        const EightFloats& c = eight_at(rows[2] + x);
        const EightFloats& d = eight_at(rows[3] + x);
        eight_at(out + x) = (a + symmetry.across * b) + (symmetry.down * c + both * d);
    }
}

// Sums of `taps` rows of kTile places by their weights. Written out, so that the sums stay in registers.
template <int... k>
inline __attribute__((always_inline)) void weigh(const float* rows, const float* weights, int taps, float* out,
                                                 std::integer_sequence<int, k...>) {
    EightFloats sum[sizeof...(k)] = {};
    for (int tap = 0; tap < taps; ++tap, rows += kTile) {
        const float weight = weights[tap];
        ((sum[k] += weight * eight_at(rows + kLanes * k)), ...);
    }
    ((eight_at(out + kLanes * k) = sum[k]), ...);
}
BONAFIDE_ALSO_FOR_AVX2
void weigh(const float* rows, const float* weights, int taps, float* out) {
    weigh(rows, weights, taps, out, std::make_integer_sequence<int, kTile / kLanes>());
}

struct Kernels {
    std::vector<cv::Point> taps;                                   ///< from the middle, neither coordinate below 0
    std::array<std::vector<int>, kSymmetries.size()> of_symmetry;  ///< numbers of the kernels
    std::vector<float> weights;                                    ///< one kernel after the other, at `taps`

    Kernels() {
        const std::vector<Tap> all = make_taps();
        for (const Tap& tap : all) {
            if (tap.x >= kFeatureRadius && tap.y >= kFeatureRadius) {
                taps.emplace_back(tap.x - kFeatureRadius, tap.y - kFeatureRadius);
            }
        }
        int kernel = 0;
        for (int n = 0; n < kRadialOrders; ++n) {
            for (int m = 0; m < kAngularOrders; ++m) {
                of_symmetry[symmetry_of(m, false)].push_back(kernel++);
                if (m > 0) {
                    of_symmetry[symmetry_of(m, true)].push_back(kernel++);
                }
            }
        }
        for (kernel = 0; kernel < kKernels; ++kernel) {
            for (const Tap& tap : all) {
                if (tap.x >= kFeatureRadius && tap.y >= kFeatureRadius) {
                    weights.push_back(tap.weight[kernel]);
                }
            }
        }
    }
};

// `luma` has kTile more columns than the places need.
void describe_row(const cv::Mat& luma, const Kernels& kernels, int y, cv::Mat& sums, FeatureField& field) {
    const int width = field.size.width, taps = static_cast<int>(kernels.taps.size());
    static constexpr std::array<float, kTile> kNothing{};
    std::vector<float> folded(kernels.taps.size() * kTile);
    for (int x = 0; x < width; x += kTile) {
        for (std::size_t symmetry = 0; symmetry < kSymmetries.size(); ++symmetry) {
            for (int tap = 0; tap < taps; ++tap) {
                const cv::Point from = kernels.taps[tap];
                const auto row = [&](int right, int down) {
                    return luma.ptr<float>(y + kFeatureRadius + down) + x + kFeatureRadius + right;
                };
                // A pixel on an axis is its own mirror image.
                const bool mirrored = from.x > 0, turned = from.y > 0;
                fold({row(from.x, from.y), mirrored ? row(-from.x, from.y) : kNothing.data(),
                      turned ? row(from.x, -from.y) : kNothing.data(),
                      mirrored && turned ? row(-from.x, -from.y) : kNothing.data()},
                     kSymmetries[symmetry], folded.data() + static_cast<std::ptrdiff_t>(tap) * kTile);
            }
            for (const int kernel : kernels.of_symmetry[symmetry]) {
                weigh(folded.data(), kernels.weights.data() + static_cast<std::ptrdiff_t>(kernel) * taps, taps,
                      sums.ptr<float>(kernel) + x);
            }
        }
    }
    std::int16_t* out = field.values.data() + static_cast<std::size_t>(y) * width * kFeatureLength;
    const auto store = [](double value) {
        return static_cast<std::int16_t>(std::lround(std::clamp(value / kUnit, -4000.0, 4000.0)));
    };
    int kernel = 0, feature = 0;
    for (int n = 0; n < kRadialOrders; ++n) {
        for (int m = 0; m < kAngularOrders; ++m, ++feature) {
            const float* real = sums.ptr<float>(kernel);
            const float* imaginary = m > 0 ? sums.ptr<float>(kernel + 1) : nullptr;
            for (int x = 0; x < width; ++x) {
                // Both parts of a modulus carry energy of the disc; the root of two keeps distances comparable.
                const double value = m > 0 ? std::sqrt(2.0) * std::hypot(real[x], imaginary[x]) : real[x];
                out[static_cast<std::size_t>(x) * kFeatureLength + feature] = store(std::isfinite(value) ? value : 0);
            }
            kernel += m > 0 ? 2 : 1;
        }
    }
}

}  // namespace

FeatureField dense_features(const cv::Mat& luma) {
    FeatureField field;
    field.size = {luma.cols - kSide + 1, luma.rows - kSide + 1};
    if (field.size.width <= 0 || field.size.height <= 0) {
        field.size = {};
        return field;
    }
    field.values.assign(static_cast<std::size_t>(field.size.area()) * kFeatureLength, 0);
    static const Kernels kernels;
    cv::Mat padded;
    cv::copyMakeBorder(luma, padded, 0, 0, 0, kTile, cv::BORDER_REPLICATE);
    cv::parallel_for_({0, field.size.height}, [&](const cv::Range& rows) {
        cv::Mat sums(kKernels, field.size.width + kTile, CV_32FC1);
        for (int y = rows.start; y < rows.end; ++y) {
            describe_row(padded, kernels, y, sums, field);
        }
    });
    return field;
}

}  // namespace bonafide::analyzers::clone
