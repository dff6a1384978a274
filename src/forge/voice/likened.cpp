#include "forge/voice/likened.h"

#include "features/speaker/voices.h"
#include "features/voice/frames.h"
#include "forge/consented.h"
#include "forge/voice/convert.h"
#include "forge/voice/vocoder.h"

#include <cstdio>

namespace bonafide::forge {
namespace {

std::string two_decimals(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", value);
    return text;
}

/// What the encoder says of who speaks; kUsage where there is too little speech.
Result<evidence::VoiceNumbers> speaker_of(std::span<const float> mono_16k, const infer::ModelStore& models,
                                          int threads) {
    auto encoder = features::speaker::Encoder::open(models, {.threads = threads});
    if (!encoder) {
        return encoder.error();
    }
    features::speaker::Listener listener(std::move(*encoder));
    auto heard = listener.add(mono_16k);
    if (heard) {
        heard = listener.finish();
    }
    if (!heard) {
        return heard.error();
    }
    if (listener.moments().empty()) {
        return Error{ErrorCode::kUsage, "who speaks cannot be told: " + listener.why_nothing()};
    }
    return features::speaker::mean_of(listener.moments());
}

std::string likeness(const evidence::VoiceNumbers& one, const evidence::VoiceNumbers& other) {
    return two_decimals(1 - evidence::voice_distance(one, other));
}

Error of_the_sample(const Error& error) {
    return {error.code, "the sample: " + error.message};
}

}  // namespace

Result<Voice> likened(const Order& order, const VoiceSound& sound, const Given& given, const infer::ModelStore& models,
                      const Limits& limits, int threads) {
    Voice voice{{}, features::voice::kRate_hz};
    if (auto consented = take_consent(order, voice.made); !consented) {
        return consented.error();
    }
    if (given.second == nullptr) {
        return Error{ErrorCode::kUsage, "no sample of the voice was given"};
    }
    const auto sample = read_voice(*given.second, limits, threads);
    if (!sample) {
        return of_the_sample(sample.error());
    }
    const auto wanted = speaker_of(sample->mono_16k, models, threads);
    if (!wanted) {
        return of_the_sample(wanted.error());
    }
    const auto before = speaker_of(sound.mono_16k, models, threads);
    if (!before) {
        return before.error();
    }
    const auto conversion = converted(voice_model(sound.mono_16k), voice_model(sample->mono_16k));
    if (!conversion) {
        return conversion.error();
    }
    auto samples = rendered(conversion->model, sound.mono_16k.size(), order.vocoder, order.seed, models, threads);
    if (!samples) {
        return samples.error();
    }
    voice.channels = {std::move(*samples)};
    const auto after = speaker_of(voice.channels.front(), models, threads);
    const bool is_text = order.voice == "mimic";
    voice.made.description = std::string(is_text ? "a text spoken by a program" : "the words of a recording") +
                             " with the voice moved towards another person's: pitch times " +
                             two_decimals(conversion->pitch_ratio) + ", formants times " +
                             two_decimals(conversion->formant_ratio) + "; vocoder " + order.vocoder +
                             "; likeness of the speakers (cosine) " + likeness(*before, *wanted) + " before, " +
                             (after ? likeness(*after, *wanted) : std::string("not known")) + " after";
    return voice;
}

}  // namespace bonafide::forge
