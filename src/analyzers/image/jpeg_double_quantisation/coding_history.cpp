// Primary quantisation steps from histograms of DCT coefficients, and what each coefficient says about its block.
//
// Bianchi and Piva, "Image forgery localization via block-grained analysis of JPEG artifacts", IEEE TIFS 2012: a
// coefficient quantised by q1, decoded and quantised by q2 falls on the values of k in a rhythm that a coefficient
// quantised by q2 alone does not have; rounding and truncation between the saves blur the rhythm as Gaussian noise; the
// likelihoods of all frequencies multiply. The histogram as a mixture of both kinds is from there and from Lin, He,
// Tang and Tang, "Fast, automatic and fine-grained tampered JPEG image detection via DCT coefficient analysis", Pattern
// Recognition 2009.
// Deviations: the distribution before quantisation is not taken from the picture shifted off its grid (costly, and
// biased by the deblocking of that shift) but fitted: a mixture of normal distributions of growing scale, which can
// take the shape of any natural, single-peaked histogram and none of a rhythm; and it is fitted for each class of
// activity. Limits: blind where q1 divides q2 or hardly differs from 1; needs some hundred coefficients other than 0.
#include "analyzers/image/jpeg_double_quantisation/coding_history.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace bonafide::analyzers::double_quantisation {
namespace {

constexpr int kScales = 12;
constexpr double kSmallestScale = 0.35, kScaleRatio = 1.8;  // up to 226 levels
// Rounding of luminance, of red, green and blue, and of luminance again, in units of a coefficient (1/12 each, the
// second weighted by the squares of BT.601).
constexpr double kRoundingSigma = 0.46;
constexpr int kLargestPrimary = 128;
constexpr int kIterationsCoarse = 8, kIterationsFine = 25;
constexpr double kFewestCoefficients = 200;
// A rhythm is believed from this gain, and where it is this strong for each coefficient that is not 0.
constexpr double kLeastGain = 10, kLeastGainEach = 0.0012;
// And where it shows without the zeros, too: how many there are depends on content as well.
constexpr double kLeastGainBeyondZero = 6;
// Share of blocks saved twice that behave as if saved once all the same: no coefficient may decide alone.
constexpr double kExceptions = 0.02;
constexpr int kCandidates = 4;
constexpr float kLeastProbability = 1e-6F;
// Blocks of a class mostly differ by less than a step of contrast.
constexpr double kContrastSigma = 1.2;

using Histogram = std::array<double, kAmounts>;
using Row = std::array<float, kScales>;
/// Probability of each amount for each scale.
using Table = std::vector<Row>;

double normal_below(double x) {
    return 0.5 * std::erfc(-x * M_SQRT1_2);
}

/// Probability that a coefficient of each scale lies between `low` and `high` in absolute value.
Row between(double low, double high) {
    Row row{};
    double scale = kSmallestScale;
    for (float& value : row) {
        value = static_cast<float>(2 * (normal_below(high / scale) - normal_below(std::max(low, 0.0) / scale)));
        scale *= kScaleRatio;
    }
    return row;
}

Table table_once(int step, int amounts) {
    Table table(static_cast<std::size_t>(amounts));
    for (int amount = 0; amount < amounts; ++amount) {
        table[amount] = between((amount - 0.5) * step, (amount + 0.5) * step);
    }
    return table;
}

Table table_twice(int step, int primary, int amounts) {
    Table table(static_cast<std::size_t>(amounts), Row{});
    const double reach = (amounts + 0.5) * step + 3 * kRoundingSigma;
    for (int level = 0; level * primary <= reach; ++level) {
        const Row mass = between((level - 0.5) * primary, (level + 0.5) * primary);
        const double value = static_cast<double>(level) * primary;
        const int first = std::max(0, static_cast<int>(std::floor((value - 3 * kRoundingSigma) / step + 0.5)));
        for (int amount = first; amount < amounts && (amount - 0.5) * step < value + 3 * kRoundingSigma; ++amount) {
            double share = normal_below(((amount + 0.5) * step - value) / kRoundingSigma) -
                           normal_below(((amount - 0.5) * step - value) / kRoundingSigma);
            if (level > 0 && amount == 0) {
                share = normal_below((0.5 * step - value) / kRoundingSigma);
            } else if (level == 0 && amount > 0) {
                share *= 2;  // either sign
            }
            for (int scale = 0; scale < kScales; ++scale) {
                table[amount][scale] += static_cast<float>(share) * mass[scale];
            }
        }
    }
    return table;
}

/// `weights` moved by `steps` scales; what would leave the range stays at its end.
Row moved(const Row& weights, int steps) {
    Row row{};
    for (int scale = 0; scale < kScales; ++scale) {
        row[std::clamp(scale + steps, 0, kScales - 1)] += weights[scale];
    }
    return row;
}

float dot(const Row& row, const Row& weights) {
    float sum = 0;
    for (int scale = 0; scale < kScales; ++scale) {
        sum += row[scale] * weights[scale];
    }
    return sum;
}

/// Fits the weights of the scales to `histogram` by expectation maximisation; returns the log likelihood.
double fit(const Table& table, const Histogram& histogram, int iterations, Row& weights) {
    weights.fill(1.0F / kScales);
    double likelihood = 0;
    for (int iteration = 0; iteration <= iterations; ++iteration) {
        Row next{};
        likelihood = 0;
        double total = 0;
        for (std::size_t amount = 0; amount < table.size(); ++amount) {
            const double count = histogram[amount];
            if (count <= 0) {
                continue;
            }
            const float probability = std::max(dot(table[amount], weights), 1e-12F);
            likelihood += count * std::log(probability);
            total += count;
            const float factor = static_cast<float>(count) / probability;
            for (int scale = 0; scale < kScales; ++scale) {
                next[scale] += factor * table[amount][scale] * weights[scale];
            }
        }
        if (iteration < iterations) {
            for (int scale = 0; scale < kScales; ++scale) {
                weights[scale] = next[scale] / static_cast<float>(total);
            }
        }
    }
    return likelihood;
}

Table mixed(const Table& once, const Table& twice, double once_share) {
    Table table(once.size());
    for (std::size_t amount = 0; amount < once.size(); ++amount) {
        for (int scale = 0; scale < kScales; ++scale) {
            table[amount][scale] =
                static_cast<float>(once_share * once[amount][scale] + (1 - once_share) * twice[amount][scale]);
        }
    }
    return table;
}

/// The probabilities of the amounts from 1, given that it is not 0.
Table without_zero(const Table& table) {
    Table conditional = table;
    conditional[0] = Row{};
    Row sums{};
    for (std::size_t amount = 1; amount < table.size(); ++amount) {
        for (int scale = 0; scale < kScales; ++scale) {
            sums[scale] += table[amount][scale];
        }
    }
    for (Row& row : conditional) {
        for (int scale = 0; scale < kScales; ++scale) {
            row[scale] = sums[scale] > 1e-20F ? row[scale] / sums[scale] : 0;
        }
    }
    return conditional;
}

void estimate(const std::array<Histogram, kClasses>& histograms, double once_share, Frequency& frequency) {
    Histogram all{};
    int amounts = 1;
    for (int amount = 0; amount < kAmounts; ++amount) {
        for (const Histogram& histogram : histograms) {
            all[amount] += histogram[amount];
        }
        amounts = all[amount] > 0 ? amount + 1 : amounts;
        frequency.count += amount > 0 ? all[amount] : 0;
    }
    if (frequency.count < kFewestCoefficients) {
        return;
    }
    const int step = frequency.step;
    const Table once = table_once(step, amounts);
    Row weights{};
    std::vector<std::pair<double, int>> candidates;
    const int largest = std::min(kLargestPrimary, 2 * (amounts + 1) * step);
    for (int primary = 2; primary <= largest; ++primary) {
        if (primary != step && step % primary != 0) {
            const Table table = mixed(once, table_twice(step, primary, amounts), once_share);
            candidates.emplace_back(-fit(table, all, kIterationsCoarse, weights), primary);
        }
    }
    std::sort(candidates.begin(), candidates.end());
    candidates.resize(std::min<std::size_t>(candidates.size(), kCandidates));
    Histogram beyond_zero = all;
    beyond_zero[0] = 0;
    const double once_all = fit(once, all, kIterationsFine, weights);
    const double once_beyond = fit(without_zero(once), beyond_zero, kIterationsFine, weights);
    Table twice;
    for (const auto& candidate : candidates) {
        const Table table = table_twice(step, candidate.second, amounts);
        const Table both = mixed(once, table, once_share);
        const double gain = fit(both, all, kIterationsFine, weights) - once_all;
        if (gain <= frequency.gain || gain < kLeastGain || gain < kLeastGainEach * frequency.count) {
            continue;
        }
        const double gain_beyond = fit(without_zero(both), beyond_zero, kIterationsFine, weights) - once_beyond;
        if (gain_beyond >= kLeastGainBeyondZero) {
            frequency.gain = gain;
            frequency.primary_step = candidate.second;
            twice = table;
        }
    }
    const Table best = frequency.primary_step > 0 ? mixed(once, twice, kExceptions) : once;
    const Table fitting = frequency.primary_step > 0 ? mixed(once, twice, once_share) : once;
    std::array<Row, kClasses> fitted{};
    for (int index = 0; index < kClasses; ++index) {
        fit(fitting, histograms[index], kIterationsFine, fitted[index]);
    }
    frequency.usable = true;
    for (int index = 0; index < kClasses; ++index) {
        for (int contrast = 0; contrast < kContrasts; ++contrast) {
            const Row row = moved(fitted[index], contrast - kContrasts / 2);
            for (int amount = 0; amount < amounts; ++amount) {
                auto& likelihoods = frequency.likelihoods[index][amount];
                likelihoods[contrast] = std::log(std::max(dot(once[amount], row), kLeastProbability));
                likelihoods[kContrasts + contrast] = std::log(std::max(dot(best[amount], row), kLeastProbability));
            }
        }
    }
}

}  // namespace

std::vector<Frequency> estimate_history(const media::JpegPlane& plane, const Blocks& blocks, double once_share) {
    std::vector<std::array<Histogram, kClasses>> histograms(64);
    for (int row = 0; row < plane.blocks_high; ++row) {
        for (int column = 0; column < plane.blocks_wide; ++column) {
            const std::uint8_t activity = blocks.activity_class.at<unsigned char>(row, column);
            if (activity == kNoClass) {
                continue;
            }
            const auto block = plane.block(column, row);
            for (int index = 1; index < 64; ++index) {
                const int amount = std::abs(block[index]);
                if (amount < kAmounts) {
                    histograms[index][activity][amount] += 1;
                }
            }
        }
    }
    std::vector<Frequency> frequencies;
    for (int index = 1; index < 64; ++index) {
        Frequency frequency;
        frequency.index = index;
        frequency.step = std::max<int>(1, plane.quantisation[index]);
        estimate(histograms[index], once_share, frequency);
        frequencies.push_back(frequency);
    }
    return frequencies;
}

namespace {

using Sums = std::array<float, 2 * kContrasts>;

/// Logarithm of the mean likelihood over contrasts.
float over_contrasts(const float* logs, const std::array<float, kContrasts>& priors) {
    float largest = -1e30F;
    for (int contrast = 0; contrast < kContrasts; ++contrast) {
        largest = std::max(largest, logs[contrast] + priors[contrast]);
    }
    float sum = 0;
    for (int contrast = 0; contrast < kContrasts; ++contrast) {
        sum += std::exp(logs[contrast] + priors[contrast] - largest);
    }
    return largest + std::log(sum);
}

}  // namespace

