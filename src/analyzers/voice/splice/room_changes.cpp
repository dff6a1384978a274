// Lasting changes of the room in which a recording was made, by how fast sound dies away in it.
//
// Malik and Farid, "Audio forensics from acoustic reverberation" (ICASSP 2010), compared the decay of recordings;
// Capoferri et al., "Speech audio splicing detection and localization exploiting reverberation cues" (WIFS 2020), the
// reverberation time through one. Here the decay rates of up to a minute before and after each moment are compared,
// over the bands that both sides show: the difference of their means against how much they vary within the sides, plus
// what another speaker alone may make. Only a step counts: a difference that the blocks next to the moment do not show
// is a drift. Limits: needs 20 s of speech on both sides; another distance from the microphone within one room is a
// smaller step of the same kind; music, whose decays are its instruments', is left out where it does not pass for
// speech.
#include "analyzers/voice/splice/room_changes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace bonafide::analyzers::voice {
namespace {

using features::voice::DecayBlock;
using features::voice::kDecayBands;

constexpr std::size_t kLeastBands = 2;
constexpr std::size_t kLeastBlocks = 5;                      // on either side, 20 s
constexpr std::array<std::size_t, 2> kMostBlocks = {6, 15};  // a short part between two others, and a long one
constexpr std::size_t kLongest = kMostBlocks.back();
constexpr double kMeasuredShare = 0.6;  // blocks of a side in which a band must be measured
constexpr double kLeastScatter = 0.04;  // natural logarithm of the rate, from block to block
constexpr double kSpeakers = 0.05;      // by which two speakers in one room differ
constexpr std::size_t kNear = 3;        // blocks on either side that must show the step
constexpr double kNearShare = 0.6;      // of it
constexpr std::size_t kApart = 5;       // moments between two changes
constexpr std::size_t kMostKept = 16;
constexpr double kReverberation_db = 60;

using Bands = std::array<bool, kDecayBands>;
using Side = std::span<const DecayBlock>;

struct Mean {
    std::array<double, kDecayBands> rates{};
    std::array<std::size_t, kDecayBands> counts{};
};

Mean mean_of(Side side) {
    Mean mean;
    for (const DecayBlock& block : side) {
        for (std::size_t band = 0; band < kDecayBands; ++band) {
            if (std::isfinite(block.log_rates[band])) {
                mean.rates[band] += block.log_rates[band];
                ++mean.counts[band];
            }
        }
    }
    for (std::size_t band = 0; band < kDecayBands; ++band) {
        mean.rates[band] /= static_cast<double>(std::max<std::size_t>(mean.counts[band], 1));
    }
    return mean;
}

/// Over `bands` that were measured on either side.
double difference(const Mean& before, const Mean& after, const Bands& bands) {
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t band = 0; band < kDecayBands; ++band) {
        if (bands[band] && before.counts[band] > 0 && after.counts[band] > 0) {
            sum += after.rates[band] - before.rates[band];
            ++count;
        }
    }
    return count == 0 ? 0 : sum / static_cast<double>(count);
}

double level(const Mean& mean, const Bands& bands) {
    double sum = 0, count = 0;
    for (std::size_t band = 0; band < kDecayBands; ++band) {
        sum += bands[band] ? mean.rates[band] : 0;
        count += bands[band] ? 1 : 0;
    }
    return sum / count;
}

/// Squared distances of the blocks from their mean, each over the bands that it has.
struct Scatter {
    double squares = 0;
    std::size_t blocks = 0;
};

Scatter scatter_of(Side side, const Mean& mean, const Bands& bands) {
    Scatter scatter;
    for (const DecayBlock& block : side) {
        double sum = 0;
        std::size_t count = 0;
        for (std::size_t band = 0; band < kDecayBands; ++band) {
            if (bands[band] && std::isfinite(block.log_rates[band])) {
                sum += block.log_rates[band] - mean.rates[band];
                ++count;
            }
        }
        if (count > 0) {
            const double distance = sum / static_cast<double>(count);
            scatter.squares += distance * distance;
            ++scatter.blocks;
        }
    }
    return scatter;
}

