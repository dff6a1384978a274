// Synthetic speech by second-order statistics of short-time cepstra, and by traces of the rate at which it was built.
//
// Synthetic speech changes less from frame to frame than recorded speech: generators predict means, and vocoders follow
// a smooth envelope (Takamichi et al., ICASSP 2014; Sahidullah, Kinnunen and Hanilci, Interspeech 2015, for the
// cepstra); simple vocoders that throw phases away leave more change than people make, and a second direction looks
// for that. Coders and noise take movement away or add it, so that each condition has a model of its own, and the sound
// itself says how much each counts. Networks that build sound at a fixed rate leave tones and beats at its multiples
// (Pons et al., ICASSP 2021; Afchar et al., ISMIR 2025), however the voice moves: their odds are added. The statistics
// stand in features/voice/statistics.cpp, the traces in features/voice/frame_rates.cpp, the training in train/voice.
// Deviations: no means, so that microphones and voices say little; training compares inside every source, so that its
// recording condition cannot serve as a shortcut. Limits: noise moves as natural speech does and hides what is looked
// for; see README.md.
#include "analyzers/voice/synthetic/synthetic.h"

#include "infer/model_file.h"

#include <stdexcept>

namespace bonafide::analyzers {
namespace voice {
namespace {

constexpr const char* kModel = "voice.synthetic.linear";

LinearModel load(const infer::ModelStore& models) {
    const auto text = infer::read_model(models, kModel);
    if (!text) {
        throw std::runtime_error(text.error().message);
    }
    auto model = LinearModel::parse(*text);
    if (!model) {
        throw std::runtime_error(model.error().message);
    }
    return *model;
}

class Synthetic final : public analysis::Analyzer {
  public:
    explicit Synthetic(const analysis::Parameters& parameters)
        : options_{parameters["least_signal_to_noise"], parameters["least_bandwidth"], parameters["least_score"]} {}

    void begin(const infer::ModelStore& models) override { judge_.emplace(load(models), options_); }
    void on_sound(const media::SoundBlock& block) override {
        heard_ = true;
        windows_.add(block.mono_16k);
    }
    analysis::Analysis finish(const analysis::Context&) override {
        if (!heard_) {
            return analysis::Analysis::not_applicable("no sound");
        }
        windows_.finish();
        return judge_->summary(windows_.duration_s());
    }

  private:
    JudgeOptions options_;
    bool heard_ = false;
    std::optional<Judge> judge_;
    features::voice::WindowStream windows_{[this](const features::voice::Window& window) { judge_->take(window); }};
};

std::unique_ptr<analysis::Analyzer> create(const analysis::Parameters& parameters) {
    return std::make_unique<Synthetic>(parameters);
}

}  // namespace
}  // namespace voice

const analysis::AnalyzerDefinition& voice_synthetic() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "voice.synthetic";
        made.version = 6;
        made.summary =
            "Whether a voice moves as recorded or as synthetic speech does, and whether it beats and rings at a "
            "rate at "
            "which networks build sound, in windows of four seconds and for each of the voices that speak in turn.";
        made.limits =
            "Needs a second of clear speech; abstains from noisy or narrow-band sound, silence, music and tones. "
            "Systems that "
            "were not in the training are found less often, and recordings of synthetic speech through the air "
            "hardly "
            "at all.";
        made.known_false_alarms =
            "Strong noise suppression, very even studio voices, heavy lossy coding, speech that was slowed down or "
            "smoothed; recordings that went through a neural codec, and interference at multiples of 1 kHz or of "
            "the "
            "mains.";
        made.reference =
            "Takamichi et al., ICASSP 2014; Sahidullah, Kinnunen and Hanilci, Interspeech 2015; Pons et al., "
            "ICASSP "
            "2021; Afchar et al., ISMIR 2025";
        made.inputs = {ingest::MediaKind::kAudio, ingest::MediaKind::kVideo};
        made.wants_sound = true;
        made.models = {voice::kModel};
        made.emits = {
            {"score", "log_odds",
             "That a voice is synthetic: mean over the judged windows; where several voices speak, the logarithm of "
             "the mean of their odds less 0.5, where that is higher"},
            {"score_of_all", "log_odds", "Mean over the judged windows, whoever speaks"},
            {"speakers", "count", "Voices that were told apart and heard in three windows or more; at least one"},
            {"strongest_window", "log_odds", "The highest score of a window"},
            {"judged_windows", "count", "Windows that held speech clear enough to be judged"},
            {"suspicious_windows", "count", "Windows above least_score"},
            {"judged_share", "share", "Judged windows of all windows"},
            {"frame_traces", "log_odds", "What traces of a frame rate add to the score, mean of the judged windows"},
            {"frame_rate", "Hz", "The rate whose traces are clearest, whether or not they stand out"},
            {"signal_to_noise", "dB", "Voice against the quietest moments, mean of the judged windows"},
            {"duration", "s", "Sound decoded"},
            {"lowest_frequency", "Hz", "Of a place: where the band begins that speaks, if one does more than the rest"},
            {"highest_frequency", "Hz", "Of a place: where that band ends"},
        };
        made.parameters = {
            {"least_signal_to_noise", "Below it a window is not judged", "dB", 0, 60, 25},
            {"least_bandwidth", "A window that ends below it is not judged", "Hz", 1000, 8000, 5000},
            {"least_score", "From it on a window is pointed at", "log_odds", -10, 20, 1.15},
        };
        made.create = voice::create;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers
