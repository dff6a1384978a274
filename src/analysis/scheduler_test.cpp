// On a film of flat pictures: who is told what, and in which order. What the analyzers measure is their own tests'
// matter.
#include "analysis/scheduler.h"

#include "base/ensure.h"
#include "media/encode_film.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <thread>

namespace bonafide::analysis {
namespace {

constexpr int kFrames = 20, kBreaksAt = 5;

std::vector<std::uint8_t> flat_film() {
    auto encoder = media::FilmEncoder::create({160, 90}, 25);
    ENSURE(encoder.ok());
    for (int i = 0; i < kFrames; ++i) {
        ENSURE((*encoder)->add(cv::Mat(90, 160, CV_8UC3, cv::Scalar::all(40 + 8 * i)), 0.04 * i).ok());
    }
    auto bytes = (*encoder)->finish();
    ENSURE(bytes.ok());
    return *bytes;
}

enum class Habit { kQuick, kSlowAtTimes, kBreaks };

/// Counts the frames that came in order and one at a time, each with its own picture.
template <Habit habit>
class Watcher final : public Analyzer {
  public:
    explicit Watcher(const Parameters&) {}

    void on_faces(const FrameFaces& seen) override {
        EXPECT_FALSE(busy_);
        busy_ = true;
        if (habit == Habit::kSlowAtTimes && frames_ % 3 == 0) {
            std::this_thread::sleep_for(std::chrono::milliseconds(15));
        }
        EXPECT_NEAR(seen.time_s, 0.04 * frames_, 0.002);
        EXPECT_NEAR(cv::mean(seen.rgb)[0], 40 + 8 * frames_, 8);
        busy_ = false;
        if (++frames_ == kBreaksAt && habit == Habit::kBreaks) {
            throw std::runtime_error("enough");
        }
    }
    void on_sound(const media::SoundBlock&) override { EXPECT_FALSE(busy_); }
    Analysis finish(const Context&) override {
        EXPECT_FALSE(busy_);
        Analysis analysis;
        analysis.measurements = {{"frames", static_cast<double>(frames_), "count"}};
        return analysis;
    }

  private:
    int frames_ = 0;
    bool busy_ = false;
};

template <Habit habit>
AnalyzerDefinition definition() {
    AnalyzerDefinition made;
    made.id = "test.watcher";
    made.inputs = {ingest::MediaKind::kVideo};
    made.wants_faces = true;
    made.emits = {{"frames", "count", ""}};
    made.create = [](const Parameters& parameters) -> std::unique_ptr<Analyzer> {
        return std::make_unique<Watcher<habit>>(parameters);
    };
    return made;
}

RunResult run_over_flat_film(const std::vector<const AnalyzerDefinition*>& definitions,
                             const features::ClaimedPerson* claimed = nullptr) {
    const std::vector<std::uint8_t> bytes = flat_film();
    const auto source = ingest::open_memory(bytes);
    const auto media = features::Media::open(ingest::identify(*source), *source, Limits{});
    ENSURE(media.ok());
    const auto models = infer::ModelStore::open(BONAFIDE_SOURCE_DIR "/models/manifest.json", {BONAFIDE_WHEELS_DIR}, "");
    ENSURE(models.ok());
    std::vector<Planned> plan;
    plan.reserve(definitions.size());
    for (const AnalyzerDefinition* each : definitions) {
        plan.push_back({each, *Parameters::resolve({}, {})});
    }
    return run(plan, **media, *models, {}, nullptr, {}, nullptr, claimed);
}

TEST(FacesOfAFilm, ReachEveryAnalyzerInOrderWhateverTheOthersDo) {
    const AnalyzerDefinition quick = definition<Habit::kQuick>(), slow = definition<Habit::kSlowAtTimes>(),
                             breaking = definition<Habit::kBreaks>();
    const RunResult result = run_over_flat_film({&slow, &breaking, &quick});
    ASSERT_EQ(result.analyses.size(), 3U);
    for (const std::size_t whole : {0U, 2U}) {
        const Analysis& analysis = result.analyses[whole].analysis;
        ASSERT_EQ(analysis.outcome, evidence::Outcome::kRan) << analysis.reason;
        EXPECT_EQ(analysis.measurements.front().value, kFrames);
        EXPECT_GT(result.analyses[whole].time_s, 0);
    }
    EXPECT_EQ(result.analyses[1].analysis.outcome, evidence::Outcome::kFailed);
    EXPECT_NE(result.analyses[1].analysis.reason.find("enough"), std::string::npos);
}

TEST(FacesOfAFilm, AreShownToWhoComparesThemOnlyWhereAFaceIsKnown) {
    AnalyzerDefinition comparing = definition<Habit::kQuick>();
    comparing.wants_claim = true;
    const auto frames_of = [&](const features::ClaimedPerson* claimed) {
        return run_over_flat_film({&comparing}, claimed).analyses.at(0).analysis.measurements.front().value;
    };
    const features::ClaimedPerson heard{"Ann", {}, {evidence::VoiceNumbers{}}}, looked_at{"Ann", {{}}, {}};
    EXPECT_EQ(frames_of(nullptr), 0);
    EXPECT_EQ(frames_of(&heard), 0) << "only the voice is known";
    EXPECT_EQ(frames_of(&looked_at), kFrames);
}

TEST(FacesOfAFilm, AreNotWaitedForWhenAllAnalyzersAreBroken) {
    const AnalyzerDefinition breaking = definition<Habit::kBreaks>();
    const RunResult result = run_over_flat_film({&breaking});
    EXPECT_EQ(result.analyses.at(0).analysis.outcome, evidence::Outcome::kFailed);
}

}  // namespace
}  // namespace bonafide::analysis
