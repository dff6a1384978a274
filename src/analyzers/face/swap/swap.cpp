// Swapped faces by comparing a face with its own surroundings.
//
// What a swap network draws is laid over the face through a soft mask: where two pictures that do not match are mixed,
// fine detail of both is lost. Camera, light and coding leave their marks on the whole head alike, so that the energy
// of the finest detail along the outline of the face is compared with that around it, in the same frames, and with what
// coarser detail and the correlations of detail there lead to expect of a genuine face: this cancels the source, which
// scores of single faces do not (McCloskey and Albright, ICIP 2019, and Li and Lyu, CVPR workshops 2019, look for the
// same resampling; Li et al., "Face X-ray", CVPR 2020, for the mask's edge). The places follow the 468 landmarks. A
// track's statistics are medians over its frames. Training: train/face_swap. Limits: see README.md.
#include "analyzers/face/swap/swap.h"

#include "features/faces/tracker.h"
#include "infer/model_file.h"

#include <optional>
#include <stdexcept>

namespace bonafide::analyzers {
namespace swapped {
namespace {

constexpr const char* kModel = "face.swap.linear";

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

class Swap final : public analysis::Analyzer {
  public:
    explicit Swap(const analysis::Parameters& parameters) {
        options_.limits = {parameters["least_face"], parameters["most_turn"]};
        options_.least_measured = static_cast<std::size_t>(parameters["least_moments"]);
        options_.least_detail = parameters["least_detail"];
        options_.least_score = parameters["least_score"];
    }

    void begin(const infer::ModelStore& models) override {
        model_.emplace(load(models));
        Channels channels = model_->channels();
        channels.set(static_cast<std::size_t>(Channel::kLuma0));  // for detail_of
        records_.emplace(options_.limits, channels);
    }

    void on_faces(const analysis::FrameFaces& seen) override {
        seen_ = seen_ || !seen.rgb.empty();
        for (const features::faces::TrackedFace& tracked : seen.faces) {
            records_->add(seen.rgb, tracked.track, tracked.face, seen.time_s);
        }
    }

    analysis::Analysis finish(const analysis::Context&) override {
        return seen_ ? judge(records_->finish(), *model_, options_)
                     : analysis::Analysis::not_applicable("no film that can be decoded");
    }

  private:
    JudgeOptions options_;
    std::optional<LinearModel> model_;
    std::optional<FaceRecords> records_;
    bool seen_ = false;
};

std::unique_ptr<analysis::Analyzer> create(const analysis::Parameters& parameters) {
    return std::make_unique<Swap>(parameters);
}

}  // namespace
}  // namespace swapped

const analysis::AnalyzerDefinition& face_swap() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "face.swap";
        made.version = 2;
        made.summary =
            "Whether another face was blended in: fine detail along the outline of a face against its own "
            "surroundings, over the tracks of films.";
        made.limits =
            "Needs six moments of an upright face of 64 px from forehead to chin that looks more or less into the "
            "camera; still pictures are not looked at; abstains where compression left no detail. Good swaps and "
            "strongly compressed "
            "ones are often missed.";
        made.known_false_alarms =
            "Beautifying filters, portrait modes that blur what surrounds the head, hoods, beards, strong make-up.";
        made.reference =
            "Li and Lyu, CVPR workshops 2019; McCloskey and Albright, ICIP 2019; Li et al., CVPR 2020 (what is looked "
            "for; the measurements are ours)";
        made.inputs = {ingest::MediaKind::kVideo};
        made.wants_faces = true;
        made.models = {swapped::kModel, "face.detection.short_range", "face.detection.full_range", "face.landmarks",
                       "face.iris"};
        made.emits = {
            {"film_score", "sigma",
             "How far fine detail is lacking along the outline of a face, in standard deviations of genuine "
             "faces above their mean; of several faces what they say together"},
            {"faces", "count", "Tracks of the film"},
            {"judged_faces", "count", "Those that could be judged"},
            {"face_height", "px", "Forehead to chin, of the face with the highest score"},
            {"moments", "count", "Frames in which that face was measured"},
            {"detail", "nat", "Logarithm of the fine detail left in and around that face, levels squared"},
            {"added_for_size", "sigma",
             "Part of that face's score: by how much genuine faces of its height score lower"},
            {"face_score", "sigma", "Of the face that is pointed at"},
            {"track", "1", "Number of that face: as `faces detect` counts them"},
        };
        made.parameters = {
            {"least_face", "Lower faces are not judged", "px", 40, 1000, 64},
            {"most_turn", "Heads turned or raised further are not measured", "deg", 10, 60, 40},
            {"least_moments", "Faces of a film measured less often are not judged", "1", 1, 20, 6},
            {"least_detail", "Faces with less fine detail are not judged", "nat", -3, 10, -1.5},
            {"least_score", "From it on a face is pointed at", "sigma", -10, 10, 2},
        };
        made.create = swapped::create;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers
