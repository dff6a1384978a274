#include "forge/voice/sound.h"

#include "forge/film_copy.h"
#include "media/write_media.h"

#include <algorithm>
#include <cmath>

namespace bonafide::forge {
namespace {

/// No sample farther from zero: -66 dB of full scale, where 16 bits have ten steps left.
constexpr float kSilent = 0.0005F;
constexpr float kLoudest = 0.98F;

float peak_of(const std::vector<float>& samples) {
    float peak = 0;
    for (const float sample : samples) {
        peak = std::max(peak, std::abs(sample));
    }
    return peak;
}

/// Keeps what is decoded, up to the longest that is taken.
class Keeper final : public media::StreamSink {
  public:
    void on_sound(const media::SoundBlock& block) override {
        if (block.channels.empty() || changed || too_long) {
            return;
        }
        if (sound.rate_hz == 0) {
            sound.rate_hz = block.rate_hz;
            sound.channels.resize(block.channels.size());
        }
        changed = block.rate_hz != sound.rate_hz || block.channels.size() != sound.channels.size();
        too_long = sound.duration_s() > kLongestVoice_s;
        if (changed || too_long) {
            return;
        }
        for (std::size_t channel = 0; channel < sound.channels.size(); ++channel) {
            append(sound.channels[channel], block.channels[channel]);
        }
        append(sound.mono_16k, block.mono_16k);
    }
    VoiceSound sound;
    bool changed = false, too_long = false;

  private:
    static void append(std::vector<float>& samples, std::span<const float> more) {
        for (const float sample : more) {
            samples.push_back(std::isfinite(sample) ? std::clamp(sample, -1.0F, 1.0F) : 0.0F);
        }
    }
};

}  // namespace

double VoiceSound::duration_s() const {
    return channels.empty() ? 0 : static_cast<double>(channels.front().size()) / rate_hz;
}

Result<VoiceSound> read_voice(const ingest::ByteSource& source, const Limits& limits, int threads) {
    auto film = open_film(source, limits);
    if (!film) {
        return film.error();
    }
    if (film->sound() == nullptr) {
        return Error{ErrorCode::kUnsupported, "it holds no sound"};
    }
    Keeper keeper;
    media::ReadOptions wanted;
    wanted.sound = true;
    wanted.threads = threads;
    const auto read = film->reader->read(wanted, keeper);
    if (!read) {
        return read.error();
    }
    VoiceSound sound = std::move(keeper.sound);
    if (keeper.too_long || sound.duration_s() > kLongestVoice_s) {
        return Error{ErrorCode::kUsage, "it is too long: voices of at most five minutes are taken"};
    }
    if (keeper.changed || read->truncated || read->damaged_packets > 0) {
        return Error{ErrorCode::kTruncated, "it is damaged or incomplete"};
    }
    if (sound.duration_s() < kShortestVoice_s) {
        return Error{ErrorCode::kUsage, "it is too short: at least two seconds of sound are needed"};
    }
    if (peak_of(sound.mono_16k) < kSilent) {
        return Error{ErrorCode::kUsage, "it is silent"};
    }
    return sound;
}

Result<std::vector<std::uint8_t>> as_wav(std::vector<std::vector<float>> channels, int rate_hz) {
    float peak = 0;
    for (const std::vector<float>& channel : channels) {
        peak = std::max(peak, peak_of(channel));
    }
    media::SoundBlock block;
    block.rate_hz = rate_hz;
    for (std::vector<float>& channel : channels) {
        if (peak > kLoudest) {
            std::transform(channel.begin(), channel.end(), channel.begin(),
                           [&](float sample) { return sample * (kLoudest / peak); });
        }
        block.channels.emplace_back(channel);
    }
    media::WriteOptions options;
    options.format = media::WrittenFormat::kWav;
    options.sound = media::SoundCoding{media::SoundCodec::kPcm, rate_hz, static_cast<int>(channels.size())};
    auto writer = media::MediaWriter::create(options);
    if (!writer) {
        return writer.error();
    }
    if (auto added = (*writer)->add_sound(block); !added) {
        return added.error();
    }
    return (*writer)->finish();
}

}  // namespace bonafide::forge
