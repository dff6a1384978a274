// Block grids of lossy coders in decoded sound.
//
// A coder rounds most coefficients of a block to few values, many of them to zero. Decoded sound shows that again only
// where it is cut into blocks exactly as the coder did: Herre and Schug, "Analysis of decompressed audio: the inverse
// decoder" (AES 109th Convention, 2000); Yang, Qu and Huang, "Detecting digital audio forgeries by checking frame
// offsets" (MM&Sec 2008); Gärtner et al., "Efficient cross-codec framing grid analysis for audio tampering detection"
// (AES 136th Convention, 2014). Deviations: every offset is tried at once, a coefficient being a correlation with its
// basis function and so a product of spectra; instead of counting zeros the logarithms of the coefficients are
// averaged, which needs no threshold. Limits: sound that was resampled, stretched, or mixed after coding has no grid
// left; coders at a high bit rate leave hardly any; Opus, AMR and HE-AAC's upper half are not looked for.
#include "features/codec_grid/search.h"

#include "base/ensure.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <numeric>

namespace bonafide::features::codec_grid {
namespace {

constexpr int kLowestRate_hz = 8'000;
constexpr int kHighestRate_hz = 48'000;
constexpr double kRounding = 1.0 / 32768;  // one step of 16 bits: below it there is nothing to see
constexpr double kLeastLevel = 1.5;        // natural logarithm above that step
constexpr std::size_t kPositions = kStretchSamples - kLongestFilter + 1;

cv::Mat complex_row(const std::vector<float>& interleaved) {
    return {1, static_cast<int>(kStretchSamples), CV_32FC2, const_cast<float*>(interleaved.data())};
}

float median_of(std::vector<float> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Spectrum of two basis functions at once, turned round in time: one in the real, the other in the imaginary part, so
/// that one inverse transform correlates with both.
std::vector<float> spectrum_of(const std::vector<double>& first, const std::vector<double>& second) {
    std::vector<float> values(2 * kStretchSamples, 0.0F);
    for (std::size_t n = 0; n < first.size(); ++n) {
        const std::size_t place = (kStretchSamples - n) % kStretchSamples;
        values[2 * place] = static_cast<float>(first[n]);
        values[2 * place + 1] = static_cast<float>(second[n]);
    }
    cv::Mat row = complex_row(values);
    cv::dft(row, row);
    return values;
}

}  // namespace

Trace trace_at(const Levels& levels, int offset) {
    ENSURE(offset >= 0 && static_cast<std::size_t>(offset) < levels.size());
    const float middle = median_of(levels);
    std::vector<float> deviations(levels.size());
    std::transform(levels.begin(), levels.end(), deviations.begin(),
                   [middle](float level) { return std::abs(level - middle); });
    const double spread = 1.4826 * median_of(std::move(deviations));
    const double depth = middle - levels[static_cast<std::size_t>(offset)];
    return {offset, depth, spread > 1e-6 ? depth / spread : 0};
}

Trace deepest(const Levels& levels) {
    return levels.empty()
               ? Trace{}
               : trace_at(levels,
                          static_cast<std::size_t>(std::min_element(levels.begin(), levels.end()) - levels.begin()));
}

std::shared_ptr<const Search::Banks> Search::banks_for(int rate_hz) {
    static std::mutex mutex;
    static std::map<int, std::weak_ptr<const Banks>> known;
    const std::lock_guard lock(mutex);
    if (auto banks = known[rate_hz].lock()) {
        return banks;
    }
    auto banks = std::make_shared<Banks>();
    for (std::size_t i = 0; i < kTransforms; ++i) {
        const auto functions = basis_functions(static_cast<Transform>(i), rate_hz);
        for (std::size_t k = 0; k + 1 < functions.size(); k += 2) {
            (*banks)[i].push_back(spectrum_of(functions[k], functions[k + 1]));
        }
    }
    known[rate_hz] = banks;
    return banks;
}

Search::Search(int rate_hz)
    : banks_(rate_hz >= kLowestRate_hz && rate_hz <= kHighestRate_hz ? banks_for(rate_hz) : nullptr) {}

std::array<Levels, kTransforms> Search::examine(std::span<const float> stretch, std::int64_t first,
                                                std::optional<Transform> only) const {
    ENSURE(stretch.size() == kStretchSamples && applicable());
    std::array<Levels, kTransforms> found;
    std::vector<float> samples(2 * kStretchSamples, 0.0F);
    for (std::size_t n = 0; n < kStretchSamples; ++n) {
        samples[2 * n] = std::isfinite(stretch[n]) ? std::clamp(stretch[n], -4.0F, 4.0F) : 0.0F;
    }
    const cv::Mat spectrum = complex_row(samples);
    cv::dft(spectrum, spectrum);
    cv::Mat product;
    constexpr double kFloor = kRounding * kRounding;
    for (std::size_t i = 0; i < kTransforms; ++i) {
        if (only && *only != static_cast<Transform>(i)) {
            continue;
        }
        const std::size_t hop = hop_samples(static_cast<Transform>(i));
        const std::size_t blocks = kPositions / hop;
        std::vector<double> sums(hop, 0.0);
        for (const Spectrum& bank : (*banks_)[i]) {
            cv::mulSpectrums(spectrum, complex_row(bank), product, 0);
            cv::dft(product, product, cv::DFT_INVERSE | cv::DFT_SCALE);
            const auto* values = product.ptr<float>();
            for (std::size_t offset = 0; offset < hop; ++offset) {
                // One logarithm of a product instead of many: it stays far inside the range of a double.
                double all = 1;
                for (std::size_t place = offset; place < blocks * hop; place += hop) {
                    const double real = values[2 * place], imaginary = values[2 * place + 1];
                    all *= (real * real + kFloor) * (imaginary * imaginary + kFloor);
                }
                sums[offset] += std::log(all);
            }
        }
        const double scale = 0.25 / static_cast<double>((*banks_)[i].size() * blocks);
        Levels levels(hop);
        for (std::size_t offset = 0; offset < hop; ++offset) {
            const auto place =
                static_cast<std::size_t>((first + static_cast<std::int64_t>(offset)) % static_cast<std::int64_t>(hop));
            levels[place] = static_cast<float>(scale * sums[offset]);
        }
        if (median_of(levels) < std::log(kRounding) + kLeastLevel) {
            return {};
        }
        found[i] = std::move(levels);
    }
    return found;
}

void Sum::add(const std::array<Levels, kTransforms>& levels) {
    for (std::size_t i = 0; i < kTransforms; ++i) {
        if (levels[i].empty()) {
            continue;
        }
        ++counts_[i];
        sums_[i].resize(levels[i].size(), 0.0F);
        std::transform(sums_[i].begin(), sums_[i].end(), levels[i].begin(), sums_[i].begin(), std::plus<>());
    }
}

Trace Sum::trace(Transform transform) const {
    Trace found = deepest(sums_[static_cast<std::size_t>(transform)]);
    found.depth /= static_cast<double>(std::max<std::int64_t>(stretches(transform), 1));
    return found;
}

}  // namespace bonafide::features::codec_grid
