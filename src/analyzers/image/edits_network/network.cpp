// A small fully convolutional network over blocks, in plain loops: at this size the start of a neural runtime costs
// more than the whole computation (docs/adr/0008-small-network-without-runtime.md).
//
// Its first layer is fitted to each picture anew: what is measured of a block is compared with what the picture's own
// blocks of like brightness and texture measure (surprise.cpp). The second is fixed: averages over three windows. The
// rest, three layers of 1 x 1 convolution (Lin, Chen and Yan, "Network in network", ICLR 2014), is learned.
#include "analyzers/image/edits_network/network.h"

#include "analyzers/image/edits_network/surprise.h"
#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace bonafide::analyzers::edits {
namespace {

constexpr std::array<char, 8> kMagic = {'B', 'F', 'E', 'D', 'I', 'T', 'S', '1'};
constexpr int kFirst = 64, kSecond = 32;
constexpr float kLargestInput = 5.0F;
constexpr std::array<double, 5> kQuantiles = {0.5, 0.9, 0.97, 0.99, 1.0};
// The picture is judged by the quantiles of the logits averaged over these windows, in blocks.
constexpr std::array<int, 2> kPictureWindows = {3, 7};
constexpr int kStripRows = 32;

// Sixteen floats that lie aligned as floats only; the compiler makes of it what the processor has.
constexpr int kLanes = 16;
using Loose = float __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));

// to = max(bias + from * weights, 0) for one block.
template <int inputs, int outputs>
inline __attribute__((always_inline)) void layer(const float* from, const float* weights, const float* bias,
                                                 float* to) {
    constexpr int kTogether = 2;
    static_assert(outputs % (kTogether * kLanes) == 0);
    for (int part = 0; part < outputs; part += kTogether * kLanes) {
        Loose sum[kTogether];
        for (int k = 0; k < kTogether; ++k) {
            sum[k] = *reinterpret_cast<const Loose*>(bias + part + kLanes * k);
        }
        for (int input = 0; input < inputs; ++input) {
            const float value = from[input];
            const float* row = weights + input * outputs + part;
            for (int k = 0; k < kTogether; ++k) {
                sum[k] += *reinterpret_cast<const Loose*>(row + kLanes * k) * value;
            }
        }
        for (int k = 0; k < kTogether; ++k) {
            for (int lane = 0; lane < kLanes; ++lane) {
                to[part + kLanes * k + lane] = std::max(sum[k][lane], 0.0F);
            }
        }
    }
}

#if defined(__x86_64__)
__attribute__((target_clones("avx512f", "avx2", "default")))
#endif
float judge_block(const float* inputs, const float* first, const float* first_bias, const float* second,
                  const float* second_bias, const float* last, float last_bias) {
    float hidden[kFirst], narrow[kSecond];
    layer<kInputs, kFirst>(inputs, first, first_bias, hidden);
    layer<kFirst, kSecond>(hidden, second, second_bias, narrow);
    float sum = last_bias;
    for (int k = 0; k < kSecond; ++k) {
        sum += narrow[k] * last[k];
    }
    return sum;
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
    cv::Mat plain(planes.size(), CV_32FC(static_cast<int>(kPlain.size())));
    for (int row = 0; row < planes.rows; ++row) {
        const float* from = planes.ptr<float>(row);
        float* to = plain.ptr<float>(row);
        for (int column = 0; column < planes.cols; ++column, from += kPlanes, to += kPlain.size()) {
            for (std::size_t k = 0; k < kPlain.size(); ++k) {
                to[k] = from[kPlain[k]];
            }
        }
    }
    return plain;
}

std::vector<float> picture_statistics(const cv::Mat& logits) {
    std::vector<float> statistics;
    for (const int window : kPictureWindows) {
        const cv::Mat smooth = averaged(logits, window);
        std::vector<float> ordered(smooth.begin<float>(), smooth.end<float>());
        std::sort(ordered.begin(), ordered.end());
        for (const double quantile : kQuantiles) {
            statistics.push_back(ordered[static_cast<std::size_t>(quantile * static_cast<double>(ordered.size() - 1))]);
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
    network.mean_ = reader.floats(kInputs);
    network.deviation_ = reader.floats(kInputs);
    network.first_ = reader.floats(std::size_t{kInputs} * kFirst);
    network.first_bias_ = reader.floats(kFirst);
    network.second_ = reader.floats(std::size_t{kFirst} * kSecond);
    network.second_bias_ = reader.floats(kSecond);
    network.last_ = reader.floats(kSecond);
    network.last_bias_ = reader.floats(1).front();
    network.picture_ = reader.floats(kQuantiles.size() * kPictureWindows.size());
    network.picture_bias_ = reader.floats(1).front();
    const auto positive = [](float value) { return value > 0; };
    if (!reader.all_read() || magic != kMagic || shape != std::array<std::int32_t, 3>{kInputs, kFirst, kSecond} ||
        !std::all_of(network.deviation_.begin(), network.deviation_.end(), positive) ||
        !std::all_of(network.floor_.begin(), network.floor_.end(), positive)) {
        return Error{ErrorCode::kInvalid, "the weights of the network for edits are not of the shape expected"};
    }
    return network;
}

void Network::judge_rows(const cv::Mat& planes, const cv::Mat& plain, int begin, int end, cv::Mat& block_logits) const {
    // cv::blur looks beyond the rows it is given where there are some.
    std::array<cv::Mat, kWindows.size()> compared;
    for (std::size_t window = 0; window < kWindows.size(); ++window) {
        compared[window] = averaged(planes.rowRange(begin, end), kWindows[window]);
    }
    const cv::Mat kinds = averaged(plain.rowRange(begin, end), kPlainWindow);
    std::array<float, kInputs> inputs{};
    for (int row = begin; row < end; ++row) {
        float* logit = block_logits.ptr<float>(row);
        for (int column = 0; column < planes.cols; ++column) {
            auto to = inputs.begin();
            for (const cv::Mat& average : compared) {
                const float* from = average.ptr<float>(row - begin) + static_cast<std::ptrdiff_t>(column) * kPlanes;
                to = std::transform(kCompared.begin(), kCompared.end(), to, [&](int plane) { return from[plane]; });
            }
            const float* kind = kinds.ptr<float>(row - begin) + static_cast<std::size_t>(column) * kPlain.size();
            std::copy(kind, kind + kPlain.size(), to);
            for (std::size_t k = 0; k < inputs.size(); ++k) {
                inputs[k] = std::clamp((inputs[k] - mean_[k]) / deviation_[k], -kLargestInput, kLargestInput);
            }
            logit[column] = judge_block(inputs.data(), first_.data(), first_bias_.data(), second_.data(),
                                        second_bias_.data(), last_.data(), last_bias_);
        }
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
