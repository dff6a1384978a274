#include "infer/session.h"

#include "infer/test_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace bonafide::infer {
namespace {

constexpr const char* kManifest = BONAFIDE_SOURCE_DIR "/models/manifest.json";
constexpr const char* kModel = "face.detection.short_range";
constexpr const char* kModelFile = "mediapipe/modules/face_detection/face_detection_short_range.tflite";
constexpr SessionOptions kWritingCache{.cache = CachePolicy::kReadWrite};

ModelStore store_with(const std::string& models, const std::string& cache) {
    auto store = ModelStore::open(kManifest, {models}, cache);
    ENSURE(store.ok());
    return std::move(*store);
}

/// A picture with some structure, in [-1, 1].
Tensor picture() {
    Tensor tensor{{1, 128, 128, 3}, std::vector<float>(128 * 128 * 3)};
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
        tensor.values[i] = std::sin(static_cast<float>(i % 384) * 0.05F) * std::cos(static_cast<float>(i) / 4000.0F);
    }
    return tensor;
}

std::vector<Tensor> run_once(Session& session) {
    const std::vector<Tensor> inputs = {picture()};
    auto answers = session.run(inputs);
    EXPECT_TRUE(answers.ok()) << (answers.ok() ? "" : answers.error().message);
    return answers.ok() ? std::move(*answers) : std::vector<Tensor>{};
}

class SessionTest : public ::testing::Test {
  protected:
    std::vector<std::filesystem::path> cached_files() const {
        std::vector<std::filesystem::path> files;
        if (std::filesystem::exists(cache())) {
            for (const auto& entry : std::filesystem::directory_iterator(cache()))
                files.push_back(entry.path());
        }
        return files;
    }
    std::string cache() const { return folder_.path("cache"); }
    TestFolder folder_;
    ModelStore store_ = store_with(BONAFIDE_WHEELS_DIR, folder_.path("cache"));
};

TEST_F(SessionTest, AnswersInTheDeclaredShapesWithFiniteNumbersTwiceAlike) {
    auto session = Session::open(store_, kModel, {});
    ASSERT_TRUE(session.ok()) << session.error().message;
    EXPECT_FALSE(session->loaded_from_cache());
    EXPECT_EQ(session->model_sha256(), store_.find(kModel)->sha256);
    ASSERT_EQ(session->inputs().size(), 1u);
    EXPECT_THAT(session->inputs()[0].shape, ::testing::ElementsAre(1, 128, 128, 3));
    const std::vector<Tensor> first = run_once(*session);
    ASSERT_EQ(first.size(), 2u);
    EXPECT_THAT(first[0].shape, ::testing::ElementsAre(1, 896, 16));
    EXPECT_THAT(first[1].shape, ::testing::ElementsAre(1, 896, 1));
    for (const Tensor& tensor : first) {
        EXPECT_TRUE(
            std::all_of(tensor.values.begin(), tensor.values.end(), [](float value) { return std::isfinite(value); }));
    }
    EXPECT_NE(*std::min_element(first[1].values.begin(), first[1].values.end()),
              *std::max_element(first[1].values.begin(), first[1].values.end()));
    const std::vector<Tensor> second = run_once(*session);
    EXPECT_EQ(first[0].values, second[0].values);
    EXPECT_EQ(first[1].values, second[1].values);
    EXPECT_TRUE(cached_files().empty()) << "read-only is the default";
}

TEST_F(SessionTest, ACompiledModelAnswersAsTheModelDoes) {
    auto fresh = Session::open(store_, kModel, kWritingCache);
    ASSERT_TRUE(fresh.ok()) << fresh.error().message;
    ASSERT_EQ(cached_files().size(), 1u);
    auto cached = Session::open(store_, kModel, {});
    ASSERT_TRUE(cached.ok()) << cached.error().message;
    EXPECT_TRUE(cached->loaded_from_cache());
    const std::vector<Tensor> expected = run_once(*fresh);
    const std::vector<Tensor> answers = run_once(*cached);
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_EQ(answers[0].values, expected[0].values);
    EXPECT_EQ(answers[1].values, expected[1].values);
}