cv::Mat once_to_twice(const media::JpegPlane& plane, const Blocks& blocks, const std::vector<Frequency>& frequencies) {
    cv::Mat ratios(plane.blocks_high, plane.blocks_wide, CV_32FC1, cv::Scalar(0));
    std::vector<const Frequency*> usable;
    for (const Frequency& frequency : frequencies) {
        if (frequency.usable) {
            usable.push_back(&frequency);
        }
    }
    std::array<float, kContrasts> priors{};
    for (int contrast = 0; contrast < kContrasts; ++contrast) {
        const int from_usual = contrast - kContrasts / 2;
        const double steps = from_usual / kContrastSigma;
        priors[contrast] = static_cast<float>(-steps * steps / 2);
    }
    for (int row = 0; row < plane.blocks_high; ++row) {
        for (int column = 0; column < plane.blocks_wide; ++column) {
            const std::uint8_t activity = blocks.activity_class.at<unsigned char>(row, column);
            if (activity == kNoClass) {
                continue;
            }
            const auto block = plane.block(column, row);
            Sums sums{};
            for (const Frequency* frequency : usable) {
                const int amount = std::abs(block[frequency->index]);
                if (amount < kAmounts) {
                    const auto& likelihoods = frequency->likelihoods[activity][amount];
                    for (std::size_t index = 0; index < sums.size(); ++index) {
                        sums[index] += likelihoods[index];
                    }
                }
            }
            ratios.at<float>(row, column) =
                over_contrasts(sums.data(), priors) - over_contrasts(sums.data() + kContrasts, priors);
        }
    }
    return ratios;
}

}  // namespace bonafide::analyzers::double_quantisation
