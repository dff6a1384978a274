// Voices: pure functions on samples (griffin_lim.h, linear_prediction.h, world.h, convert.h, splice.h), and here the
// one way out for what they make.
#include "forge/voice/make_voice.h"

#include "features/speaker/voices.h"
#include "forge/consented.h"
#include "forge/label.h"
#include "forge/sound_marking.h"
#include "forge/voice/convert.h"
#include "forge/voice/griffin_lim.h"
#include "forge/voice/linear_prediction.h"
#include "forge/voice/sound.h"
#include "forge/voice/splice.h"
#include "forge/voice/world.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string_view>

namespace bonafide::forge {
namespace {

constexpr std::int64_t kFineSoundBps = 160'000;
constexpr int kRate16k_hz = 16'000;
/// In words; the rest is only counted.
constexpr std::size_t kMostJointsTold = 12;

struct Container {
    std::string_view format;
    media::WrittenFormat written;
    media::SoundCodec codec;
};
constexpr Container kContainers[] = {{"wav", media::WrittenFormat::kWav, media::SoundCodec::kPcm},
                                     {"m4a", media::WrittenFormat::kMp4, media::SoundCodec::kAac},
                                     {"mp3", media::WrittenFormat::kMp3, media::SoundCodec::kMp3}};

/// A voice that is not marked yet.
struct Voice {
    std::vector<std::vector<float>> channels;
    int rate_hz = 0;
    Made made = {};
};

std::string two_decimals(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", value);
    return text;
}

Result<Voice> resynthesised(const Order& order, const VoiceSound& sound) {
    Voice voice{{}, kRate16k_hz};
    if (order.vocoder == "griffin-lim") {
        voice.channels = {griffin_lim(sound.mono_16k, order.seed)};
        voice.made.description = "the recording made anew from a mel spectrogram by Griffin and Lim's algorithm";
    } else if (order.vocoder == "lpc") {
        voice.channels = {linear_prediction_vocoder(sound.mono_16k)};
        voice.made.description = "the recording made anew by a residual-excited linear prediction vocoder";
    } else if (order.vocoder == "world") {
        voice.channels = {voice_of(voice_model(sound.mono_16k), sound.mono_16k.size(), order.seed)};
        voice.made.description = "the recording made anew from pitch, spectral envelope and breath";
    } else {
        return Error{ErrorCode::kUsage,
                     "'" + order.vocoder + "' is no vocoder of the forge; there are griffin-lim, lpc and world"};
    }
    return voice;
}

Result<Voice> spliced(const Order& order, const VoiceSound& sound) {
    auto made = splice(sound.channels, sound.rate_hz, order.moves, order.seed);
    if (!made) {
        return made.error();
    }
    std::string places;
    for (std::size_t i = 0; i < std::min(made->joints.size(), kMostJointsTold); ++i) {
        places += (i == 0 ? "" : ", ") + two_decimals(static_cast<double>(made->joints[i]) / sound.rate_hz);
    }
    places += made->joints.size() > kMostJointsTold ? ", ..." : "";
    Voice voice{std::move(made->channels), sound.rate_hz};
    voice.made.description = "pieces of the recording moved to other places; joints at " + places + " s";
    return voice;
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

Result<Voice> converted_voice(const Order& order, const VoiceSound& sound, const Given& given,
                              const infer::ModelStore& models, const Limits& limits, int threads) {
    Voice voice{{}, kRate16k_hz};
    if (auto consented = take_consent(order, voice.made); !consented) {
        return consented.error();
    }
    const auto of_the_sample = [](const Error& error) { return Error{error.code, "the sample: " + error.message}; };
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
    voice.channels = {voice_of(conversion->model, sound.mono_16k.size(), order.seed)};
    const auto after = speaker_of(voice.channels.front(), models, threads);
    voice.made.description = "the words of a recording with the voice moved towards another person's: pitch times " +
                             two_decimals(conversion->pitch_ratio) + ", formants times " +
                             two_decimals(conversion->formant_ratio) + "; likeness of the speakers (cosine) " +
                             likeness(*before, *wanted) + " before, " +
                             (after ? likeness(*after, *wanted) : std::string("not known")) + " after";
    return voice;
}

Result<Voice> voice_as_ordered(const Order& order, const VoiceSound& sound, const Given& given,
                               const infer::ModelStore& models, const Limits& limits, int threads) {
    if (order.voice == "resynthesise") {
        return resynthesised(order, sound);
    }
    if (order.voice == "splice") {
        return spliced(order, sound);
    }
    if (order.voice == "convert") {
        return converted_voice(order, sound, given, models, limits, threads);
    }
    return Error{ErrorCode::kUsage, "'" + order.voice + "' is no voice that the forge makes"};
}

/// The one way out for voices: mark, label, and a look at what was saved.
Result<Product> marked(Voice voice, const Order& order, const Container& container, int threads) {
    const auto plain = as_wav(std::move(voice.channels), voice.rate_hz);
    if (!plain) {
        return plain.error();
    }
    auto opened = open_film(*plain, {});
    if (!opened) {
        return opened.error();
    }
    CopyOrder copy;
    copy.sound = &*opened;
    copy.options.format = container.written;
    copy.options.sound = sound_like(*opened->sound(), container.codec, kFineSoundBps);
    copy.options.comment = label_of(order.kind + ", " + order.voice);
    auto finished = copy_marked(copy, threads);
    if (!finished) {
        return finished.error();
    }
    Made made = std::move(voice.made);
    made.kind = order.kind;
    made.format = order.format;
    made.duration_s = finished->copied.duration_s;
    made.watermark_psnr_db = finished->copied.sound_snr_db;
    made.watermark_exponent = finished->trace.false_alarm_exponent;
    return Product{std::move(finished->copied.bytes), std::move(made)};
}

}  // namespace

Result<Product> make_voice(const Order& order, const Given& given, const infer::ModelStore& models,
                           const Limits& limits, int threads) {
    const auto* container = std::find_if(std::begin(kContainers), std::end(kContainers),
                                         [&](const Container& each) { return each.format == order.format; });
    if (container == std::end(kContainers)) {
        return Error{ErrorCode::kUsage, "a voice is saved as .wav, .m4a or .mp3"};
    }
    const auto sound = read_voice(given.picture, limits, threads);
    if (!sound) {
        return sound.error();
    }
    auto voice = voice_as_ordered(order, *sound, given, models, limits, threads);
    return voice ? marked(std::move(*voice), order, *container, threads) : Result<Product>(voice.error());
}

}  // namespace bonafide::forge
