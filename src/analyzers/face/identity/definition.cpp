#include "analyzers/face/identity/identity.h"
#include "features/faces/look.h"

#include <stdexcept>

namespace bonafide::analyzers {
namespace {

namespace faces = features::faces;
using analysis::Analysis;

constexpr float kLeastPresence = 0.5F;

template <class T>
T taken(Result<T> result) {
    if (!result) {
        throw std::runtime_error(result.error().message);
    }
    return std::move(*result);
}

class Identity final : public analysis::Analyzer {
  public:
    explicit Identity(const analysis::Parameters& parameters) : least_llr_(parameters["least_llr"]) {}

    void begin(const infer::ModelStore& models) override { models_ = &models; }

    void on_faces(const analysis::FrameFaces& seen) override {
        for (const faces::TrackedFace& tracked : seen.faces) {
            add(seen.rgb, tracked.track, tracked.face, seen.time_s);
        }
    }

    Analysis finish(const analysis::Context& context) override {
        if (context.claimed == nullptr) {
            return Analysis::not_applicable(
                "Nobody was claimed to be shown: `bonafide faces enroll` remembers a person, `--claimed NAME` asks "
                "whether it is them.");
        }
        if (context.claimed->looks.empty()) {
            return Analysis::not_applicable("Nothing is known of the face of '" + context.claimed->name +
                                            "', only of the voice: `bonafide faces enroll` takes pictures.");
        }
        if (context.media.image() != nullptr) {
            look_at(faces::as_8_bit(context.media.image()->rgb));
        }
        const std::vector<faces::Appearance> seen = collector_.appearances();
        const std::vector<ClaimedMatch> matches = match_claimed(seen, *context.claimed);
        return judge_claimed(matches, seen.size() - matches.size(), *context.claimed, least_llr_);
    }

  private:
    void look_at(const cv::Mat& rgb) {
        faces::Detector detector = taken(faces::Detector::open(*models_, {}));
        faces::Mesh mesh = taken(faces::Mesh::open(*models_, {}));
        const auto found = taken(faces::faces_in(detector, mesh, rgb, {}, kLeastPresence, false));
        for (std::size_t i = 0; i < found.size(); ++i) {
            add(rgb, static_cast<int>(i), found[i], 0);
        }
    }
    void add(const cv::Mat& rgb, int track, const faces::Face& face, double time_s) {
        if (!recogniser_) {  // not before there is a face: it is by far the largest network
            recogniser_.emplace(taken(faces::Recogniser::open(*models_, {})));
        }
        if (const auto added = collector_.add(&*recogniser_, rgb, track, face, time_s); !added) {
            throw std::runtime_error(added.error().message);
        }
    }

    double least_llr_;
    const infer::ModelStore* models_ = nullptr;
    std::optional<faces::Recogniser> recogniser_;
    faces::AppearanceCollector collector_;
};

}  // namespace

const analysis::AnalyzerDefinition& face_identity() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "face.identity";
        made.version = 1;
        made.summary = "Whether a face is that of the person who is claimed, by their enrolled pictures.";
        made.limits =
            "Runs only where a person is claimed (`--claimed NAME`) and never moves the verdict: a forged face is made "
            "to match, and another person's face is no forgery. Needs a face of 40 px that looks within 50 degrees of "
            "the camera. Calibrated on adults photographed twice on one day; years, make-up, masks and children widen "
            "distances, and relatives narrow them.";
        made.known_false_alarms =
            "Twins and close relatives match; old, blurred or strongly compressed pictures do not.";
        made.reference = "King, dlib-models, 2017; He, Zhang, Ren and Sun, CVPR 2016";
        made.inputs = {ingest::MediaKind::kImage, ingest::MediaKind::kVideo};
        made.wants_faces = true;
        made.wants_claim = true;
        made.models = {"face.recognition", "face.detection.short_range", "face.detection.full_range", "face.landmarks"};
        made.emits = {
            {"distance", "1",
             "Of the nearest face to the claimed person: mean over its moments and the enrolled looks"},
            {"same_person", "log10", "Likelihood ratio of that distance, the claimed person against another one"},
            {"looks", "count", "Pictures and films from which the claimed person was enrolled"},
            {"faces", "count", "Faces, or tracks of a film, that could be recognised"},
            {"farthest_moment", "1", "Of a film: the largest distance of one moment of that face"},
            {"drift", "1", "Of a film: the largest distance between two moments of that face"},
            {"face_distance", "1", "Of one face: its distance"},
            {"face_same_person", "log10", "Of one face: its likelihood ratio"},
        };
        made.parameters = {
            {"least_llr", "Ratio from which a face counts as the claimed person's, or its negative as another's",
             "log10", 0, 2, 1},
        };
        made.create = [](const analysis::Parameters& parameters) -> std::unique_ptr<analysis::Analyzer> {
            return std::make_unique<Identity>(parameters);
        };
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers
