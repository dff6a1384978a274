// A real save and a real decoding, by the coders that launder_film.h saves with. What it leaves is what coders leave:
// speech whose recording and whose words are genuine, to tell synthesis from.
#include "forge/voice/codec.h"

#include "features/voice/frames.h"
#include "forge/film_copy.h"
#include "forge/launder_plan.h"
#include "forge/voice/sound.h"

#include <cmath>
#include <string>

namespace bonafide::forge {
namespace {

/// Keeps the sound at 16 kHz.
class Decoded final : public media::StreamSink {
  public:
    void on_sound(const media::SoundBlock& block) override {
        samples.insert(samples.end(), block.mono_16k.begin(), block.mono_16k.end());
    }
    std::vector<float> samples;
};

/// The container that says how far the coder shifts the sound, so that the decoder takes it back.
media::WrittenFormat container_of(media::SoundCodec codec) {
    switch (codec) {
        case media::SoundCodec::kAac:
            return media::WrittenFormat::kMp4;
        case media::SoundCodec::kMp3:
            return media::WrittenFormat::kMp3;
        default:
            return media::WrittenFormat::kMatroska;
    }
}

}  // namespace

Result<std::vector<float>> through_codec(std::string_view step, std::span<const float> samples, int threads) {
    const auto plan = planned({std::string(step)}, false);
    if (!plan) {
        return plan.error();
    }
    const Step& save = plan->sound.front();
    const auto plain = as_wav({{samples.begin(), samples.end()}}, features::voice::kRate_hz);
    if (!plain) {
        return plain.error();
    }
    auto opened = open_film(*plain, {});
    if (!opened) {
        return opened.error();
    }
    CopyOrder copy;
    copy.sound = &*opened;
    copy.options.format = container_of(save.known->codec);
    copy.options.sound = sound_like(*opened->sound(), save.known->codec, std::llround(save.value * 1000));
    const auto copied = copy_film(copy, threads);
    if (!copied) {
        return copied.error();
    }
    auto coded = open_film(copied->bytes, {});
    if (!coded) {
        return coded.error();
    }
    Decoded decoded;
    media::ReadOptions wanted;
    wanted.sound = true;
    wanted.threads = threads;
    if (const auto read = coded->reader->read(wanted, decoded); !read) {
        return read.error();
    }
    decoded.samples.resize(samples.size());  // coders work in blocks, and end with one
    return std::move(decoded.samples);
}

}  // namespace bonafide::forge
