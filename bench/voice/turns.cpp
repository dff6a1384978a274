// Prints who speaks when in recordings, for bench/voice/dialogues.py.
//
// usage: bonafide-voice-turns RECORDINGS...
// One line of JSON a recording: its turns, each [start in seconds, end, number of the voice].
#include "features/voice/turns.h"

#include "ingest/byte_source.h"
#include "ingest/identify.h"
#include "media/streams.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace bonafide;
namespace voice = features::voice;

struct Listener final : media::StreamSink {
    std::vector<voice::Turn> found;
    voice::TurnStream turns{[this](const voice::Turn& turn) { found.push_back(turn); }};
    voice::FrameStream frames;

    void on_sound(const media::SoundBlock& block) override {
        frames.add(block.mono_16k, [this](const voice::Frame& frame) { turns.add(frame); });
    }
};

Result<nlohmann::json> turns_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto source = ingest::open_memory(bytes);
    auto reader = media::StreamReader::open(ingest::identify(*source), *source, Limits{});
    if (!reader) {
        return reader.error();
    }
    Listener listener;
    media::ReadOptions options;
    options.sound = true;
    options.threads = 1;
    const auto read = (*reader)->read(options, listener);
    if (!read) {
        return read.error();
    }
    listener.turns.finish();
    const std::vector<std::size_t> voices = listener.turns.voices();
    nlohmann::json turns = nlohmann::json::array();
    for (const voice::Turn& turn : listener.found) {
        turns.push_back({turn.start_s, turn.end_s, voices.at(turn.voice)});
    }
    return turns;
}

}  // namespace

int main(int count, char** arguments) {
    bool all = true;
    for (const char* path : std::span(arguments, static_cast<std::size_t>(count)).subspan(1)) {
        const auto turns = turns_of(path);
        if (!turns) {
            std::cerr << path << ": " << turns.error().message << "\n";
            all = false;
        }
        std::cout << (turns ? *turns : nlohmann::json::array()).dump() << "\n";
    }
    return all ? 0 : 1;
}
