#include "analyzers/voice/codec/codec.h"

#include <memory>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

class VoiceCodec final : public analysis::Analyzer {
  public:
    explicit VoiceCodec(const analysis::Parameters& parameters) : least_trace_(parameters["least_trace"]) {}

    void on_sound(const media::SoundBlock& block) override {
        if (!history_ && block.rate_hz > 0) {
            history_.emplace(block.rate_hz);
        }
        if (history_) {
            history_->add(block.channels);
        }
    }

    Analysis finish(const analysis::Context& context) override {
        if (!history_) {
            return Analysis::not_applicable("no sound");
        }
        const media::StreamTable* table = context.media.streams();
        const bool known = table != nullptr && table->audio.has_value();
        return history_->summary(known ? table->streams[static_cast<std::size_t>(*table->audio)].codec : "",
                                 least_trace_);
    }

  private:
    double least_trace_;
    std::optional<voice::CodecHistory> history_;
};

std::unique_ptr<analysis::Analyzer> create(const analysis::Parameters& parameters) {
    return std::make_unique<VoiceCodec>(parameters);
}

}  // namespace

const analysis::AnalyzerDefinition& voice_codec() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "voice.codec";
        made.summary =
            "What coders and channels the sound has been through: blocks of MP3 and AAC, telephone levels, upper edge "
            "of the spectrum.";
        made.limits =
            "Needs a second of sound. Blocks are found only where the sound was not resampled or stretched since, at "
            "most bit rates of up to 96 kbit/s; Opus, AMR, "
            "Vorbis and HE-AAC leave none that are looked for. It describes and never judges: it has no weight in the "
            "verdict.";
        made.known_false_alarms = "None that matters: lossy coding is honest. An edge has many causes.";
        made.reference =
            "Herre and Schug, AES 109th Convention 2000; Yang, Qu and Huang, MM&Sec 2008; Gärtner et al., AES 136th "
            "Convention 2014; ITU-T G.711";
        made.inputs = {ingest::MediaKind::kAudio, ingest::MediaKind::kVideo};
        made.wants_sound = true;
        made.emits = {
            {"upper_edge", "Hz", "Where the long-term spectrum ends; half the sample rate where there is no edge"},
            {"upper_edge_height", "dB", "How far it falls there; 0 where there is no edge"},
            {"upper_edge_width", "Hz", "Within which the middle 60 % of the fall lie; 0 where there is no edge"},
            {"low_band", "dB", "80 to 200 Hz against 300 to 1,000 Hz: telephones and voice filters take it away"},
            {"mp3_trace", "deviations",
             "How far coefficients of MP3 fall at one offset of its blocks, against the scatter over all offsets"},
            {"mp3_depth", "nepers", "That fall of the mean logarithm"},
            {"mp3_offset", "samples", "That offset, modulo 576; only where the trace is strong enough"},
            {"aac_trace", "deviations", "The same for AAC"},
            {"aac_depth", "nepers", "The same for AAC"},
            {"aac_offset", "samples", "The same for AAC, modulo 1,024"},
            {"telephone_levels", "share", "Samples on the 256 levels of G.711; at a sample rate of 8 kHz alone"},
            {"earlier_coding", "flag", "1: it was coded otherwise before it was stored as it is"},
            {"searched_stretches", "count", "Stretches of 8,192 samples that were searched for blocks"},
            {"duration", "s", "Sound decoded"},
        };
        made.parameters = {{"least_trace", "From it on blocks count as found", "deviations", 3, 100, 6}};
        made.create = create;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers
