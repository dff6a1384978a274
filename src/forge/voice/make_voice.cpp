// Voices: functions on samples (vocoder.h, convert.h, splice.h), what of them makes a voice like another (likened.h),
// and here the one way out for what they make.
#include "forge/voice/make_voice.h"

#include "features/voice/frames.h"
#include "forge/label.h"
#include "forge/sound_marking.h"
#include "forge/voice/likened.h"
#include "forge/voice/sound.h"
#include "forge/voice/splice.h"
#include "forge/voice/vocoder.h"
#include "forge/voice/voice.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string_view>

namespace bonafide::forge {
namespace {

constexpr std::int64_t kFineSoundBps = 160'000;
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

std::string two_decimals(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", value);
    return text;
}

Result<Voice> resynthesised(const Order& order, const VoiceSound& sound, const infer::ModelStore& models, int threads) {
    const auto vocoder = vocoder_named(order.vocoder);
    if (!vocoder) {
        return vocoder.error();
    }
    auto samples = through_vocoder(order.vocoder, sound.mono_16k, order.seed, models, threads);
    if (!samples) {
        return samples.error();
    }
    Voice voice{{std::move(*samples)}, features::voice::kRate_hz};
    voice.made.description = std::string(vocoder->meaning) + " (" + order.vocoder + ")";
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

Result<Voice> voice_as_ordered(const Order& order, const VoiceSound& sound, const Given& given,
                               const infer::ModelStore& models, const Limits& limits, int threads) {
    if (order.voice == "resynthesise") {
        return resynthesised(order, sound, models, threads);
    }
    if (order.voice == "splice") {
        return spliced(order, sound);
    }
    if (order.voice == "convert" || order.voice == "mimic") {
        return likened(order, sound, given, models, limits, threads);
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
        const bool is_text = order.voice == "mimic";
        return Error{sound.error().code, (is_text ? "the spoken text: " : "") + sound.error().message};
    }
    auto voice = voice_as_ordered(order, *sound, given, models, limits, threads);
    return voice ? marked(std::move(*voice), order, *container, threads) : Result<Product>(voice.error());
}

}  // namespace bonafide::forge
