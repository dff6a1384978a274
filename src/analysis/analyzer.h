#pragma once

#include "base/result.h"
#include "evidence/evidence.h"
#include "features/claimed_person.h"
#include "features/media.h"
#include "features/sensor_fingerprint.h"
#include "infer/model_store.h"
#include "media/streams.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::features::faces {
struct TrackedFace;
}

namespace bonafide::analysis {

/// A tunable of an analyzer. The default is written here and nowhere else.
struct ParameterDefinition {
    std::string_view name;
    std::string_view meaning;
    std::string_view unit;
    double minimum = 0, maximum = 0, default_value = 0;
};

/// A number an analyzer may emit.
struct MeasurementDefinition {
    std::string_view name;
    std::string_view unit;
    std::string_view meaning;
};

/// Values of an analyzer's parameters, complete and within range.
class Parameters {
  public:
    /// Resolves `given` (parameter name to value) over the defaults; kUsage for an unknown name or a value out of range
    /// or not finite.
    static Result<Parameters> resolve(const std::vector<ParameterDefinition>& definitions,
                                      const std::map<std::string, double>& given);
    /// The value of a declared parameter; ENSURE that it is declared.
    double operator[](std::string_view name) const;
    const std::map<std::string, double, std::less<>>& values() const { return values_; }

  private:
    std::map<std::string, double, std::less<>> values_;
};

/// A place or moment an analyzer points at, with the numbers that belong to it.
struct Observation {
    evidence::Where where;
    std::vector<evidence::Measurement> measurements;
    std::string explanation;
};

/// What an analyzer returns: measurements in units, never a probability; judging is fusion's task.
struct Analysis {
    evidence::Outcome outcome = evidence::Outcome::kRan;
    std::string reason;       ///< why not applicable or failed, in words for a person; empty when it ran
    std::string explanation;  ///< one or two sentences for a person, when it ran
    std::vector<evidence::Measurement> measurements;
    std::vector<Observation>
        observations;  ///< at most kMostObservations are reported; say the number of all in a measurement
    /// CV_8UC1: brighter is more suspicious, 128 is the analyzer's own threshold. One value for each pixel of the
    /// picture after orientation, or for each square of a step that evidence::kMapSteps names (evidence/map_grid.h).
    /// Empty: none.
    cv::Mat map;
    std::optional<evidence::Provenance> provenance;  ///< for the analyzers of the provenance family

    static Analysis not_applicable(std::string reason);
    static Analysis failed(std::string reason);
};

inline constexpr std::size_t kMostObservations = 50;

/// What is handed to an analyzer at the end.
struct Context {
    const features::Media& media;
    const infer::ModelStore& models;
    /// How the streaming pass went; null for still pictures.
    const media::ReadSummary* read = nullptr;
    /// Files with trusted signing certificates (PEM) for content credentials; empty: none.
    std::string trust_anchors_pem;
    /// The camera that the picture is said to come from; null where none was named.
    const features::SensorFingerprint* camera = nullptr;
    /// The person who is said to be shown; null where nobody was named.
    const features::ClaimedPerson* claimed = nullptr;
};

/// The faces of one frame of a film, followed from frame to frame (features/faces/tracker.h): found once for all who
/// ask.
struct FrameFaces {
    /// Longer sides are shrunk to it: finer detail is in no training of ours, and costs time.
    static constexpr int kLongestFramePx = 1920;

    double time_s = 0;
    /// The frame, CV_8UC3, red first, upright; may be kept, since nobody writes into it.
    const cv::Mat& rgb;
    const std::vector<features::faces::TrackedFace>& faces;  ///< in pixels of `rgb`; may be empty
};

/// One analyzer at work on one input. Created anew for every input; begin, then on_packet, on_frame, on_faces and
/// on_sound come in order, one at a time (on_faces from any thread), then finish once. Still pictures get only finish.
/// Neither prints, nor opens files, nor keeps state outside itself.
class Analyzer : public media::StreamSink {
  public:
    /// Called once before anything else: the moment to load the models that the definition names, for those who need
    /// them while the input streams past. Throws std::exception where they cannot be used.
    virtual void begin(const infer::ModelStore&) {}
    /// Every frame of a film that can be decoded, for those who want faces.
    virtual void on_faces(const FrameFaces&) {}
    virtual Analysis finish(const Context& context) = 0;
};

/// Everything the rest of the program knows about an analyzer: table, help, documentation, schema and bindings are
/// generated from it.
struct AnalyzerDefinition {
    std::string_view id;  ///< family.name[.measure], never reused
    int version = 1;
    std::string_view summary;             ///< one line: what it looks at
    std::string_view limits;              ///< where it cannot speak
    std::string_view known_false_alarms;  ///< what makes it fire on genuine media
    std::string_view reference;           ///< paper or standard
    std::vector<ingest::MediaKind> inputs;
    bool wants_packets = false, wants_frames = false, wants_sound = false;
    bool wants_faces = false;  ///< of films; `models` names those of the face tracker then
    bool emits_map = false;
    /// Nearly all of its work runs on all cores: it begins after the others, and fills what they leave idle.
    bool divides_its_work = false;
    /// Has a question to answer only where a person is claimed: without one it runs only where it is asked for by name.
    bool wants_claim = false;
    /// Says nothing but that it does not apply where no camera is named.
    bool wants_camera = false;
    std::vector<MeasurementDefinition> emits;
    std::vector<ParameterDefinition> parameters;
    std::vector<std::string_view> models;  ///< ids in models/manifest.json that it needs
    std::unique_ptr<Analyzer> (*create)(const Parameters&) = nullptr;

    bool accepts(ingest::MediaKind kind) const;
};

/// Adapts a pure function for analyzers that look at the whole input at once.
template <Analysis (*function)(const Context&, const Parameters&)>
std::unique_ptr<Analyzer> make_whole_input_analyzer(const Parameters& parameters) {
    class WholeInput final : public Analyzer {
      public:
        explicit WholeInput(const Parameters& given) : parameters_(given) {}
        Analysis finish(const Context& context) override { return function(context, parameters_); }

      private:
        Parameters parameters_;
    };
    return std::make_unique<WholeInput>(parameters);
}

}  // namespace bonafide::analysis
