#include "features/speaker/encoder.h"

#include "base/ensure.h"
#include "features/speaker/mel.h"
#include "features/voice/frames.h"
#include "features/voice/samples.h"

#include <algorithm>
#include <cmath>

namespace bonafide::features::speaker {
namespace {

constexpr const char* kModel = "voice.speaker";
constexpr std::size_t kPartialHop = kPartialFrames / 2;
/// What is left over behind the last partial is worth one more that ends with it.
constexpr std::size_t kLeastRest = kPartialFrames / 4;
/// Quiet sound is raised to this level, mean over everything; loud sound is left as it is, as in the training.
constexpr double kTargetLevel = 0.0316227766;  // -30 dB of full scale
constexpr double kMostGain = 1000;

float gain_of(std::span<const float> samples) {
    double squares = 0;
    for (const float sample : samples) {
        const double value = voice::usable(sample);
        squares += value * value;
    }
    const double level = std::sqrt(squares / static_cast<double>(samples.size()));
    return static_cast<float>(std::clamp(kTargetLevel / std::max(level, 1e-9), 1.0, kMostGain));
}

std::vector<std::size_t> starts_of_partials(std::size_t frames) {
    std::vector<std::size_t> starts;
    for (std::size_t start = 0; start + kPartialFrames <= frames; start += kPartialHop) {
        starts.push_back(start);
    }
    if (frames - (starts.back() + kPartialFrames) >= kLeastRest) {
        starts.push_back(frames - kPartialFrames);
    }
    return starts;
}

}  // namespace

Result<Encoder> Encoder::open(const infer::ModelStore& models, const infer::SessionOptions& options) {
    auto session = infer::Session::open(models, kModel, options);
    if (!session) {
        return session.error();
    }
    return Encoder(std::move(*session));
}

Result<evidence::VoiceNumbers> Encoder::numbers_of(std::span<const float> samples, const std::vector<bool>& is_speech) {
    ENSURE(!is_speech.empty() && samples.size() == (is_speech.size() - 1) * voice::kHopSamples + voice::kFrameSamples);
    const float gain = gain_of(samples);
    std::vector<MelFrame> mels;
    for (std::size_t i = 0; i < is_speech.size(); ++i) {
        if (is_speech[i]) {
            mels.push_back(mel_frame(samples.subspan(i * voice::kHopSamples, voice::kFrameSamples), gain));
        }
    }
    ENSURE(mels.size() >= kPartialFrames);
    const std::vector<std::size_t> starts = starts_of_partials(mels.size());
    infer::Tensor input{{starts.size(), kPartialFrames, kMelBands}, {}};
    for (const std::size_t start : starts) {
        for (std::size_t i = start; i < start + kPartialFrames; ++i) {
            input.values.insert(input.values.end(), mels[i].begin(), mels[i].end());
        }
    }
    const auto answers = session_.run(std::span(&input, 1));
    if (!answers) {
        return answers.error();
    }
    const std::vector<float>& values = answers->at(0).values;
    ENSURE(values.size() == starts.size() * evidence::kVoiceNumbers);
    evidence::VoiceNumbers numbers{};
    double squares = 0;
    for (std::size_t k = 0; k < numbers.size(); ++k) {
        double sum = 0;
        for (std::size_t partial = 0; partial < starts.size(); ++partial) {
            sum += values[partial * numbers.size() + k];
        }
        numbers[k] = static_cast<float>(sum);
        squares += sum * sum;
    }
    if (!(squares > 0) || !std::isfinite(squares)) {
        return Error{ErrorCode::kInternal, "the speaker encoder gave no usable answer"};
    }
    const auto length = static_cast<float>(std::sqrt(squares));
    std::for_each(numbers.begin(), numbers.end(), [length](float& number) { number /= length; });
    return numbers;
}

}  // namespace bonafide::features::speaker