/// Nothing where the sides share too few bands. Both hold at least kLeastBlocks.
std::optional<RoomChange> compare(Side before, Side after) {
    const Mean mean_before = mean_of(before), mean_after = mean_of(after);
    Bands bands{};
    for (std::size_t band = 0; band < kDecayBands; ++band) {
        const auto is_measured = [band](const Mean& mean, Side side) {
            return static_cast<double>(mean.counts[band]) >= kMeasuredShare * static_cast<double>(side.size());
        };
        bands[band] = is_measured(mean_before, before) && is_measured(mean_after, after);
    }
    const Scatter left = scatter_of(before, mean_before, bands), right = scatter_of(after, mean_after, bands);
    if (std::count(bands.begin(), bands.end(), true) < static_cast<std::ptrdiff_t>(kLeastBands) ||
        std::min(left.blocks, right.blocks) < kNear) {
        return std::nullopt;
    }
    const auto left_count = static_cast<double>(left.blocks), right_count = static_cast<double>(right.blocks);
    const double variance =
        std::max((left.squares + right.squares) / (left_count + right_count - 2), kLeastScatter * kLeastScatter);
    const double step = difference(mean_before, mean_after, bands);
    const double near_step = difference(mean_of(before.last(kNear)), mean_of(after.first(kNear)), bands);
    const double sharpness = std::abs(step) > 0 ? std::clamp(near_step / step / kNearShare, 0.0, 1.0) : 0.0;
    RoomChange change;
    // A block that holds the cut falls to the side of which it holds more.
    change.start_s = (before.back().start_s + before.back().end_s) / 2;
    change.end_s = (after.front().start_s + after.front().end_s) / 2;
    change.strength =
        sharpness * std::abs(step) / std::sqrt(variance * (1 / left_count + 1 / right_count) + kSpeakers * kSpeakers);
    change.before_s = kReverberation_db / std::exp(level(mean_before, bands));
    change.after_s = kReverberation_db / std::exp(level(mean_after, bands));
    return change;
}

}  // namespace

RoomChanges::RoomChanges(double least_strength)
    : least_strength_(least_strength), decays_([this](const DecayBlock& block) { take(block); }) {}

void RoomChanges::take(const DecayBlock& block) {
    if (!block.is_speech || block.measured() < kLeastBands) {
        return;
    }
    blocks_.push_back(block);
    if (blocks_.size() - before_ > kLongest) {
        ++before_;
        judge();
    }
    if (before_ == kLongest) {
        blocks_.erase(blocks_.begin());
        --before_;
    }
}

void RoomChanges::finish() {
    decays_.finish();
    while (before_ < blocks_.size()) {
        ++before_;
        judge();
    }
    keep();
}

void RoomChanges::judge() {
    const std::size_t after = blocks_.size() - before_;
    if (std::min(before_, after) < kLeastBlocks) {
        return;
    }
    std::optional<RoomChange> strongest;
    const Side all = blocks_;
    for (const std::size_t most : kMostBlocks) {
        const auto change =
            compare(all.first(before_).last(std::min(before_, most)), all.last(after).first(std::min(after, most)));
        if (change && (!strongest || change->strength > strongest->strength)) {
            strongest = change;
        }
    }
    if (++since_candidate_ > kApart) {
        keep();
    }
    if (!strongest) {
        return;
    }
    strongest_ = std::max(strongest_.value_or(0), strongest->strength);
    if (strongest->strength >= least_strength_ && (!candidate_ || strongest->strength > candidate_->strength)) {
        candidate_ = strongest;
        since_candidate_ = 0;
    }
}

void RoomChanges::keep() {
    if (!candidate_) {
        return;
    }
    ++count_;
    if (found_.size() == kMostKept) {
        const auto least = std::min_element(found_.begin(), found_.end(), [](const RoomChange& a, const RoomChange& b) {
            return a.strength < b.strength;
        });
        if (least->strength < candidate_->strength) {
            found_.erase(least);
        }
    }
    if (found_.size() < kMostKept) {
        found_.push_back(*candidate_);
    }
    candidate_.reset();
}

}  // namespace bonafide::analyzers::voice
