// Steps of an earlier quantisation, one frequency at a time.
#include "analyzers/image/jpeg_ghost/ghost_steps.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace bonafide::analyzers::ghost {
namespace {

constexpr int kFewestCoefficients = 200;
constexpr double kLeastSigmas = 10, kLeastStrength = 0.3;
constexpr double kCoarserThanFile = 2.6;
// Regular content passes for a ghost of steps coarser than anybody saves with.
constexpr int kCoarsestQuality = 20;
constexpr int kBinsALevel = 4, kBins = 1024 * kBinsALevel;

// ITU-T T.81, table K.1, at kFrequencies.
constexpr Steps kStandard = {11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24};

int standard_step(int index, int quality) {
    const int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
    return std::clamp((kStandard[index] * scale + 50) / 100, 1, 255);
}

// Coefficients by amount, kBinsALevel bins a level.
std::vector<float> amounts_of(const float* values, int count) {
    std::vector<float> histogram(kBins, 0.0F);
    for (int block = 0; block < count; ++block) {
        const float value = std::abs(values[block]) * kBinsALevel;
        histogram[static_cast<std::size_t>(std::min<std::int64_t>(kBins - 1, std::lround(value)))] += 1;
    }
    return histogram;
}

}  // namespace

__attribute__((target_clones("avx2", "default"))) Closeness closeness_of(const float* values, int count, int step) {
    const float inverse = 1 / static_cast<float>(step), half = static_cast<float>(step) / 2;
    constexpr int kLanes = 8;
    std::array<float, kLanes> sums{}, counts{};
    for (int index = 0; index + kLanes <= count; index += kLanes) {
        for (int lane = 0; lane < kLanes; ++lane) {
            const float value = values[index + lane];
            const float counted = std::abs(value) > half ? 1.0F : 0.0F;
            sums[lane] += counted * closeness(value, inverse);
            counts[lane] += counted;
        }
    }
    Closeness result;
    for (int lane = 0; lane < kLanes; ++lane) {
        result.sum += sums[lane];
        result.count += counts[lane];
    }
    return result;
}

double expected_closeness(int step, double spacing, double decay) {
    double sum = 0, total = 0;
    const float inverse = 1 / static_cast<float>(step);
    for (double value = spacing * (std::floor(step / 2.0 / spacing) + 1);
         value < step / 2.0 + 8 * std::max<double>(decay, step); value += spacing) {
        if (value > step / 2.0) {
            const double weight = std::exp(-value / decay);
            sum += weight * closeness(static_cast<float>(value), inverse);
            total += weight;
        }
    }
    return total > 0 ? sum / total : 0;
}

Steps estimate_steps(const Samples& samples) {
    Steps steps{};
    for (int index = 0; index < kCount; ++index) {
        const std::vector<float> histogram = amounts_of(samples.values.ptr<float>(index), samples.values.cols);
        double best = kLeastStrength;
        const int smallest =
            std::max(kSmallestStep, static_cast<int>(std::ceil(kCoarserThanFile * samples.file_steps[index])));
        for (int step = smallest; step <= std::min(kLargestStep, standard_step(index, kCoarsestQuality)); ++step) {
            double sum = 0, count = 0, beyond = 0;
            const float inverse = 1 / static_cast<float>(step);
            for (int bin = step * kBinsALevel / 2 + 1; bin < kBins - 1; ++bin) {
                if (histogram[bin] > 0) {
                    const double value = static_cast<double>(bin) / kBinsALevel;
                    sum += histogram[bin] * closeness(static_cast<float>(value), inverse);
                    beyond += histogram[bin] * (value - step / 2.0);
                    count += histogram[bin];
                }
            }
            if (count < kFewestCoefficients) {
                break;
            }
            const double spacing = samples.file_steps[index] > 0 ? samples.file_steps[index] : 1.0 / kBinsALevel;
            const double strength = sum / count - expected_closeness(step, spacing, std::max(0.1, beyond / count));
            if (strength > best && strength * std::sqrt(count / kClosenessVariance) > kLeastSigmas) {
                best = strength;
                steps[index] = step;
            }
        }
    }
    return steps;
}

Steps standard_steps(int quality, const Samples& samples) {
    Steps steps{};
    for (int index = 0; index < kCount; ++index) {
        const int step = standard_step(index, quality);
        steps[index] = step >= kSmallestStep && step >= kCoarserThanFile * samples.file_steps[index] ? step : 0;
    }
    return steps;
}

double nearest_quality(const Steps& steps) {
    double best = 0, least = 1e9;
    for (int quality = 1; quality <= 100; ++quality) {
        double distance = 0;
        for (int index = 0; index < kCount; ++index) {
            distance += steps[index] > 0
                            ? std::abs(std::log(static_cast<double>(standard_step(index, quality)) / steps[index]))
                            : 0;
        }
        if (distance < least) {
            least = distance;
            best = quality;
        }
    }
    return best;
}

}  // namespace bonafide::analyzers::ghost
