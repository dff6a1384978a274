// Writes what the speaker encoder says of recordings, so that calibration and use share one implementation.
//
// usage: bonafide-speaker-numbers MODELS < LIST   (MODELS: the folder with manifest.json)
// LIST holds one path a line. For every moment of every recording a line, tab-separated: path, start and speech in
// seconds, signal-to-noise ratio in dB, bandwidth in Hz, 256 numbers; for a recording without one: path, "none", why.
// Noise and narrow channels are let through here: what they do is to be measured.
#include "features/media.h"
#include "features/speaker/listener.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using namespace bonafide;
namespace speaker = features::speaker;

template <class T>
T taken(Result<T> result) {
    if (!result) {
        std::cerr << result.error().message << "\n";
        std::exit(2);
    }
    return std::move(*result);
}

void require(const Result<void>& result) {
    if (!result) {
        std::cerr << result.error().message << "\n";
        std::exit(2);
    }
}

struct Sound final : media::StreamSink {
    explicit Sound(speaker::Listener& to) : listener(to) {}
    void on_sound(const media::SoundBlock& block) override { require(listener.add(block.mono_16k)); }
    speaker::Listener& listener;
};

void measure(const std::string& path, const infer::ModelStore& models) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto source = ingest::open_memory(bytes);
    const auto reader = taken(media::StreamReader::open(ingest::identify(*source), *source, Limits{}));
    speaker::Listener listener(taken(speaker::Encoder::open(models, {})), {.least_snr_db = 0, .least_bandwidth_hz = 0});
    Sound sound(listener);
    media::ReadOptions options;
    options.sound = true;
    options.threads = 1;
    (void)taken(reader->read(options, sound));
    require(listener.finish());
    if (listener.moments().empty()) {
        std::printf("%s\tnone\t%s\n", path.c_str(), listener.why_nothing().c_str());
    }
    for (const speaker::Moment& moment : listener.moments()) {
        std::printf("%s\t%.2f\t%.2f\t%.1f\t%.0f", path.c_str(), moment.start_s, moment.speech_s, moment.snr_db,
                    moment.bandwidth_hz);
        for (const float number : moment.numbers) {
            std::printf("\t%.6f", static_cast<double>(number));
        }
        std::printf("\n");
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "usage: bonafide-speaker-numbers MODELS < LIST\n";
        return 2;
    }
    const std::string folder = arguments[1];
    const infer::ModelStore models = taken(infer::ModelStore::open(folder + "/manifest.json", {folder}, ""));
    for (std::string path; std::getline(std::cin, path);) {
        measure(path, models);
    }
    return 0;
}
