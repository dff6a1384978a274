#pragma once

#include "fixtures/clip.h"
#include "media/streams.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bonafide::media {

inline ingest::Identity identity_of(ingest::Container container) {
    return {container, ingest::MediaKind::kVideo, "", ""};
}

/// Keeps what a pass delivers.
struct Collector final : StreamSink {
    void on_packet(const Packet& packet) override { packets.push_back(packet); }
    void on_frame(const VideoFrame& frame) override {
        times_s.push_back(frame.time_s);
        types.push_back(frame.type);
        keys.push_back(frame.key);
        quantisers.push_back(frame.quantiser);
        coded_bytes += frame.coded_bytes;
        damaged += frame.damaged ? 1 : 0;
        luma = frame.luma.clone();
        luma_bits = frame.luma_bits;
        if (times_s.size() == 1) {
            rgb = frame.rgb(rgb_longest_px);
        }
    }
    void on_sound(const SoundBlock& block) override {
        EXPECT_EQ(block.first_sample, samples);
        EXPECT_EQ(block.first_sample_16k, static_cast<std::int64_t>(mono_16k.size()));
        rate_hz = block.rate_hz;
        channels = block.channels.size();
        for (const auto& channel : block.channels) {
            EXPECT_EQ(channel.size(), block.channels.front().size());
        }
        first_channel.insert(first_channel.end(), block.channels.front().begin(), block.channels.front().end());
        mono_16k.insert(mono_16k.end(), block.mono_16k.begin(), block.mono_16k.end());
        samples = static_cast<std::int64_t>(first_channel.size());
    }
    std::vector<Packet> packets;
    std::vector<double> times_s, quantisers;
    std::vector<PictureType> types;
    std::vector<bool> keys;
    std::int64_t coded_bytes = 0, damaged = 0, samples = 0;
    int rate_hz = 0, rgb_longest_px = 0, luma_bits = 0;
    std::size_t channels = 0;
    std::vector<float> first_channel, mono_16k;
    cv::Mat luma, rgb;
};

inline ReadOptions everything() {
    ReadOptions options;
    options.packets = options.frames = options.sound = true;
    options.threads = 2;
    return options;
}

struct Opened {
    std::unique_ptr<ingest::ByteSource> source;
    std::unique_ptr<StreamReader> reader;
};

inline Result<Opened> open(const std::vector<std::uint8_t>& bytes, ingest::Container container,
                           const Limits& limits = {}) {
    Opened opened{ingest::open_memory(bytes), nullptr};
    auto reader = StreamReader::open(identity_of(container), *opened.source, limits);
    if (!reader) {
        return reader.error();
    }
    opened.reader = std::move(*reader);
    return opened;
}

inline fixtures::Clip short_clip(int frames = 40) {
    fixtures::ClipOptions options;
    options.frames = frames;
    options.width_px = 160;
    options.height_px = 96;
    return fixtures::make_clip(options);
}

inline double level(const std::vector<float>& samples) {
    double sum = 0;
    for (const float sample : samples) {
        sum += static_cast<double>(sample) * sample;
    }
    return std::sqrt(sum / static_cast<double>(std::max<std::size_t>(samples.size(), 1)));
}

}  // namespace bonafide::media