TEST_F(SessionTest, AnAlteredCacheIsNotUsedAndIsReplacedOnlyWhereWritingIsAllowed) {
    ASSERT_TRUE(Session::open(store_, kModel, kWritingCache).ok());
    const std::filesystem::path file = cached_files().at(0);
    std::string bytes = TestFolder::read(file);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x40);
    std::ofstream(file, std::ios::binary) << bytes;

    auto reading = Session::open(store_, kModel, {});
    ASSERT_TRUE(reading.ok()) << reading.error().message;
    EXPECT_FALSE(reading->loaded_from_cache());
    EXPECT_EQ(TestFolder::read(file), bytes);
    ASSERT_TRUE(Session::open(store_, kModel, kWritingCache).ok());
    auto mended = Session::open(store_, kModel, {});
    ASSERT_TRUE(mended.ok());
    EXPECT_TRUE(mended->loaded_from_cache());
}

TEST_F(SessionTest, OtherOptionsUseAnotherCacheFile) {
    ASSERT_TRUE(Session::open(store_, kModel, kWritingCache).ok());
    auto threads = Session::open(store_, kModel, {.threads = 2});
    ASSERT_TRUE(threads.ok()) << threads.error().message;
    EXPECT_FALSE(threads->loaded_from_cache());
}

TEST_F(SessionTest, AnAlteredModelIsRefusedEvenWhereItsCompiledFormIsCached) {
    ASSERT_TRUE(Session::open(store_, kModel, kWritingCache).ok());
    std::string bytes = TestFolder::read(std::string(BONAFIDE_WHEELS_DIR) + "/" + kModelFile);
    ASSERT_FALSE(bytes.empty());
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    folder_.write(std::string("models/") + kModelFile, bytes);
    const auto session = Session::open(store_with(folder_.path("models"), cache()), kModel, {});
    ASSERT_FALSE(session.ok());
    EXPECT_EQ(session.error().code, ErrorCode::kInvalid);
}

TEST_F(SessionTest, AMissingOrUnknownModelIsRefused) {
    EXPECT_EQ(Session::open(store_with(folder_.path("nowhere"), ""), kModel, {}).error().code, ErrorCode::kIo);
    EXPECT_EQ(Session::open(store_, "no.such.model", {}).error().code, ErrorCode::kUsage);
}

TEST_F(SessionTest, AFileThatIsNoModelIsAnErrorNotAnException) {
    const std::string manifest =
        folder_.write("manifest.json", R"({"schema": "bonafide.models/1", "models": [{"id": "empty",
        "file": "empty.tflite", "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "licence": "", "source": "",
        "input": "", "output": "", "training_data": ""}]})");
    folder_.write("empty.tflite", "");
    const auto store = ModelStore::open(manifest, {folder_.path()}, "");
    ASSERT_TRUE(store.ok()) << store.error().message;
    EXPECT_EQ(Session::open(*store, "empty", {}).error().code, ErrorCode::kInternal);
}

TEST_F(SessionTest, InputsThatDoNotFitAreRefused) {
    auto session = Session::open(store_, kModel, {});
    ASSERT_TRUE(session.ok()) << session.error().message;
    EXPECT_EQ(session->run({}).error().code, ErrorCode::kUsage);
    const Tensor good = picture();
    const std::vector<Tensor> two = {good, good};
    EXPECT_EQ(session->run(two).error().code, ErrorCode::kUsage);
    for (const std::vector<std::size_t>& shape :
         std::vector<std::vector<std::size_t>>{{},
                                               {128, 128, 3},
                                               {1, 1, 1, 1},
                                               {1, 128, 128, 4},
                                               {0, 128, 128, 3},
                                               {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX}}) {
        const std::vector<Tensor> bad = {Tensor{shape, good.values}};
        EXPECT_EQ(session->run(bad).error().code, ErrorCode::kUsage);
    }
    const std::vector<Tensor> too_few_values = {Tensor{good.shape, {0.0F}}};
    EXPECT_EQ(session->run(too_few_values).error().code, ErrorCode::kUsage);
    EXPECT_FALSE(run_once(*session).empty()) << "a refused call leaves the session usable";
}

TEST_F(SessionTest, OptionsOutOfRangeAreRefused) {
    EXPECT_EQ(Session::open(store_, kModel, {.threads = 0}).error().code, ErrorCode::kUsage);
    EXPECT_EQ(Session::open(store_, kModel, {.threads = 257}).error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace bonafide::infer
