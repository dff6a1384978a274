#include "analyzers/voice/identity/identity.h"

#include <optional>
#include <stdexcept>

namespace bonafide::analyzers {
namespace {

namespace speaker = features::speaker;
using analysis::Analysis;

void require(const Result<void>& result) {
    if (!result) {
        throw std::runtime_error(result.error().message);
    }
}

class VoiceIdentity final : public analysis::Analyzer {
  public:
    explicit VoiceIdentity(const analysis::Parameters& parameters) : least_llr_(parameters["least_llr"]) {}

    void begin(const infer::ModelStore& models) override { models_ = &models; }

    void on_sound(const media::SoundBlock& block) override {
        if (!listener_) {  // not before there is sound
            auto encoder = speaker::Encoder::open(*models_, {});
            if (!encoder) {
                throw std::runtime_error(encoder.error().message);
            }
            listener_.emplace(std::move(*encoder));
        }
        require(listener_->add(block.mono_16k));
    }

    Analysis finish(const analysis::Context& context) override {
        if (context.claimed == nullptr) {
            return Analysis::not_applicable(
                "Nobody was claimed to be heard: `bonafide voice enroll` remembers a voice, `--claimed NAME` asks "
                "whether it is theirs.");
        }
        if (context.claimed->voices.empty()) {
            return Analysis::not_applicable("Nothing is known of the voice of '" + context.claimed->name +
                                            "', only of the face: `bonafide voice enroll` takes recordings.");
        }
        if (!listener_) {
            return Analysis::not_applicable("no sound");
        }
        require(listener_->finish());
        const std::vector<speaker::Voice> voices = speaker::voices_of(listener_->moments());
        if (voices.empty()) {
            return Analysis::not_applicable(listener_->why_nothing());
        }
        return judge_voices(match_voices(voices, *context.claimed), *context.claimed, least_llr_);
    }

  private:
    double least_llr_;
    const infer::ModelStore* models_ = nullptr;
    std::optional<speaker::Listener> listener_;
};

}  // namespace

const analysis::AnalyzerDefinition& voice_identity() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "voice.identity";
        made.version = 1;
        made.summary = "Whether a voice is that of the person who is claimed, by their enrolled recordings.";
        made.limits =
            "Runs only where a person is claimed (`--claimed NAME`) and never moves the verdict: a mimicked voice is "
            "made to match, and another person's voice is no forgery. Needs 1.6 s of speech within four seconds; "
            "abstains from noise and from telephone sound. Calibrated on people reading aloud; years, illness, "
            "shouting, other languages and other rooms widen distances, and relatives narrow them.";
        made.known_false_alarms =
            "Relatives and people who sound alike match; disguised, sick or excited voices do not.";
        made.reference = "Wan, Wang, Papir and Moreno, ICASSP 2018";
        made.inputs = {ingest::MediaKind::kAudio, ingest::MediaKind::kVideo};
        made.wants_sound = true;
        made.wants_claim = true;
        made.models = {"voice.speaker"};
        made.emits = {
            {"distance", "1",
             "Of the nearest voice to the claimed person: mean over its moments and the enrolled recordings"},
            {"same_person", "log10", "Likelihood ratio of that distance, the claimed person against another one"},
            {"recordings", "count", "Recordings from which the claimed person's voice was enrolled"},
            {"voices", "count", "Voices that could be told apart"},
            {"moments", "count", "Moments of up to four seconds that were listened to"},
            {"spread", "1", "Mean distance between two moments of that voice"},
            {"voice_distance", "1", "Of a stretch of one voice: its distance"},
            {"voice_same_person", "log10", "Of a stretch of one voice: its likelihood ratio"},
        };
        made.parameters = {
            {"least_llr", "Ratio from which a voice counts as the claimed person's, or its negative as another's",
             "log10", 0, 2, 1},
        };
        made.create = [](const analysis::Parameters& parameters) -> std::unique_ptr<analysis::Analyzer> {
            return std::make_unique<VoiceIdentity>(parameters);
        };
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers
