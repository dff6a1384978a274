// Swapped faces by what stays and what changes from one frame to the next.
//
// What a network draws is the same drawing from frame to frame, without the grain that a camera adds anew to every
// frame; it is laid over the film through a soft mask that follows the face a little unsteadily. So the face's detail,
// brought along with the local motion, changes less inside the mask and more along its edge than a genuine face's does,
// where both lie on one skull. How much of the detail changes at a place depends on motion, light and coding; that of
// coarser detail at the same places depends on them alike, and what it leads to expect of a genuine face is taken off.
// Nearest in print: Amerini et al., ICCV workshops 2019, and Gu et al., AAAI 2022 (inconsistency between neighbouring
// frames). Training: train/video_face_swap. Limits: see README.md.
#include "analyzers/video/face_swap/face_swap.h"

#include "infer/model_file.h"

#include <map>
#include <optional>
#include <stdexcept>

namespace bonafide::analyzers {
namespace film_swap {
namespace {

constexpr const char* kModel = "video.face.swap.linear";

Model load(const infer::ModelStore& models) {
    const auto text = infer::read_model(models, kModel);
    if (!text) {
        throw std::runtime_error(text.error().message);
    }
    auto model = Model::parse(*text);
    if (!model) {
        throw std::runtime_error(model.error().message);
    }
    return *model;
}

class FaceSwap final : public analysis::Analyzer {
  public:
    explicit FaceSwap(const analysis::Parameters& parameters) {
        options_.limits = {parameters["least_face"], parameters["most_turn"], parameters["least_change"]};
        options_.least_moments = static_cast<std::size_t>(parameters["least_moments"]);
        options_.least_motion_px = parameters["least_motion"];
        options_.least_detail = parameters["least_detail"];
        options_.least_score = parameters["least_score"];
    }

    void begin(const infer::ModelStore& models) override {
        model_.emplace(load(models));
        records_.emplace(options_.limits);
    }

    void on_faces(const analysis::FrameFaces& seen) override {
        seen_ = seen_ || !seen.rgb.empty();
        records_->add(seen.rgb, seen.faces, seen.time_s);
    }

    void on_packet(const media::Packet& packet) override {
        Coded& coded = coded_[packet.stream];
        ++coded.packets;
        coded.bytes += packet.size_bytes;
    }

    analysis::Analysis finish(const analysis::Context& context) override {
        return seen_ ? judge(records_->finish(), bits_a_pixel(*context.media.streams()), *model_, options_)
                     : analysis::Analysis::not_applicable("no film that can be decoded");
    }

  private:
    struct Coded {
        std::int64_t packets = 0;
        std::uint64_t bytes = 0;
    };

    std::optional<double> bits_a_pixel(const media::StreamTable& table) const {
        if (!table.video) {
            return std::nullopt;
        }
        const media::StreamInfo& film = table.streams.at(static_cast<std::size_t>(*table.video));
        const auto coded = coded_.find(film.index);
        const double pixels = static_cast<double>(film.width_px) * film.height_px;
        if (coded == coded_.end() || pixels <= 0) {
            return std::nullopt;
        }
        return 8 * static_cast<double>(coded->second.bytes) / (pixels * static_cast<double>(coded->second.packets));
    }

    JudgeOptions options_;
    std::map<int, Coded> coded_;  ///< by stream
    std::optional<Model> model_;
    std::optional<FaceRecords> records_;
    bool seen_ = false;
};

std::unique_ptr<analysis::Analyzer> create(const analysis::Parameters& parameters) {
    return std::make_unique<FaceSwap>(parameters);
}

}  // namespace
}  // namespace film_swap

const analysis::AnalyzerDefinition& video_face_swap() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "video.face.swap";
        made.version = 3;
        made.summary =
            "Whether another face was laid over a film: detail that stays from frame to frame inside a face and "
            "changes "
            "along its outline, beyond what moves with the picture.";
        made.limits =
            "Needs ten moments of a moving, upright face of 64 px from forehead to chin that looks more or less into "
            "the camera, from frames that follow one another within 0.12 s; still pictures and still faces are not "
            "looked at. Good swaps and strongly compressed ones are often missed.";
        made.known_false_alarms =
            "Hair, hands or straps across the outline, flickering light, smoothing filters, heavy make-up.";
        made.reference =
            "Lucas and Kanade, IJCAI 1981 (motion); Gu et al., AAAI 2022 (what is looked for; the measurements are "
            "ours)";
        made.inputs = {ingest::MediaKind::kVideo};
        made.wants_faces = true;
        made.wants_packets = true;
        made.models = {film_swap::kModel, "face.detection.short_range", "face.detection.full_range", "face.landmarks",
                       "face.iris"};
        made.emits = {
            {"film_score", "sigma",
             "How far detail changes along the outline of a face and stays inside it, in standard deviations of "
             "genuine faces above their mean; of several faces what they say together"},
            {"faces", "count", "Tracks of the film"},
            {"judged_faces", "count", "Those that could be judged"},
            {"face_height", "px", "Forehead to chin, of the face with the highest score"},
            {"moments", "count", "Pairs of frames in which that face was compared"},
            {"motion", "px", "Motion of that face and its surroundings from frame to frame"},
            {"detail", "nat", "Logarithm of the fine detail in and around that face, levels squared"},
            {"counted_share", "1", "Share of that face's score that its number of moments and the coding left"},
            {"bits_a_pixel", "bit", "Of the coded pictures, on the average"},
            {"face_score", "sigma", "Of the face that is pointed at"},
            {"track", "1", "Number of that face: as `faces detect` counts them"},
        };
        made.parameters = {
            {"least_face", "Lower faces are not judged", "px", 40, 1000, 64},
            {"most_turn", "Heads turned or raised further are not compared", "deg", 10, 60, 40},
            {"least_change", "Frames whose finest detail changes less are taken for repeated ones", "nat", -3, 10,
             -2.5},
            {"least_moments", "Faces compared less often are not judged", "1", 1, 20, 10},
            {"least_motion", "Faces that move less from frame to frame are not judged", "px", 0, 10, 0.02},
            {"least_detail", "Faces with less fine detail are not judged", "nat", -3, 10, -1.5},
            {"least_score", "From it on a face is pointed at", "sigma", -10, 10, 2},
        };
        made.create = film_swap::create;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers
