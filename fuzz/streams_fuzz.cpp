// Demuxing and decoding of films and recordings. The first byte chooses the container; the rest is the file.
#include "ingest/byte_source.h"
#include "media/streams.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace {

using bonafide::ingest::Container;

constexpr std::array kContainers = {Container::kIsoBmff, Container::kMatroska, Container::kAvi,
                                    Container::kMpegTs,  Container::kWav,      Container::kFlac,
                                    Container::kMp3,     Container::kAdts,     Container::kOgg};

/// Touches every byte that is handed out, so that the sanitizers see a view that is too long.
struct Reader final : bonafide::media::StreamSink {
    void on_frame(const bonafide::media::VideoFrame& frame) override {
        sum += cv::sum(frame.luma)[0];
        if (frame.index == 0) {
            sum += cv::sum(frame.rgb(64))[0];
        }
    }
    void on_sound(const bonafide::media::SoundBlock& block) override {
        for (const auto& channel : block.channels) {
            for (const float sample : channel) {
                sum += static_cast<double>(sample);
            }
        }
        for (const float sample : block.mono_16k) {
            sum += static_cast<double>(sample);
        }
    }
    double sum = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) {
        return 0;
    }
    const bonafide::ingest::Identity identity{kContainers[data[0] % kContainers.size()],
                                              bonafide::ingest::MediaKind::kVideo, "", ""};
    const auto source = bonafide::ingest::open_memory(std::span(data + 1, size - 1));
    bonafide::Limits limits;
    limits.pixels = 640 * 480;  // small, so that a run tries many inputs
    limits.duration_s = 60;
    limits.streams = 8;
    auto reader = bonafide::media::StreamReader::open(identity, *source, limits);
    if (reader) {
        Reader sink;
        bonafide::media::ReadOptions options;
        options.packets = options.frames = options.sound = options.export_quantiser = true;
        options.threads = 1;
        (void)(*reader)->read(options, sink).ok();
    }
    return 0;
}
