#include "forge/voice/vocoder.h"

#include "forge/voice/codec.h"
#include "forge/voice/griffin_lim.h"
#include "forge/voice/linear_prediction.h"
#include "forge/voice/neural_vocoder.h"

#include <algorithm>
#include <string>

namespace bonafide::forge {
namespace {

/// Coders come with their bit rate: "opus=24".
bool is_codec(std::string_view name) {
    return name.find('=') != std::string_view::npos;
}

}  // namespace

const std::vector<VocoderName>& vocoders() {
    static const std::vector<VocoderName> all = {
        {"griffin-lim", "the recording made anew from a mel spectrogram by Griffin and Lim's algorithm"},
        {"lpc", "the recording made anew by a residual-excited linear prediction vocoder"},
        {"world", "the recording made anew from pitch, spectral envelope and breath"},
        {"neural", "the recording made anew from a mel spectrogram and the pitch by a neural vocoder"}};
    return all;
}

Result<VocoderName> vocoder_named(std::string_view name) {
    if (is_codec(name)) {  // which ones there are, and how many kbit/s, is known where they save
        return VocoderName{name, "the recording saved with a coder and decoded again"};
    }
    const auto& all = vocoders();
    const auto found = std::find_if(all.begin(), all.end(), [&](const VocoderName& each) { return each.name == name; });
    if (found == all.end()) {
        return Error{
            ErrorCode::kUsage,
            "'" + std::string(name) +
                "' is no vocoder of the forge; there are griffin-lim, lpc, world and neural, and the coders aac=KBPS, "
                "opus=KBPS and mp3=KBPS"};
    }
    return *found;
}

Result<std::vector<float>> through_vocoder(std::string_view name, std::span<const float> samples, std::uint64_t seed,
                                           const infer::ModelStore& models, int threads) {
    if (name == "griffin-lim") {
        return griffin_lim(samples, seed);
    }
    if (name == "lpc") {
        return linear_prediction_vocoder(samples);
    }
    if (name == "world") {
        return voice_of(voice_model(samples), samples.size(), seed);
    }
    if (name == "neural") {
        auto network = open_neural_vocoder(models, threads);
        return network ? neural_vocoder(samples, *network, seed) : Result<std::vector<float>>(network.error());
    }
    if (is_codec(name)) {
        return through_codec(name, samples, threads);
    }
    return vocoder_named(name).error();
}

Result<std::vector<float>> rendered(const VoiceModel& model, std::size_t samples, std::string_view name,
                                    std::uint64_t seed, const infer::ModelStore& models, int threads) {
    if (const auto known = vocoder_named(name); !known) {
        return known.error();
    }
    auto voice = voice_of(model, samples, seed);
    return name == "world" ? Result<std::vector<float>>(std::move(voice))
                           : through_vocoder(name, voice, seed, models, threads);
}

}  // namespace bonafide::forge
