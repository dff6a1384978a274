#include "analysis/scheduler.h"

#include "analysis/faces_of_film.h"
#include "analysis/work.h"
#include "evidence/map_grid.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <thread>

namespace bonafide::analysis {
namespace {

/// Hands each event of the pass to those who asked for it.
class Distributor final : public media::StreamSink {
  public:
    Distributor(std::vector<Work>& works, const infer::ModelStore& models, media::StreamSink* observer,
                const media::ReadOptions& observer_wants)
        : works_(works), faces_(works, models), observer_(observer), observer_wants_(observer_wants) {}

    void on_packet(const media::Packet& packet) override {
        for (Work& work : works_) {
            if (work.definition->wants_packets) {
                tell(work, [&] { work.analyzer->on_packet(packet); });
            }
        }
        if (observer_ != nullptr && observer_wants_.packets) {
            observer_->on_packet(packet);
        }
    }
    void on_frame(const media::VideoFrame& frame) override {
        for (Work& work : works_) {
            if (work.definition->wants_frames) {
                tell(work, [&] { work.analyzer->on_frame(frame); });
            }
        }
        faces_.next(frame);
        if (observer_ != nullptr && observer_wants_.frames) {
            observer_->on_frame(frame);
        }
    }
    void on_sound(const media::SoundBlock& block) override {
        for (Work& work : works_) {
            if (work.listens) {
                tell(work, [&] { work.analyzer->on_sound(block); });
            }
        }
        if (observer_ != nullptr && observer_wants_.sound) {
            observer_->on_sound(block);
        }
    }

    /// To be called before anybody else touches the works.
    void settle() { faces_.settle(); }

  private:
    template <class Action>
    void tell(Work& work, const Action& action) {
        if (work.definition->wants_faces) {  // one thing at a time, in order
            faces_.settle();
        }
        work.guarded(action);
    }

