// Writes example media with known truth: for the command-line tests, for `tools/dev check` without a file, and for
// whoever wants to try the program.
#include "fixtures/camera.h"
#include "fixtures/clip.h"
#include "fixtures/drawn_face.h"
#include "fixtures/edits.h"
#include "fixtures/onnx_network.h"
#include "fixtures/sound.h"
#include "fixtures/voice.h"
#include "media/encode.h"

#include <opencv2/imgproc.hpp>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <string>
#include <string_view>

namespace {

namespace fx = bonafide::fixtures;
using Bytes = std::vector<std::uint8_t>;

void write(const std::filesystem::path& path, const Bytes& bytes) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

fx::CameraSettings camera() {
    fx::CameraSettings settings;
    settings.width_px = 1024;
    settings.height_px = 768;
    return settings;
}

/// A region from a much noisier camera in a picture from a good one.
Bytes spliced_picture() {
    fx::CameraSettings noisy = camera();
    noisy.camera_seed = 2;
    noisy.scene_seed = 9;
    noisy.photons_at_white = 400;
    const cv::Mat target = fx::render(camera());
    const cv::Mat mask = fx::random_region(target.size(), 0.12, 4);
    return fx::write_jpeg(fx::splice(target, fx::render(noisy), mask, 1.0).rgb, {});
}

void put_big_endian(Bytes& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        out.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

/// `png` with a tEXt chunk (PNG specification, 11.3.4.3) behind its header.
Bytes with_text(Bytes png, const std::string& keyword, const std::string& text) {
    Bytes body{'t', 'E', 'X', 't'};
    body.insert(body.end(), keyword.begin(), keyword.end());
    body.push_back(0);
    body.insert(body.end(), text.begin(), text.end());
    Bytes chunk;
    put_big_endian(chunk, static_cast<std::uint32_t>(body.size() - 4));
    chunk.insert(chunk.end(), body.begin(), body.end());
    put_big_endian(chunk, static_cast<std::uint32_t>(crc32(0, body.data(), static_cast<uInt>(body.size()))));
    constexpr std::ptrdiff_t kBehindHeader = 8 + 25;
    png.insert(png.begin() + kBehindHeader, chunk.begin(), chunk.end());
    return png;
}

void write_pictures(const std::filesystem::path& folder) {
    write(folder / "camera.jpg", fx::shoot(camera()));
    write(folder / "spliced.jpg", spliced_picture());
    fx::CameraSettings small = camera();
    small.width_px = 192;
    small.height_px = 144;
    const Bytes png = bonafide::media::encode_png(fx::render(small));
    write(folder / "small.png", png);
    write(folder / "says-generated.png", with_text(png, "parameters",
                                                   "a harbour at dawn\nSteps: 20, Sampler: Euler a, CFG scale: 7, "
                                                   "Seed: 1, Size: 192x144, Model: sd-v1-5 (Stable Diffusion)"));
}

void write_films(const std::filesystem::path& folder) {
    fx::ClipOptions options;
    options.frames = 120;
    fx::Clip film = fx::make_clip(options);
    film.sound = fx::make_sound(fx::SoundKind::kSpeechLike, 48000, 4.8, 3);
    write(folder / "film.mp4", fx::encode_clip(film, {}));
    fx::freeze(film, 50, 20);
    write(folder / "frozen.mp4", fx::encode_clip(film, {}));
    // Long enough that somebody can interrupt its analysis.
    fx::ClipOptions longer;
    longer.width_px = 640;
    longer.height_px = 360;
    longer.frames = 750;
    write(folder / "long.mp4", fx::encode_clip(fx::make_clip(longer), {}));
}

void write_recordings(const std::filesystem::path& folder) {
    fx::Sound sound = fx::make_sound(fx::SoundKind::kSpeechLike, 44100, 6, 1);
    write(folder / "recording.wav", fx::encode_sound(sound, fx::SoundFormat::kWav));
    write(folder / "recording.mp3", fx::encode_sound(sound, fx::SoundFormat::kMp3));
    fx::make_digital_silence(sound, 2.0, 2.6);
    fx::splice_in(sound, fx::make_sound(fx::SoundKind::kTones, 44100, 0.5, 2), 4.0);
    write(folder / "edited.wav", fx::encode_sound(sound, fx::SoundFormat::kWav));
}

/// Two artificial voices, alone and in turn, and sound of which nobody can tell who speaks.
void write_voices(const std::filesystem::path& folder) {
    const auto spoken = [](std::uint64_t seed, double duration_s, bool is_bob) {
        fx::VoiceOptions options;
        options.duration_s = duration_s;
        options.seed = seed;
        options.pitch = is_bob ? 2.2 : 0.8;
        options.formants = is_bob ? 1.5 : 0.8;
        return fx::make_voice(options);
    };
    const auto keep = [&](const char* name, const fx::Sound& sound) {
        write(folder / name, fx::encode_sound(sound, fx::SoundFormat::kWav));
    };
    keep("ann.wav", spoken(1, 12, false));
    write(folder / "ann.mp3", fx::encode_sound(spoken(2, 12, false), fx::SoundFormat::kMp3));
    keep("bob.wav", spoken(3, 12, true));
    fx::Sound both = spoken(4, 24, false);
    fx::splice_in(both, spoken(5, 12, true), 12);
    keep("both.wav", both);
    keep("short.wav", spoken(6, 0.3, false));
    fx::Sound phone = spoken(7, 8, false);
    fx::low_pass(phone, 3400);
    keep("phone.wav", phone);
    fx::Sound silence = spoken(8, 5, false);
    fx::make_digital_silence(silence, 0, 5);
    keep("silence.wav", silence);
    keep("tones.wav", fx::make_sound(fx::SoundKind::kTones, 16000, 5, 9));
    keep("noise.wav", fx::make_sound(fx::SoundKind::kNoise, 16000, 5, 10));
    keep("music.wav", fx::make_music(6, 11));
    fx::Sound decoded = fx::lossy(spoken(13, 10, false), fx::SoundFormat::kMp3, 32'000);
    keep("was-mp3.wav", decoded);
    fx::cut_out(decoded, 5, 5.077);
    keep("cut.wav", decoded);
    fx::ClipOptions options;
    options.frames = 25;
    fx::Clip film = fx::make_clip(options);
    write(folder / "mute.mp4", fx::encode_clip(film, {}));
    film.sound = spoken(12, 8, false);
    write(folder / "ann.mp4", fx::encode_clip(film, {}));
}

/// Pictures of one simulated camera, and of five others: what a sensor's fingerprint is made of and told apart from.
void write_camera_shots(const std::filesystem::path& folder) {
    const auto shot = [](std::uint64_t camera, std::uint64_t number) {
        fx::CameraSettings settings;
        settings.camera_seed = camera;
        settings.scene_seed = 1000 * camera + number;
        settings.shot_seed = 77 * camera + number;
        return fx::shoot(settings);
    };
    for (std::uint64_t number = 0; number < 10; ++number) {
        write(folder / ("own" + std::to_string(number) + ".jpg"), shot(1, number));
    }
    for (std::uint64_t camera = 2; camera < 7; ++camera) {
        write(folder / ("foreign" + std::to_string(camera) + ".jpg"), shot(camera, 1));
    }
}

/// Drawn faces, in pictures and in a film with a cut.
void write_faces(const std::filesystem::path& folder) {
    const auto save = [&](const char* name, const cv::Mat& rgb) {
        write(folder / name, bonafide::media::encode_png(rgb));
    };
    const cv::Mat one = fx::portrait({640, 480}, {.centre_px = {400, 220}, .height_px = 200});
    save("one.png", one);
    cv::Mat turned;
    cv::rotate(one, turned, cv::ROTATE_90_COUNTERCLOCKWISE);
    save("turned.png", turned);
    write(folder / "turned.jpg", bonafide::media::encode_jpeg(turned, 95));
    save("small.png", fx::portrait({1600, 900}, {.centre_px = {1200, 300}, .height_px = 40}));
    save("empty.png", cv::Mat(300, 400, CV_8UC3, cv::Scalar(90, 120, 150)));
    cv::Mat group(480, 1280, CV_8UC3, cv::Scalar(120, 140, 150));
    for (const float x : {200.0F, 640.0F, 1080.0F}) {
        fx::draw_face(group, {.centre_px = {x, 240}, .height_px = 180, .mouth_opening = x > 1000 ? 0.15F : 0});
    }
    save("group.png", group);
    fx::Clip film;
    for (int i = 0; i < 60; ++i) {
        // A bright room with two faces, then, after a cut, a dark one with one.
        const bool first = i < 30;
        cv::Mat rgb(360, 640, CV_8UC3, first ? cv::Scalar(210, 200, 190) : cv::Scalar(30, 40, 50));
        const auto step = static_cast<float>(i);
        fx::draw_face(rgb, {.centre_px = {180 + 2 * step, 190}, .height_px = 150});
        if (first) {
            fx::draw_face(rgb, {.centre_px = {500 - step, 180}, .height_px = 130});
        }
        cv::Mat grey;
        cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
        film.frames.push_back(grey);
        film.times_s.push_back(i / film.rate_hz);
    }
    write(folder / "film.mp4", fx::encode_clip(film, {}));
}

/// Two drawn faces, in front of what simulated cameras saw.
void write_portraits(const std::filesystem::path& folder) {
    for (const int number : {1, 2}) {
        fx::CameraSettings settings = camera();
        settings.scene_seed = settings.shot_seed = static_cast<std::uint64_t>(number);
        cv::Mat picture = fx::render(settings);
        fx::draw_face(picture, {.centre_px = {480.0F + 40 * number, 384}, .height_px = 360.0F + 40 * number});
        write(folder / ("portrait" + std::to_string(number) + ".png"), bonafide::media::encode_png(picture));
    }
}

/// Somebody who talks for two seconds, with sound, at uneven times; somebody else as well from the second half on.
void write_talkers(const std::filesystem::path& folder) {
    fx::CameraSettings settings = camera();
    settings.width_px = 384;
    settings.height_px = 216;
    const cv::Mat room = fx::render(settings);
    fx::Clip film;
    film.rate_hz = 12;
    for (int i = 0; i < 24; ++i) {
        cv::Mat rgb = room.clone(), grey;
        const float mouth = 0.03F * static_cast<float>(i % 4);
        fx::draw_face(rgb, {.centre_px = {110 + static_cast<float>(i), 108}, .height_px = 130, .mouth_opening = mouth});
        if (i >= 12) {
            fx::draw_face(rgb, {.centre_px = {300, 112}, .height_px = 100});
        }
        cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
        film.frames.push_back(grey);
        film.times_s.push_back(i / film.rate_hz + (i % 5 == 4 ? 0.02 : 0));
    }
    write(folder / "silent.mp4", fx::encode_clip(film, {}));
    film.sound = fx::make_sound(fx::SoundKind::kSpeechLike, 44100, 2, 3);
    write(folder / "talker.mp4", fx::encode_clip(film, {}));
    film.sound.reset();
    film.frames.resize(1);
    film.times_s.resize(1);
    write(folder / "one-frame.mp4", fx::encode_clip(film, {}));
    fx::Clip tiny;
    for (int i = 0; i < 5; ++i) {
        cv::resize(film.frames.front(), tiny.frames.emplace_back(), {64, 36});
        tiny.times_s.push_back(i / tiny.rate_hz);
    }
    write(folder / "tiny.mp4", fx::encode_clip(tiny, {}));
}

/// Networks for the exchange of faces: one that gives every face again mirrored in colour, and some that are refused.
void write_networks(const std::filesystem::path& folder) {
    const std::vector<float> exchanged = {0, 0, 1, 0, 1, 0, 1, 0, 0};
    write(folder / "exchanged.onnx", fx::onnx_of({.weights = exchanged}));
    write(folder / "oblong.onnx", fx::onnx_of({.input_shape = {1, 3, 64, 96}}));
    write(folder / "grey.onnx", fx::onnx_of({.weights = {0.3F, 0.6F, 0.1F}, .bias = {0}}));
    write(folder / "huge.onnx", fx::onnx_of({.input_shape = {1, 3, 60000, 60000}}));
    write(folder / "endless.onnx", fx::onnx_of({.bias = {std::numeric_limits<float>::infinity(), 0, 0}}));
    Bytes cut = fx::onnx_of({});
    cut.resize(cut.size() / 2);
    write(folder / "cut.onnx", cut);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 5 && std::string_view(argv[1]) == "--picture") {
        fx::CameraSettings settings;
        settings.width_px = std::clamp(std::atoi(argv[2]), 16, 20000);
        settings.height_px = std::clamp(std::atoi(argv[3]), 16, 20000);
        write(argv[4], fx::shoot(settings));
        return 0;
    }
    const bool camera_shots = argc == 3 && std::string_view(argv[2]) == "camera-shots";
    const bool faces = argc == 3 && std::string_view(argv[2]) == "faces";
    const bool portraits = argc == 3 && std::string_view(argv[2]) == "portraits";
    const bool voices = argc == 3 && std::string_view(argv[2]) == "voices";
    const bool talkers = argc == 3 && std::string_view(argv[2]) == "talkers";
    const bool networks = argc == 3 && std::string_view(argv[2]) == "networks";
    if (argc != 2 && !camera_shots && !faces && !portraits && !voices && !talkers && !networks) {
        std::cerr << "usage: bonafide-examples FOLDER [camera-shots|faces|networks|portraits|talkers|voices]\n"
                     "       bonafide-examples --picture WIDTH HEIGHT FILE   one genuine JPEG of that size\n";
        return 2;
    }
    const std::filesystem::path folder = argv[1];
    std::filesystem::create_directories(folder);
    if (camera_shots) {
        write_camera_shots(folder);
        return 0;
    }
    if (faces) {
        write_faces(folder);
        return 0;
    }
    if (voices) {
        write_voices(folder);
        return 0;
    }
    if (networks) {
        write_networks(folder);
        return 0;
    }
    if (talkers) {
        write_talkers(folder);
        return 0;
    }
    if (portraits) {
        write_portraits(folder);
        return 0;
    }
    write_pictures(folder);
    write_films(folder);
    write_recordings(folder);
    return 0;
}
