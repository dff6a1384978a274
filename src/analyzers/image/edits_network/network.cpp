// A small fully convolutional network over blocks, in plain loops: at this size the start of a neural runtime costs
// more than the whole computation (docs/adr/0008-small-network-without-runtime.md).
//
// Its first layer is fitted to each picture anew: what is measured of a block is compared with what the picture's own
// blocks of like brightness and texture measure (surprise.cpp). The second is fixed: averages over three windows. The
// rest, three layers of 1 x 1 convolution (Lin, Chen and Yan, "Network in network", ICLR 2014), is learned.
#include "analyzers/image/edits_network/network.h"

#include "analyzers/image/edits_network/surprise.h"
#include "base/ensure.h"
#include "base/lanes.h"
#include "base/median.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace bonafide::analyzers::edits {
namespace {

constexpr std::array<char, 8> kMagic = {'B', 'F', 'E', 'D', 'I', 'T', 'S', '1'};
constexpr int kFirst = 64, kSecond = 32;
constexpr float kLargestInput = 5.0F;
constexpr std::array<double, 5> kQuantiles = {0.5, 0.9, 0.97, 0.99, 1.0};
// The picture is judged by the quantiles of the logits averaged over these windows, in blocks.
constexpr std::array<int, 2> kPictureWindows = {3, 7};
constexpr int kStripRows = 32;

// What a block hands to the first layer, with gaps: every plane in each window, then the plain ones. What is not
// compared, and the filling at the end, meets weights of 0.
constexpr int kPlainPlaces = 24;
constexpr int kWide = static_cast<int>(kWindows.size()) * kPlanes + kPlainPlaces;
static_assert(kPlainPlaces >= static_cast<int>(kPlain.size()));

// Where input `index` of the trained network stands among them.
std::size_t place_of(std::size_t index) {
    const std::size_t window = index / kCompared.size();
    return window < kWindows.size() ? window * kPlanes + static_cast<std::size_t>(kCompared[index % kCompared.size()])
                                    : kWindows.size() * kPlanes + (index - kWindows.size() * kCompared.size());
}

// `values`, `each` of them for every input of the trained network, at the places of those inputs.
std::vector<float> spread_out(const std::vector<float>& values, std::size_t each) {
    std::vector<float> spread(each * kWide, 0.0F);
    for (std::size_t index = 0; index < kInputs; ++index) {
        std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(index * each), each,
                    spread.begin() + static_cast<std::ptrdiff_t>(place_of(index) * each));
    }
    return spread;
}

// Sixteen floats that lie aligned as floats only; the compiler makes of it what the processor has.
constexpr int kLanes = 16;
using Loose = float __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));
// EightFloats of them, which the number of planes is a multiple of.
constexpr int kEight = 8;
static_assert(kPlanes % kEight == 0 && kPlainPlaces % kEight == 0);

// to = max(bias + from * weights, 0) for one block. All outputs are summed side by side, written out so that the sums
// stay in registers.
template <int inputs, int... k>
inline __attribute__((always_inline)) void layer(const float* from, const float* weights, const float* bias, float* to,
                                                 std::integer_sequence<int, k...>) {
    Loose sum[] = {*reinterpret_cast<const Loose*>(bias + kLanes * k)...};
    for (int input = 0; input < inputs; ++input) {
        const float value = from[input];
        const float* row = weights + input * kLanes * static_cast<int>(sizeof...(k));
        ((sum[k] += *reinterpret_cast<const Loose*>(row + kLanes * k) * value), ...);
    }
    const Loose none = {};
    ((*reinterpret_cast<Loose*>(to + kLanes * k) = sum[k] > none ? sum[k] : none), ...);
}

#if defined(__x86_64__)
__attribute__((target_clones("avx512f", "avx2", "default")))
#endif
void judge_blocks(const float* inputs, int blocks, const float* first, const float* first_bias, const float* second,
                  const float* second_bias, const float* last, float last_bias, float* logits) {
    for (int block = 0; block < blocks; ++block, inputs += kWide) {
        float hidden[kFirst], narrow[kSecond];
        layer<kWide>(inputs, first, first_bias, hidden, std::make_integer_sequence<int, kFirst / kLanes>());
        layer<kFirst>(hidden, second, second_bias, narrow, std::make_integer_sequence<int, kSecond / kLanes>());
        float sum = last_bias;
        for (int k = 0; k < kSecond; ++k) {
            sum += narrow[k] * last[k];
        }
        logits[block] = sum;
    }
}

