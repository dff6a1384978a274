#pragma once

#include "analysis/analyzer.h"
#include "analyzers/voice/synthetic/model.h"
#include "analyzers/voice/synthetic/voices.h"
#include "analyzers/voice/synthetic/words.h"
#include "features/voice/condition.h"
#include "features/voice/frame_rates.h"
#include "features/voice/windows.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bonafide::analyzers {

const analysis::AnalyzerDefinition& voice_synthetic();

namespace voice {

struct JudgeOptions {
    double least_snr_db = 0;
    double least_bandwidth_hz = 0;
    double least_score = 0;  ///< of a window that is pointed at, and of a voice
};

/// Why a window was not judged.
enum class Refusal { kNone, kSilence, kNoSpeech, kTooLittleSpeech, kTooNoisy, kTooNarrow };
inline constexpr std::size_t kRefusals = 6;
Refusal refusal_of(const features::voice::Condition& condition, const JudgeOptions& options);

/// Windows in a row that were pointed at.
struct Segment {
    double start_s = 0, end_s = 0;
    double strongest = 0;
    std::array<double, kCues> cues{};  ///< of the strongest window, as is the next
    std::array<double, features::voice::kFrameRates> rates{};
    std::optional<Band> band;
};

/// Gathers the windows of one recording, in memory that does not grow with its length.
class Judge {
  public:
    Judge(const LinearModel& model, const JudgeOptions& options) : model_(model), options_(options) {}
    void take(const features::voice::Window& window);
    /// What was heard in `duration_s` of sound; after it no window is taken any more.
    analysis::Analysis summary(double duration_s);

  private:
    /// Those of every third window in a row that is judged; the two after it take them too, which saves the time.
    const features::voice::FrameRateTraces& traces_of(const features::voice::Window& window);
    void point_at(const features::voice::Window& window, const Score& score);
    void hear_turns(const features::voice::Window& window);
    analysis::Analysis refused(double duration_s) const;
    std::string explanation(std::span<const JudgedVoice> voices, double score) const;
    std::vector<analysis::Observation> observations(std::span<const JudgedVoice> voices) const;

    LinearModel model_;
    JudgeOptions options_;
    std::array<std::int64_t, kRefusals> counts_{};  // kNone: judged
    std::int64_t windows_ = 0, pointed_at_ = 0;
    std::optional<features::voice::Content> other_content_;  // of the latest window without speech
    double snr_sum_db_ = 0, bandwidth_sum_hz_ = 0, heard_snr_sum_db_ = 0;
    double strongest_ = 0, traces_sum_ = 0;
    WindowSums all_;
    Voices voices_;
    double heard_to_s_ = 0;  // by voices_
    std::vector<Segment> segments_;
    features::voice::ConstantQ constant_q_;
    std::optional<features::voice::FrameRateTraces> traces_;  // of the latest window, or one of the two before it
    int traces_stood_ = 0;                                    // for how many windows
};

}  // namespace voice
}  // namespace bonafide::analyzers