    std::vector<Work>& works_;
    FacesOfFilm faces_;
    media::StreamSink* observer_;
    media::ReadOptions observer_wants_;
};

/// Whether sound says anything to the analyzer: where it compares voices with a person's and none is known, hearing
/// them costs a network's time for nothing.
bool listens(const AnalyzerDefinition& definition, const features::ClaimedPerson* claimed) {
    const bool voice_known = claimed != nullptr && !claimed->voices.empty();
    return definition.wants_sound && (!definition.wants_claim || voice_known);
}

/// The same of faces. The frames are decoded all the same: that none were would read like a damaged film.
bool watches(const AnalyzerDefinition& definition, const features::ClaimedPerson* claimed) {
    const bool face_known = claimed != nullptr && !claimed->looks.empty();
    return definition.wants_faces && (!definition.wants_claim || face_known);
}

bool streams(const AnalyzerDefinition& definition) {
    return definition.wants_packets || definition.wants_frames || definition.wants_faces || definition.wants_sound;
}

/// Why `measurements` break the analyzer's declaration; empty where they keep it.
std::string broken_promise(const AnalyzerDefinition& definition,
                           const std::vector<evidence::Measurement>& measurements) {
    for (const evidence::Measurement& measurement : measurements) {
        const bool declared =
            std::any_of(definition.emits.begin(), definition.emits.end(), [&](const MeasurementDefinition& known) {
                return known.name == measurement.name && known.unit == measurement.unit;
            });
        if (!declared) {
            return "measured '" + measurement.name + "' (" + measurement.unit + "), which it does not declare";
        }
        if (!std::isfinite(measurement.value)) {
            return "measured a value of '" + measurement.name + "' that is not finite";
        }
    }
    return {};
}

Analysis checked(const AnalyzerDefinition& definition, Analysis analysis, const cv::Size& picture) {
    std::string broken = broken_promise(definition, analysis.measurements);
    for (const Observation& observation : analysis.observations) {
        if (broken.empty()) {
            broken = broken_promise(definition, observation.measurements);
        }
    }
    if (broken.empty() && !analysis.map.empty() &&
        (analysis.map.type() != CV_8UC1 || !evidence::map_step(analysis.map.size(), picture))) {
        broken = "drew a map of the wrong size or type";
    }
    if (!broken.empty()) {
        return Analysis::failed(broken);
    }
    if (analysis.observations.size() > kMostObservations) {
        analysis.observations.resize(kMostObservations);
    }
    return analysis;
}

/// The first of the definition's models that is missing or altered, in words; empty where all are as the manifest says.
std::string model_problem(const AnalyzerDefinition& definition, const infer::ModelStore& models) {
    for (const std::string_view id : definition.models) {
        if (const auto path = models.verified_path(std::string(id)); !path) {
            return path.error().message;
        }
    }
    return {};
}

/// Calls `action` once for every work, as many at a time as there are cores. They are handed out one by one, because a
/// range that the scheduler may divide lets a core that waits inside one analyzer take up another, which delays the
/// first. Those that divide their work come last, and only from the calling thread: OpenCV divides in an arena of its
/// own, which the calling thread does not help in while it waits here, and the others do.
template <class Action>
void for_each_work(const std::vector<Work>& works, const Action& action) {
    std::vector<std::size_t> order(works.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto whole = std::stable_partition(
        order.begin(), order.end(), [&](std::size_t index) { return !works[index].definition->divides_its_work; });
    const auto undivided = static_cast<std::size_t>(whole - order.begin());
    const std::thread::id caller = std::this_thread::get_id();
    std::atomic<std::size_t> next{0};
    std::size_t next_divided = undivided;  // the calling thread's alone
    const auto take_all = [&] {
        for (std::size_t at = next++; at < undivided; at = next++) {
            action(order[at]);
        }
        while (std::this_thread::get_id() == caller && next_divided < order.size()) {
            action(order[next_divided++]);
        }
    };
    tbb::parallel_for(
        0, tbb::this_task_arena::max_concurrency(), [&](int) { take_all(); }, tbb::simple_partitioner());
    take_all();  // where the others took every share of the range
}

}  // namespace

RunResult run(const std::vector<Planned>& plan, const features::Media& media, const infer::ModelStore& models,
              const std::string& trust_anchors_pem, media::StreamSink* observer,
              const media::ReadOptions& observer_wants, const features::SensorFingerprint* camera,
              const features::ClaimedPerson* claimed) {
    RunResult result;
    std::vector<Work> works;
    media::ReadOptions wanted = observer != nullptr ? observer_wants : media::ReadOptions{};
    for (const Planned& planned : plan) {
        Work work;
        work.definition = planned.definition;
        work.listens = listens(*planned.definition, claimed);
        work.watches = watches(*planned.definition, claimed);
        work.failure = model_problem(*planned.definition, models);
        if (work.failure.empty()) {
            work.analyzer = planned.definition->create(planned.parameters);
            work.guarded([&] { work.analyzer->begin(models); });
            wanted.packets |= planned.definition->wants_packets;
            wanted.frames |= planned.definition->wants_frames || planned.definition->wants_faces;
            wanted.sound |= planned.definition->wants_sound;
        }
        works.push_back(std::move(work));
    }

    if (media.reader() != nullptr && (wanted.packets || wanted.frames || wanted.sound)) {
        Distributor distributor(works, models, observer, observer_wants);
        auto read = media.reader()->read(wanted, distributor);
        distributor.settle();
        if (read) {
            result.read = std::move(*read);
        } else {
            result.read_error = read.error();
            for (Work& work : works) {
                if (streams(*work.definition) && work.failure.empty()) {
                    work.failure = "the input could not be read to its end: " + read.error().message;
                }
            }
        }
    }

    const Context context{media, models, result.read ? &*result.read : nullptr, trust_anchors_pem, camera, claimed};
    const cv::Size picture = media.image() != nullptr ? media.image()->rgb.size() : cv::Size();
    result.analyses.resize(works.size());
    for_each_work(works, [&](std::size_t index) {
        Work& work = works[index];
        Analysis analysis;
        work.guarded([&] { analysis = checked(*work.definition, work.analyzer->finish(context), picture); });
        if (!work.failure.empty()) {
            analysis = Analysis::failed(work.failure);
        }
        result.analyses[index] = {work.definition, std::move(analysis), work.time_s};
    });
    return result;
}

}  // namespace bonafide::analysis