// Reads 32-bit little-endian numbers one after another, and remembers whether all were there and finite.
class Reader {
  public:
    explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
    std::vector<float> floats(std::size_t count) {
        std::vector<float> values(count, 0.0F);
        take(values.data(), count * sizeof(float));
        sound_ = sound_ && std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
        return values;
    }
    void take(void* to, std::size_t length) {
        sound_ = sound_ && length <= bytes_.size() - at_;
        if (sound_) {
            std::memcpy(to, bytes_.data() + at_, length);
            at_ += length;
        }
    }
    bool all_read() const { return sound_ && at_ == bytes_.size(); }

  private:
    std::span<const std::uint8_t> bytes_;
    std::size_t at_ = 0;
    bool sound_ = true;
};

cv::Mat averaged(const cv::Mat& values, int window) {
    cv::Mat average;
    cv::blur(values, average, {window, window}, {-1, -1}, cv::BORDER_REPLICATE);
    return average;
}

cv::Mat plain_planes(const cv::Mat& planes) {
    cv::Mat plain(planes.size(), CV_32FC(kPlainPlaces), cv::Scalar(0));
    for (int row = 0; row < planes.rows; ++row) {
        const float* from = planes.ptr<float>(row);
        float* to = plain.ptr<float>(row);
        for (int column = 0; column < planes.cols; ++column, from += kPlanes, to += kPlainPlaces) {
            for (std::size_t k = 0; k < kPlain.size(); ++k) {
                to[k] = from[kPlain[k]];
            }
        }
    }
    return plain;
}

// to += from
#if defined(__x86_64__)
__attribute__((target_clones("avx512f", "avx2", "default")))
#endif
void add(const float* from, int count, float* to) {
    for (int at = 0; at < count; at += kEight) {
        eight_at(to + at) += eight_at(from + at);
    }
}
// to += entering - leaving
#if defined(__x86_64__)
__attribute__((target_clones("avx512f", "avx2", "default")))
#endif
void exchange(const float* entering, const float* leaving, int count, float* to) {
    for (int at = 0; at < count; at += kEight) {
        eight_at(to + at) += eight_at(entering + at) - eight_at(leaving + at);
    }
}

// Sums along a row of `columns` places of `channels` numbers (a multiple of kEight) each, over `window` places with the
// outermost repeated, as standard scores: (sum - centre) * scale within +-kLargestInput, `apart` floats from each
// other.
#if defined(__x86_64__)
__attribute__((target_clones("avx512f", "avx2", "default")))
#endif
void scores_along(const float* row, int columns, int channels, int window, const float* centre, const float* scale,
                  int apart, float* scores) {
    const int half = window / 2;
    const EightFloats none = {};
    const EightFloats most = none + kLargestInput, least = none - kLargestInput;
    for (int part = 0; part < channels; part += kEight) {
        const auto place = [&](int column) {
            return row + static_cast<std::ptrdiff_t>(std::clamp(column, 0, columns - 1)) * channels + part;
        };
        EightFloats sum = {};
        for (int column = -half - 1; column < half; ++column) {
            sum += eight_at(place(column));
        }
        float* score = scores + part;
        for (int column = 0; column < columns; ++column, score += apart) {
            sum += eight_at(place(column + half)) - eight_at(place(column - half - 1));
            const EightFloats value = (sum - eight_at(centre + part)) * eight_at(scale + part);
            const EightFloats below = value < most ? value : most;
            eight_at(score) = below > least ? below : least;
        }
    }
}

// A window of rows that slides down `values`, and the sums over it of every column.
class SlidingRows {
  public:
    SlidingRows(const cv::Mat& values, int window, int first)
        : values_(values), half_(window / 2), next_(first), sums_(static_cast<std::size_t>(width()), 0.0F) {
        for (int row = first - half_ - 1; row < first + half_; ++row) {
            add(at(row), width(), sums_.data());
        }
    }
    // Those of the next row.
    const float* next() {
        exchange(at(next_ + half_), at(next_ - half_ - 1), width(), sums_.data());
        ++next_;
        return sums_.data();
    }

  private:
    int width() const { return values_.cols * values_.channels(); }
    const float* at(int row) const { return values_.ptr<float>(std::clamp(row, 0, values_.rows - 1)); }

    const cv::Mat& values_;
    int half_;
    int next_;
    std::vector<float> sums_;
};

