// From speech to a mouth. The jaw follows the first formant, the rounding of the lips the second (Peterson and Barney,
// "Control methods used in a study of the vowels", JASA 24(2), 1952, whose mean vowels of men set the numbers below),
// both scaled to the speaker by the third, which says more of the length of a vocal tract than of the vowel; loudness
// opens the mouth as well. Lips close where the level dips for a moment between two louder ones, and at rest. The
// smoothing is centred: a recording is known before and after. Limits: a dip does not tell "p" from "t" and "k", for
// which lips stay open; "f" and "v" lie on no teeth; rounding before a vowel, which lips do ahead of the sound, is seen
// as early as the smoothing reaches.
#include "forge/mouth/from_sound.h"

#include "features/voice/condition.h"
#include "features/voice/statistics.h"

#include <algorithm>
#include <cmath>

namespace bonafide::forge {
namespace {

namespace voice = features::voice;

constexpr std::size_t kHissFrom = voice::kLinearBands * 2 / 5;  // 3.2 kHz
constexpr float kSilence_db = -28;  // of features::voice::level_db: -70 dB below a full-scale sine
constexpr float kActive_db = 28;
// Peterson and Barney, men: "ee" 270 and 2290 Hz, "oo" 300 and 870, "ah" 730 and 1090, "ae" 660 and 1720.
constexpr double kCloseVowel_hz = 280, kOpenVowel_hz = 720;
constexpr double kRounded_hz = 850, kNotRounded_hz = 1350, kNotSpread_hz = 1500, kSpread_hz = 2200;
constexpr double kRoundedUpTo_hz = 520, kNeverRounded_hz = 720;
constexpr double kThirdFormant_hz = 2500;
constexpr float kCloseVowelOpening = 0.2F, kUnknownVowelOpening = 0.55F, kConsonantOpening = 0.14F;
constexpr std::size_t kDipReach = 12;  // steps to the louder sound on either side of a closure
constexpr float kNoDip_db = 7, kDip_db = 13;
constexpr double kOpeningSigma = 2.8, kWidthSigma = 5, kPressSigma = 1.2, kLevelSigma = 0.8;

double ramp(double value, double from, double to) {
    const double share = std::clamp((value - from) / (to - from), 0.0, 1.0);
    return share * share * (3 - 2 * share);
}

double line(double value, double from, double to) {
    return std::clamp((value - from) / (to - from), 0.0, 1.0);
}

/// How much longer or shorter than a man's a vocal tract is, by the median third formant.
double tract_scale(const std::vector<SpokenFrame>& frames, float active_db) {
    std::vector<float> thirds;
    for (const SpokenFrame& frame : frames) {
        if (frame.level_db > active_db && frame.periodicity > 0.6F && frame.formants[2] > 1900) {
            thirds.push_back(static_cast<float>(frame.formants[2]));
        }
    }
    return thirds.size() < 5
               ? 1
               : std::clamp(static_cast<double>(voice::quantile(thirds, 0.5)) / kThirdFormant_hz, 0.9, 1.3);
}

/// The vowel of one frame, as if it were spoken aloud.
MouthShape vowel_of(const Formants& formants, double scale) {
    const double first = formants[0] / scale, second = formants[1] / scale;
    MouthShape shape;
    if (!(first > 0)) {
        shape.opening = kUnknownVowelOpening;
        return shape;
    }
    shape.opening =
        kCloseVowelOpening + (1 - kCloseVowelOpening) * static_cast<float>(line(first, kCloseVowel_hz, kOpenVowel_hz));
    if (second > 0) {
        const double round =
            (1 - line(second, kRounded_hz, kNotRounded_hz)) * (1 - line(first, kRoundedUpTo_hz, kNeverRounded_hz));
        const double spread = line(second, kNotSpread_hz, kSpread_hz);
        shape.width = static_cast<float>(spread - round);
    }
    return shape;
}

/// How surely lips close in each step: a dip between two louder sounds that is no hiss.
std::vector<float> closures(const std::vector<SpokenFrame>& frames, const std::vector<float>& levels, float active_db) {
    std::vector<float> press(frames.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
        float before = -200, after = -200;
        for (std::size_t k = 1; k <= kDipReach; ++k) {
            before = i >= k ? std::max(before, levels[i - k]) : before;
            after = i + k < levels.size() ? std::max(after, levels[i + k]) : after;
        }
        const float louder = std::min(before, after);
        if (louder > active_db) {
            const double hiss = levels[i] > active_db ? ramp(frames[i].hiss, 0.3, 0.6) : 0;
            press[i] = static_cast<float>(ramp(louder - levels[i], kNoDip_db, kDip_db) * (1 - hiss));
        }
    }
    return press;
}

}  // namespace

SpeechListener::SpeechListener()
    : windows_([this](const voice::Window& window) {
          const voice::Content content = voice::content_of(voice::condition_of(window.frames));
          speech_ = speech_ || content == voice::Content::kSpeech;
          heard_ = voice::name_of(content);
      }) {}

void SpeechListener::take(std::span<const float> frame) {
    const voice::Frame analysed = voice::analyse_frame(frame);
    SpokenFrame spoken;
    spoken.level_db = voice::level_db(analysed);
    spoken.periodicity = analysed.periodicity;
    float all = 0, high = 0;
    for (std::size_t band = 0; band < voice::kLinearBands; ++band) {
        all += analysed.linear[band];
        high += band >= kHissFrom ? analysed.linear[band] : 0;
    }
    spoken.hiss = all > 0 ? high / all : 0;
    spoken.formants = formants_of(frame);
    frames_.push_back(spoken);
}

void SpeechListener::add(std::span<const float> samples) {
    if (frames_.empty() && waiting_.empty()) {
        // The first frame's middle is the beginning of the sound.
        waiting_.assign(voice::kFrameSamples / 2, 0.0F);
    }
    windows_.add(samples);
    waiting_.insert(waiting_.end(), samples.begin(), samples.end());
    std::size_t start = 0;
    for (; start + voice::kFrameSamples <= waiting_.size(); start += voice::kHopSamples) {
        take(std::span<const float>(waiting_).subspan(start, voice::kFrameSamples));
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(start));
}

void SpeechListener::finish() {
    windows_.finish();
    if (!frames_.empty()) {
        waiting_.resize(waiting_.size() + voice::kFrameSamples / 2);
        for (std::size_t start = 0; start + voice::kFrameSamples <= waiting_.size(); start += voice::kHopSamples) {
            take(std::span<const float>(waiting_).subspan(start, voice::kFrameSamples));
        }
    }
    waiting_.clear();
}

std::optional<std::string> SpeechListener::no_speech() const {
    if (speech_) {
        return std::nullopt;
    }
    return heard_ ? heard_ : "less than a second of sound";
}

MouthCurve mouth_saying(const std::vector<SpokenFrame>& frames) {
    std::vector<float> levels, opening(frames.size()), width(frames.size());
    for (const SpokenFrame& frame : frames) {
        levels.push_back(std::max(frame.level_db, kSilence_db - kActive_db));
    }
    const float loud_db = voice::quantile(levels, 0.95), quiet_db = voice::quantile(levels, 0.05);
    if (frames.empty() || loud_db < kSilence_db) {
        return MouthCurve(std::vector<MouthShape>(frames.size()));
    }
    // In noise, speech begins above it.
    constexpr float kSteady_db = 10, kAboveNoise = 0.35F;
    float active_db = loud_db - kActive_db;
    if (loud_db - quiet_db > kSteady_db) {
        active_db = std::max(active_db, quiet_db + kAboveNoise * (loud_db - quiet_db));
    }
    const double scale = tract_scale(frames, active_db);
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const SpokenFrame& frame = frames[i];
        if (frame.level_db <= active_db) {
            continue;
        }
        const auto loudness = static_cast<float>(line(frame.level_db, active_db, loud_db));
        const auto voiced = static_cast<float>(ramp(frame.periodicity, 0.3, 0.6));
        const MouthShape vowel = vowel_of(frame.formants, scale);
        opening[i] = loudness * kConsonantOpening * (1 - voiced) + voiced * vowel.opening * (0.3F + 0.7F * loudness);
        width[i] = voiced * vowel.width;
    }
    levels = smoothed_without_lag(levels, kLevelSigma);
    const std::vector<float> press = smoothed_without_lag(closures(frames, levels, active_db), kPressSigma);
    opening = smoothed_without_lag(opening, kOpeningSigma);
    width = smoothed_without_lag(width, kWidthSigma);
    std::vector<MouthShape> shapes(frames.size());
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        shapes[i] = {opening[i], std::clamp(width[i], -1.0F, 1.0F), press[i]};
    }
    return MouthCurve(std::move(shapes));
}

}  // namespace bonafide::forge
