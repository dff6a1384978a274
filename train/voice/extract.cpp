// Writes what the analyzer voice.synthetic computes of recordings, so that training and use share one implementation.
//
// usage: bonafide-voice-features OUT [griffin-lim|lpc|world|frames] < LIST
// LIST holds one path a line. OUT becomes raw 32-bit floats, a row a window: number of the line (from 0), start and end
// in seconds, the fields of features::voice::Condition in their order, the number of the content, then the statistics,
// and the beats and the tones of features::voice::FrameRateTraces.
// With a vocoder's name every recording goes through that vocoder of the forge first, in memory: no unmarked copy is
// ever written. With `frames` in that place a row ends not with statistics but with what the network sees: the number
// of frames, for each of them its bands, and for each whether it is active.
#include "features/media.h"
#include "features/voice/condition.h"
#include "features/voice/frame_rates.h"
#include "features/voice/statistics.h"
#include "features/voice/windows.h"
#include "forge/voice/griffin_lim.h"
#include "forge/voice/linear_prediction.h"
#include "forge/voice/world.h"
#include "frame_image.h"

#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace bonafide;
namespace voice = features::voice;

constexpr std::uint64_t kSeed = 1;

using Vocoder = std::vector<float> (*)(std::span<const float> samples);

/// A vocoder by its name; null where there is none of that name.
Vocoder vocoder_of(std::string_view name) {
    if (name == "griffin-lim") {
        return [](std::span<const float> samples) { return forge::griffin_lim(samples, kSeed); };
    }
    if (name == "lpc") {
        return [](std::span<const float> samples) { return forge::linear_prediction_vocoder(samples); };
    }
    if (name == "world") {
        return [](std::span<const float> samples) {
            return forge::voice_of(forge::voice_model(samples), samples.size(), kSeed);
        };
    }
    return nullptr;
}

struct Writer final : media::StreamSink {
    std::ofstream& out;
    float line = 0;
    Vocoder vocoder = nullptr;
    bool images = false;
    std::vector<float> samples;  // filled where a vocoder takes them
    std::size_t windows = 0;
    voice::ConstantQ transform;
    voice::WindowStream stream{[this](const voice::Window& window) { write(window); }};

    Writer(std::ofstream& file, float number, Vocoder through, bool frames)
        : out(file), line(number), vocoder(through), images(frames) {}
    void on_sound(const media::SoundBlock& block) override {
        if (vocoder == nullptr) {
            stream.add(block.mono_16k);
        } else {
            samples.insert(samples.end(), block.mono_16k.begin(), block.mono_16k.end());
        }
    }
    void finish() {
        if (!samples.empty()) {
            stream.add(vocoder(samples));
        }
        stream.finish();
    }
    void write(const voice::Window& window) {
        const voice::Condition condition = voice::condition_of(window.frames);
        std::vector<float> row = {line,
                                  static_cast<float>(window.start_s),
                                  static_cast<float>(window.end_s),
                                  static_cast<float>(condition.level_db),
                                  static_cast<float>(condition.active_share),
                                  static_cast<float>(condition.voiced_share),
                                  static_cast<float>(condition.pitch_spread),
                                  static_cast<float>(condition.steady_share),
                                  static_cast<float>(condition.syllable_movement_db),
                                  static_cast<float>(condition.snr_db),
                                  static_cast<float>(condition.bandwidth_hz),
                                  static_cast<float>(voice::content_of(condition))};
        if (images) {
            const train::FrameImage image = train::frame_image(window.frames);
            row.push_back(static_cast<float>(image.frames));
            row.insert(row.end(), image.logarithms.begin(), image.logarithms.end());
            row.insert(row.end(), image.active.begin(), image.active.end());
        } else {
            const voice::Statistics statistics = voice::window_statistics(window, transform);
            row.insert(row.end(), statistics.begin(), statistics.end());
            const voice::FrameRateTraces traces = voice::frame_rate_traces(window.samples);
            row.insert(row.end(), traces.beats.begin(), traces.beats.end());
            row.insert(row.end(), traces.tones.begin(), traces.tones.end());
        }
        out.write(reinterpret_cast<const char*>(row.data()), static_cast<std::streamsize>(row.size() * sizeof(float)));
        ++windows;
    }
};

/// Windows written, or why the recording could not be read.
Result<std::size_t> extract(const std::string& path, float number, Vocoder vocoder, bool images, std::ofstream& out) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto source = ingest::open_memory(bytes);
    auto reader = media::StreamReader::open(ingest::identify(*source), *source, Limits{});
    if (!reader) {
        return reader.error();
    }
    Writer writer(out, number, vocoder, images);
    media::ReadOptions options;
    options.sound = true;
    options.threads = 1;
    const auto read = (*reader)->read(options, writer);
    if (!read) {
        return read.error();
    }
    writer.finish();
    return writer.windows;
}

}  // namespace

int main(int count, char** arguments) {
    const Vocoder vocoder = count == 3 ? vocoder_of(arguments[2]) : nullptr;
    const bool images = count == 3 && std::string_view(arguments[2]) == "frames";
    if (count < 2 || count > 3 || (count == 3 && vocoder == nullptr && !images)) {
        std::cerr << "usage: bonafide-voice-features OUT [griffin-lim|lpc|world|frames] < LIST\n";
        return 2;
    }
    std::ofstream out(arguments[1], std::ios::binary);
    std::string path;
    int unread = 0;
    for (int number = 0; std::getline(std::cin, path); ++number) {
        const auto windows = extract(path, static_cast<float>(number), vocoder, images, out);
        if (!windows) {
            std::cerr << path << ": " << windows.error().message << "\n";
            ++unread;
        }
    }
    return out.good() && unread == 0 ? 0 : 1;
}