std::vector<float> picture_statistics(const cv::Mat& logits) {
    std::vector<float> statistics;
    for (const int window : kPictureWindows) {
        const cv::Mat smooth = averaged(logits, window);
        for (const float quantile :
             quantiles_of(std::vector<float>(smooth.begin<float>(), smooth.end<float>()), kQuantiles)) {
            statistics.push_back(quantile);
        }
    }
    return statistics;
}

}  // namespace

Result<Network> Network::parse(std::span<const std::uint8_t> bytes) {
    Reader reader(bytes);
    std::array<char, 8> magic{};
    std::array<std::int32_t, 3> shape{};
    reader.take(magic.data(), magic.size());
    reader.take(shape.data(), sizeof shape);
    Network network;
    network.floor_ = reader.floats(kCompared.size());
    std::vector<float> mean = reader.floats(kInputs), deviation = reader.floats(kInputs);
    network.first_ = spread_out(reader.floats(std::size_t{kInputs} * kFirst), kFirst);
    network.first_bias_ = reader.floats(kFirst);
    network.second_ = reader.floats(std::size_t{kFirst} * kSecond);
    network.second_bias_ = reader.floats(kSecond);
    network.last_ = reader.floats(kSecond);
    network.last_bias_ = reader.floats(1).front();
    network.picture_ = reader.floats(kQuantiles.size() * kPictureWindows.size());
    network.picture_bias_ = reader.floats(1).front();
    const auto positive = [](float value) { return value > 0; };
    if (!reader.all_read() || magic != kMagic || shape != std::array<std::int32_t, 3>{kInputs, kFirst, kSecond} ||
        !std::all_of(deviation.begin(), deviation.end(), positive) ||
        !std::all_of(network.floor_.begin(), network.floor_.end(), positive)) {
        return Error{ErrorCode::kInvalid, "the weights of the network for edits are not of the shape expected"};
    }
    // Inputs come as sums over the windows.
    for (std::size_t index = 0; index < kInputs; ++index) {
        const std::size_t window = index / kCompared.size();
        const int side = window < kWindows.size() ? kWindows[window] : kPlainWindow;
        const auto area = static_cast<float>(side * side);
        mean[index] *= area;
        deviation[index] = 1 / (deviation[index] * area);
    }
    network.centre_ = spread_out(mean, 1);
    network.scale_ = spread_out(deviation, 1);
    return network;
}

void Network::judge_rows(const cv::Mat& planes, const cv::Mat& plain, int begin, int end, cv::Mat& block_logits) const {
    std::vector<SlidingRows> sums;
    sums.reserve(kWindows.size());
    for (const int window : kWindows) {
        sums.emplace_back(planes, window, begin);
    }
    SlidingRows plain_sums(plain, kPlainWindow, begin);
    std::vector<float> inputs(static_cast<std::size_t>(planes.cols) * kWide);
    for (int row = begin; row < end; ++row) {
        int place = 0;
        for (std::size_t index = 0; index < kWindows.size(); ++index, place += kPlanes) {
            scores_along(sums[index].next(), planes.cols, kPlanes, kWindows[index], centre_.data() + place,
                         scale_.data() + place, kWide, inputs.data() + place);
        }
        scores_along(plain_sums.next(), planes.cols, kPlainPlaces, kPlainWindow, centre_.data() + place,
                     scale_.data() + place, kWide, inputs.data() + place);
        judge_blocks(inputs.data(), planes.cols, first_.data(), first_bias_.data(), second_.data(), second_bias_.data(),
                     last_.data(), last_bias_, block_logits.ptr<float>(row));
    }
}

NetworkAnswer Network::run(cv::Mat& planes) const {
    ENSURE(planes.type() == CV_32FC(kPlanes) && !planes.empty());
    const cv::Mat plain = plain_planes(planes);
    take_out_expectation(planes, floor_);
    NetworkAnswer answer;
    answer.block_logits.create(planes.size(), CV_32FC1);
    const int strips = (planes.rows + kStripRows - 1) / kStripRows;
    cv::parallel_for_(cv::Range(0, strips), [&](const cv::Range& range) {
        for (int strip = range.start; strip < range.end; ++strip) {
            judge_rows(planes, plain, strip * kStripRows, std::min((strip + 1) * kStripRows, planes.rows),
                       answer.block_logits);
        }
    });
    planes.release();
    const std::vector<float> statistics = picture_statistics(answer.block_logits);
    answer.picture_logit = picture_bias_;
    for (std::size_t k = 0; k < statistics.size(); ++k) {
        answer.picture_logit += static_cast<double>(statistics[k]) * picture_[k];
    }
    return answer;
}

}  // namespace bonafide::analyzers::edits
