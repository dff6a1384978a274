// Every picture of the development data is decoded, or refused with a reason that was checked by hand.
#include "fixtures/shared_data.h"
#include "ingest/identify.h"
#include "media/image_fixtures.h"
#include "media/jpeg.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

namespace bonafide::media {
namespace {

using namespace fixtures;

Bytes read_file(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// The pictures below `folder`, every `step`th in the order of their names.
std::vector<std::filesystem::path> pictures_in(const std::filesystem::path& folder, std::size_t step) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        const std::string extension = entry.path().extension().string();
        if (entry.is_regular_file() && extension != ".csv" && extension != ".json" && extension != ".mp4") {
            paths.push_back(entry.path());
        }
    }
    std::sort(paths.begin(), paths.end());
    std::vector<std::filesystem::path> taken;
    for (std::size_t i = 0; i < paths.size(); i += step) {
        taken.push_back(paths[i]);
    }
    return taken;
}

TEST(DevelopmentData, PicturesDecodeWhole) {
    const auto data = bonafide::fixtures::shared_data();
    if (!data) {
        GTEST_SKIP() << "no development data";
    }
    for (const auto& [folder, step] :
         {std::pair{"photos", 4}, {"credentials", 1}, {"pictures", 25}, {"faces", 90}, {"splices", 40}}) {
        for (const auto& path : pictures_in(std::filesystem::path(*data) / folder, static_cast<std::size_t>(step))) {
            const Bytes bytes = read_file(path);
            const Result<Image> image = decode(bytes);
            ASSERT_TRUE(image.ok()) << path << ": " << image.error().message;
            EXPECT_EQ(image->decoded_fraction, 1.0) << path;
            EXPECT_EQ(image->damage, "") << path;
            if (bytes[0] == 0xFF) {
                const Result<JpegHeader> header = read_jpeg_header(bytes);
                ASSERT_TRUE(header.ok()) << path << ": " << header.error().message;
                EXPECT_EQ(header->width_px, image->stored_width_px) << path;
                EXPECT_TRUE(header->ended) << path;
            }
        }
    }
}

TEST(DevelopmentData, OddFormatsDecodeOrSayWhyNot) {
    const auto data = bonafide::fixtures::shared_data();
    if (!data) {
        GTEST_SKIP() << "no development data";
    }
    // Checked by hand: these cannot be decoded, and why. `supported` tells the broken ones from what is not supported
    // at all.
    const std::map<std::string, std::string> refused = {
        {"gif-2b5bc31d84703bfb9f371925f0e3e57d.gif", "truncated"},
        {"heic-IllegalArgumentException.HeifReader.processBoxes.heif", "truncated"},
        {"heic-NegativeArraySizeException.HeifReader.processBoxes.heif", "invalid"},
        {"heic-NegativeArraySizeException.ItemInfoBox.init.heif", "invalid"},
        {"heic-NullPointerException.HeifPictureHandler.processBox.heif", "invalid"},
        {"tif-m1-42c19f8e79e582bef107f372f18a074b.tif", "invalid"},
    };
    int whole = 0, partial = 0;
    for (const auto& path : pictures_in(std::filesystem::path(*data) / "formats", 1)) {
        const Bytes bytes = read_file(path);
        const auto source = ingest::open_memory(bytes);
        const ingest::Identity identity = ingest::identify(*source);
        if (identity.kind != ingest::MediaKind::kImage) {
            continue;
        }
        const Result<Image> image = decode(bytes);
        const auto expected = refused.find(path.filename().string());
        if (expected != refused.end()) {
            ASSERT_FALSE(image.ok()) << path;
            EXPECT_EQ(name_of(image.error().code), expected->second) << path << ": " << image.error().message;
        } else {
            ASSERT_TRUE(image.ok()) << path << ": " << image.error().message;
            EXPECT_EQ(image->decoded_fraction < 1, image->damage.find("missing") != std::string::npos)
                << path << ": " << image->damage;
            ++(image->decoded_fraction < 1 ? partial : whole);
        }
    }
    EXPECT_EQ(whole, 22);
    EXPECT_EQ(partial, 7);
}

}  // namespace
}  // namespace bonafide::media
