// The seeds of the fuzz targets for pictures: one small file a format, made by the fixtures. Run this test with
// BONAFIDE_UPDATE_CORPUS=1 to write them anew.
#include "ingest/identify.h"
#include "media/image_fixtures.h"
#include "media/jpeg.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace bonafide::media {
namespace {

using namespace fixtures;

const std::filesystem::path kCorpus = std::filesystem::path(BONAFIDE_SOURCE_DIR) / "fuzz" / "corpus";

void write(const std::string& folder, const Encoded& file) {
    std::string name = file.name;
    std::replace(name.begin(), name.end(), ' ', '_');
    name.erase(std::remove(name.begin(), name.end(), ','), name.end());
    std::filesystem::create_directories(kCorpus / folder);
    std::ofstream stream(kCorpus / folder / name, std::ios::binary);
    stream.write(reinterpret_cast<const char*>(file.bytes.data()), static_cast<std::streamsize>(file.bytes.size()));
}

TEST(FuzzCorpus, HoldsAPictureOfEveryFormat) {
    if (std::getenv("BONAFIDE_UPDATE_CORPUS") != nullptr) {
        for (const Encoded& file : encode_all(scene(9, 7, 10))) {
            write("image_decode", file);
            if (file.name.find("JPEG") != std::string::npos && file.name.find("XL") == std::string::npos) {
                write("jpeg_structure", file);
            }
            Encoded head = file;  // identification reads little more than this of a picture
            head.bytes.resize(std::min<std::size_t>(head.bytes.size(), 64));
            write("identify", head);
        }
    }
    for (const char* folder : {"image_decode", "jpeg_structure"}) {
        int count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(kCorpus / folder)) {
            std::ifstream stream(entry.path(), std::ios::binary);
            const Bytes bytes{std::istreambuf_iterator<char>(stream), {}};
            EXPECT_TRUE(decode(bytes).ok()) << entry.path();
            ++count;
        }
        EXPECT_GE(count, 2) << folder;
    }
}

}  // namespace
}  // namespace bonafide::media
