// Who speaks when, by normal distributions of cepstra.
//
// Two windows slide over the speech, one before and one after each moment; where two full covariances describe them
// better than one by the Bayesian information criterion, the voice changes (Chen and Gopalakrishnan, "Speaker,
// environment and channel change detection and clustering via the Bayesian information criterion", DARPA Broadcast News
// Transcription and Understanding Workshop 1998; two windows instead of one that grows: Delacourt and Wellekens,
// "DISTBIC: a speaker-based segmentation for audio data indexing", Speech Communication 32, 2000). Stretches between
// changes join the known voice that is nearest, or become one; at the end voices that are alike are joined by the same
// criterion. Deviations: voiced frames alone, whose cepstra say more of the voice and less of the sound spoken; the
// pitch beside the cepstra; windows are measured in speech, so that no pause ends a turn; what was heard of a voice
// counts as a few seconds at most, or else every hour of one voice would differ from the next. Limits: a turn of less
// than two seconds is lost in its neighbours; people who sound alike are taken for one, one person who goes to another
// room or shouts for two; voices that talk at once are whoever is louder, or a third.
#include "features/voice/turns.h"

#include "features/voice/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <utility>

namespace bonafide::features::voice {
namespace {

constexpr std::size_t kBlockFrames = 25;
constexpr double kLeastVoiced = 5;  // frames of a block
constexpr float kPeriodic = 0.65F;
constexpr double kActive_db = 30;
constexpr double kForgotten_db = 3 * kHop_s;  // by which the loudest moment counts less each frame
constexpr float kFloor = 1e-7F;               // of the power of the frame: what is below is empty
constexpr std::size_t kSide = 16;             // blocks on either side of a moment, four seconds of speech
constexpr std::size_t kLeastSide = 4;
constexpr std::size_t kApart = 6;            // blocks without a clearer change settle one
constexpr std::size_t kLongestStretch = 80;  // blocks, after which a stretch ends although the voice may go on
constexpr double kChangePenalty = 1.3;
constexpr double kVoicePenalty = 2.2;    // higher: fewer preliminary voices
constexpr double kJoinPenalty = 2.4;     // higher: fewer voices
constexpr double kMostCounted = 700;     // frames
constexpr double kLeastForAVoice = 100;  // frames that a new voice needs
constexpr double kLeastVariance = 1e-4;

using Numbers = std::array<double, kTurnNumbers>;

/// Rows 1 to kTurnCepstra of the cosine transform: without the first, which is the level.
struct Cosines {
    std::array<std::array<float, kMelBands>, kTurnCepstra> rows{};
    Cosines() {
        for (std::size_t row = 0; row < kTurnCepstra; ++row) {
            for (std::size_t band = 0; band < kMelBands; ++band) {
                const double phase = std::numbers::pi * static_cast<double>((row + 1) * (2 * band + 1)) / 2 / kMelBands;
                rows[row][band] = static_cast<float>(std::sqrt(2.0 / kMelBands) * std::cos(phase));
            }
        }
    }
};

Numbers numbers_of(const Frame& frame) {
    static const Cosines cosines;
    std::array<float, kMelBands> logarithms{};
    std::transform(frame.mel.begin(), frame.mel.end(), logarithms.begin(),
                   [floor = kFloor * frame.power](float power) { return std::log(power + floor); });
    Numbers numbers{};
    std::transform(cosines.rows.begin(), cosines.rows.end(), numbers.begin(), [&](const auto& row) {
        return static_cast<double>(std::inner_product(row.begin(), row.end(), logarithms.begin(), 0.0F));
    });
    numbers.back() = static_cast<double>(std::log(frame.pitch_hz));
    return numbers;
}

}  // namespace

void VoiceSums::add(const Numbers& numbers) {
    ++count_;
    auto product = products_.begin();
    for (std::size_t row = 0; row < kTurnNumbers; ++row) {
        sum_[row] += numbers[row];
        for (std::size_t column = 0; column <= row; ++column) {
            *product++ += numbers[row] * numbers[column];
        }
    }
}

void VoiceSums::add(const VoiceSums& other) {
    count_ += other.count_;
    std::transform(sum_.begin(), sum_.end(), other.sum_.begin(), sum_.begin(), std::plus<>());
    std::transform(products_.begin(), products_.end(), other.products_.begin(), products_.begin(), std::plus<>());
}

VoiceSums VoiceSums::at_most(double most) const {
    VoiceSums result = *this;
    if (count_ > most) {
        const auto scaled = [share = most / count_](double value) { return share * value; };
        std::transform(sum_.begin(), sum_.end(), result.sum_.begin(), scaled);
        std::transform(products_.begin(), products_.end(), result.products_.begin(), scaled);
        result.count_ = most;
    }
    return result;
}

double VoiceSums::log_determinant() const {
    if (!(count_ > 0)) {
        return 0;
    }
    // Cholesky's root; the determinant is the product of the squares on its diagonal.
    std::array<Numbers, kTurnNumbers> root{};
    double result = 0;
    auto product = products_.begin();
    for (std::size_t row = 0; row < kTurnNumbers; ++row) {
        for (std::size_t column = 0; column <= row; ++column) {
            const double covariance = *product++ / count_ - sum_[row] / count_ * (sum_[column] / count_);
            const double rest = covariance - std::inner_product(root[row].begin(),
                                                                root[row].begin() + static_cast<std::ptrdiff_t>(column),
                                                                root[column].begin(), 0.0);
            if (column < row) {
                root[row][column] = rest / root[column][column];
            } else {
                const double variance = std::max(rest, 0.0) + kLeastVariance;
                root[row][row] = std::sqrt(variance);
                result += std::log(variance);
            }
        }
    }
    return result;
}

double difference(const VoiceSums& a, const VoiceSums& b, double penalty) {
    constexpr double kParameters = kTurnNumbers + 0.5 * kTurnNumbers * (kTurnNumbers + 1);
    VoiceSums both = a;
    both.add(b);
    if (!(both.count() > 0)) {
        return 0;
    }
    return 0.5 * (both.count() * both.log_determinant() - a.count() * a.log_determinant() -
                  b.count() * b.log_determinant() - penalty * kParameters * std::log(both.count()));
}

void TurnStream::add(const Frame& frame) {
    const auto level = static_cast<double>(level_db(frame));
    loud_db_ = std::max(level, loud_db_ - kForgotten_db);
    if (frame.periodicity >= kPeriodic && level >= loud_db_ - kActive_db) {
        block_.add(numbers_of(frame));
    }
    if (++frames_ % kBlockFrames == 0) {
        take_block();
    }
}

void TurnStream::take_block() {
    if (block_.count() >= kLeastVoiced) {
        const double end_s = static_cast<double>(frames_) * kHop_s;
        blocks_.push_back({end_s - kBlockFrames * kHop_s, end_s, block_});
        if (blocks_.size() - before_ > kSide) {
            pass_block();
        }
    }
    block_ = {};
}

/// The moment moves on by a block.
void TurnStream::pass_block() {
    (candidate_ ? since_candidate_ : stretch_).add(blocks_[before_].sums);
    ++before_;
    ++stretch_blocks_;
    if (candidate_) {
        ++candidate_->blocks_since;
    }
    compare();
    if (candidate_ && candidate_->blocks_since >= kApart) {
        change_voice();
    } else if (!candidate_ && stretch_blocks_ >= kLongestStretch && before_ < blocks_.size()) {
        hand_over(moment_s());
        stretch_ = {};
        stretch_blocks_ = 0;
    }
    if (before_ == kSide) {
        blocks_.erase(blocks_.begin());
        --before_;
    }
}

/// In the middle of the pause, where there is one.
double TurnStream::moment_s() const {
    return 0.5 * (blocks_[before_ - 1].end_s + blocks_[before_].start_s);
}

void TurnStream::compare() {
    if (before_ < kLeastSide || blocks_.size() - before_ < kLeastSide) {
        return;
    }
    VoiceSums before, after;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        (i < before_ ? before : after).add(blocks_[i].sums);
    }
    const double found = difference(before, after, kChangePenalty);
    if (found > 0 && (!candidate_ || found > candidate_->difference)) {
        candidate_ = Change{moment_s(), found, 0};
        stretch_.add(since_candidate_);
        since_candidate_ = {};
    }
}

/// At the candidate; what lies before it is not compared with anything any more.
void TurnStream::change_voice() {
    hand_over(candidate_->at_s);
    stretch_ = std::exchange(since_candidate_, {});
    stretch_blocks_ = candidate_->blocks_since;
    blocks_.erase(blocks_.begin(), blocks_.begin() + static_cast<std::ptrdiff_t>(before_ - stretch_blocks_));
    before_ = stretch_blocks_;
    candidate_.reset();
}

void TurnStream::finish() {
    while (before_ < blocks_.size()) {
        pass_block();
    }
    if (candidate_) {
        change_voice();
    }
    if (frames_ > 0 && (stretch_.count() > 0 || !known_.empty())) {
        hand_over(static_cast<double>((frames_ - 1) * kHopSamples + kFrameSamples) / kRate_hz);
    }
}

void TurnStream::hand_over(double end_s) {
    take_({start_s_, end_s, voice_of(stretch_)});
    start_s_ = end_s;
}

std::size_t TurnStream::voice_of(const VoiceSums& stretch) {
    const VoiceSums heard = stretch.at_most(kMostCounted);
    std::size_t nearest = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < known_.size(); ++i) {
        const double apart = difference(known_[i].at_most(kMostCounted), heard, kVoicePenalty);
        if (apart < least) {
            least = apart;
            nearest = i;
        }
    }
    const bool is_new = least > 0 && stretch.count() >= kLeastForAVoice && known_.size() < kMostPreliminary;
    if (known_.empty() || is_new) {
        known_.push_back(stretch);
        return known_.size() - 1;
    }
    known_[nearest].add(stretch);
    return nearest;
}

std::vector<std::size_t> TurnStream::voices() const {
    std::vector<VoiceSums> voices = known_;
    std::vector<std::size_t> numbers(known_.size());
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    while (voices.size() > 1) {
        std::size_t first = 0, second = 1;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < voices.size(); ++i) {
            for (std::size_t j = i + 1; j < voices.size(); ++j) {
                const double apart =
                    difference(voices[i].at_most(kMostCounted), voices[j].at_most(kMostCounted), kJoinPenalty);
                if (apart < least) {
                    least = apart;
                    first = i;
                    second = j;
                }
            }
        }
        if (least > 0 && voices.size() <= kMostVoices) {
            break;
        }
        voices[first].add(voices[second]);
        voices.erase(voices.begin() + static_cast<std::ptrdiff_t>(second));
        for (std::size_t& number : numbers) {
            number = number == second ? first : number - (number > second ? 1 : 0);
        }
    }
    return numbers;
}

}  // namespace bonafide::features::voice
