// Truncated, damaged and hostile pictures: what is there is decoded, what is not is told, and no header makes the
// program allocate.
#include "media/encode.h"
#include "media/image_fixtures.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>

namespace bonafide::media {
namespace {

using namespace fixtures;

void put_be(Bytes& bytes, std::size_t offset, std::uint64_t value, int width) {
    for (int i = 0; i < width; ++i) {
        bytes[offset + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value >> (8 * (width - 1 - i)));
    }
}

void put_le(Bytes& bytes, std::size_t offset, std::uint64_t value, int width) {
    for (int i = 0; i < width; ++i) {
        bytes[offset + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value >> (8 * i));
    }
}

std::size_t find(const Bytes& bytes, const std::string& text) {
    const Bytes wanted(text.begin(), text.end());
    const auto found = std::search(bytes.begin(), bytes.end(), wanted.begin(), wanted.end());
    EXPECT_NE(found, bytes.end()) << text;
    return static_cast<std::size_t>(found - bytes.begin());
}

Bytes with_size(Bytes png, std::uint32_t width, std::uint32_t height) {
    put_be(png, 16, width, 4);
    put_be(png, 20, height, 4);
    put_be(png, 29, crc32(0, png.data() + 12, 17), 4);
    return png;
}

TEST(DecodeTruncated, GivesWhatIsThereInEveryFormat) {
    const cv::Mat picture = scene(120, 90, 25);
    for (const Encoded& file : encode_all(picture)) {
        for (int percent = 0; percent < 100; percent += 7) {
            const std::size_t length = file.bytes.size() * static_cast<std::size_t>(percent) / 100;
            const Result<Image> image =
                decode(Bytes(file.bytes.begin(), file.bytes.begin() + static_cast<std::ptrdiff_t>(length)));
            if (!image) {
                EXPECT_NE(image.error().code, ErrorCode::kInternal)
                    << file.name << " at " << percent << " %: " << image.error().message;
                EXPECT_FALSE(image.error().message.empty());
                continue;
            }
            EXPECT_EQ(image->rgb.size(), picture.size()) << file.name << " at " << percent << " %";
            EXPECT_FALSE(image->damage.empty()) << file.name << " at " << percent << " %";
            EXPECT_GT(image->decoded_fraction, 0) << file.name;
            EXPECT_LE(image->decoded_fraction, 1) << file.name;
        }
    }
}

TEST(DecodeTruncated, CountsTheRowsOfSequentialFormats) {
    const cv::Mat picture = scene(160, 160, 25);
    cv::Mat grey;
    cv::extractChannel(picture, grey, 0);
    Bytes palette(768);
    std::generate(palette.begin(), palette.end(), [i = 0]() mutable { return static_cast<std::uint8_t>(i++ / 3); });
    const std::vector<Encoded> files = {{"JPEG", encode_raw_jpeg(picture, {})},      {"PNG", encode_png(picture)},
                                        {"lossy WebP", encode_webp(picture, false)}, {"TIFF", encode_tiff(picture, {})},
                                        {"GIF", encode_gif(grey, palette)},          {"BMP", encode_bmp(picture)}};
    for (const Encoded& file : files) {
        const Result<Image> whole = decode(file.bytes);
        ASSERT_TRUE(whole.ok()) << file.name << ": " << whole.error().message;
        double before = 0;
        for (const double share : {0.3, 0.6, 0.9}) {
            const auto length = static_cast<std::ptrdiff_t>(static_cast<double>(file.bytes.size()) * share);
            const Result<Image> image = decode(Bytes(file.bytes.begin(), file.bytes.begin() + length));
            // The tags of a TIFF written in one go stand at its end.
            if (file.name == "TIFF") {
                EXPECT_FALSE(image.ok());
                continue;
            }
            ASSERT_TRUE(image.ok()) << file.name << " at " << share << ": " << image.error().message;
            EXPECT_NEAR(image->decoded_fraction, share, 0.2) << file.name;
            EXPECT_GT(image->decoded_fraction, before) << file.name;
            EXPECT_NE(image->damage.find("% is missing"), std::string::npos) << image->damage;
            before = image->decoded_fraction;
            const int rows =
                static_cast<int>(image->decoded_fraction * picture.rows) - 2;  // the last rows lean on what is missing
            const cv::Range there =
                file.name == "BMP" ? cv::Range(picture.rows - rows, picture.rows) : cv::Range(0, rows);
            EXPECT_EQ(cv::norm(image->rgb.rowRange(there), whole->rgb.rowRange(there), cv::NORM_INF), 0)
                << file.name << " at " << share;
        }
    }
}

TEST(DecodeTruncated, KeepsTheStripsOfATiff) {
    const cv::Mat picture = scene(64, 64, 25);
    Bytes bytes = encode_tiff(picture, {.compression = 8, .rows_per_strip = 8});
    // The first three strips are destroyed, each in its zlib header, which stands right behind the file header for the
    // first.
    bytes[8] ^= 0xFF;
    const Result<Image> image = decode(bytes);
    ASSERT_TRUE(image.ok()) << image.error().message;
    EXPECT_DOUBLE_EQ(image->decoded_fraction, 56.0 / 64);
    EXPECT_EQ(cv::norm(image->rgb.rowRange(8, 64), picture.rowRange(8, 64), cv::NORM_INF), 0);
    EXPECT_EQ(cv::norm(image->rgb.rowRange(0, 8), cv::NORM_INF), 0);
}

TEST(DecodeTruncated, TellsAMissingEndFromMissingPixels) {
    Bytes jpeg = encode_raw_jpeg(scene(50, 50, 10), {});
    jpeg.resize(jpeg.size() - 2);
    const Result<Image> image = decode(jpeg);
    ASSERT_TRUE(image.ok()) << image.error().message;
    EXPECT_EQ(image->decoded_fraction, 1.0);
    EXPECT_EQ(image->damage, "the end marker is missing");
    Bytes png = encode_png(scene(50, 50, 10));
    png.resize(png.size() - 12);
    const Result<Image> second = decode(png);
    ASSERT_TRUE(second.ok()) << second.error().message;
    EXPECT_EQ(second->decoded_fraction, 1.0);
    EXPECT_EQ(second->damage, "the end chunk is missing");
}

TEST(DecodeTruncated, KeepsTheCompleteCellsOfAnAvifGrid) {
    const std::vector<cv::Mat> cells = {scene(64, 64, 60), scene(64, 64, 61), scene(64, 64, 62)};
    const Bytes bytes = encode_avif_grid(cells, 1, 3);
    const Result<Image> whole = decode(bytes);
    ASSERT_TRUE(whole.ok()) << whole.error().message;
    EXPECT_EQ(whole->rgb.size(), cv::Size(64, 192));
    const Result<Image> image = decode(Bytes(bytes.begin(), bytes.end() - 1000));
    ASSERT_TRUE(image.ok()) << image.error().message;
    EXPECT_NEAR(image->decoded_fraction, 2.0 / 3, 1e-9);
    EXPECT_EQ(cv::norm(image->rgb.rowRange(0, 128), whole->rgb.rowRange(0, 128), cv::NORM_INF), 0);
    EXPECT_EQ(cv::norm(image->rgb.rowRange(128, 192), cv::NORM_INF), 0);
}

TEST(DecodeTruncated, KeepsTheRowsOfAHeicThatAreThere) {
    for (const int orientation : {1, 6}) {
        const Bytes bytes = encode_heic(scene(256, 512, 25), orientation);
        if (bytes.empty()) {
            GTEST_SKIP() << "libheif has no HEVC encoder here";
        }
        const Result<Image> whole = decode(bytes);
        const Result<Image> image =
            decode(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() * 7 / 10)));
        ASSERT_TRUE(whole.ok() && image.ok()) << image.error().message;
        EXPECT_GT(image->decoded_fraction, 0.3);
        EXPECT_LT(image->decoded_fraction, 0.8);
        ASSERT_EQ(image->rgb.size(), whole->rgb.size());
        // The rows stand upright in the first, and run from right to left in the second.
        const int there = static_cast<int>(image->decoded_fraction * 512) - 1;
        const cv::Rect kept = orientation == 1 ? cv::Rect(0, 0, 256, there) : cv::Rect(512 - there, 0, there, 256);
        const cv::Rect lost = orientation == 1 ? cv::Rect(0, 500, 256, 12) : cv::Rect(0, 0, 12, 256);
        EXPECT_EQ(cv::norm(image->rgb(kept), whole->rgb(kept), cv::NORM_INF), 0) << orientation;
        EXPECT_EQ(cv::norm(image->rgb(lost), cv::NORM_INF), 0) << orientation;
    }
}

TEST(DecodeTruncated, RefusesAJpegXlRatherThanShowAnEighthOfItsDetail) {
    for (const bool lossless : {false, true}) {
        Bytes bytes = encode_jxl(scene(300, 280, 30), lossless);
        bytes.resize(bytes.size() * 9 / 10);
        const Result<Image> image = decode(bytes);
        ASSERT_FALSE(image.ok());
        EXPECT_EQ(image.error().code, ErrorCode::kTruncated) << image.error().message;
    }
}

TEST(DecodeDamaged, SurvivesFlippedBytes) {
    std::mt19937 random(3);
    for (const Encoded& file : encode_all(scene(60, 50, 25))) {
        for (int round = 0; round < 40; ++round) {
            Bytes bytes = file.bytes;
            for (int flips = 0; flips < 1 + round % 4; ++flips) {
                bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
            }
            const Result<Image> image = decode(bytes);
            if (image) {
                EXPECT_EQ(image->rgb.channels(), 3) << file.name;
                EXPECT_GT(image->decoded_fraction, 0) << file.name;
            } else {
                EXPECT_FALSE(image.error().message.empty()) << file.name;
            }
        }
    }
}

TEST(DecodeDamaged, SaysWhereAJpegIsCorrupt) {
    Bytes bytes = encode_raw_jpeg(scene(160, 160, 25), {.restart_rows = 1});
    for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 40; ++i) {
        bytes[i] = 0x55;
    }
    const Result<Image> image = decode(bytes);
    ASSERT_TRUE(image.ok()) << image.error().message;
    EXPECT_NEAR(image->decoded_fraction, 0.5, 0.2);
    EXPECT_FALSE(image->damage.empty());
}

TEST(DecodeHostile, RefusesHugeSizesBeforeAllocating) {
    const cv::Mat picture = scene(30, 20);
    std::vector<Encoded> files = {{"PNG", with_size(encode_png(picture), 20'000, 20'000)}};
    Bytes jpeg = encode_jpeg(picture, 90);
    put_be(jpeg, find(jpeg, std::string("\xFF\xC0\x00\x11\x08", 5)) + 5, 20'000, 2);
    put_be(jpeg, find(jpeg, std::string("\xFF\xC0\x00\x11\x08", 5)) + 7, 20'000, 2);
    files.push_back({"JPEG", jpeg});
    Bytes bmp = encode_bmp(picture);
    put_le(bmp, 18, 20'000, 4);
    put_le(bmp, 22, 20'000, 4);
    files.push_back({"BMP", bmp});
    Bytes gif = encode_gif(cv::Mat::zeros(3, 3, CV_8UC1), {0, 0, 0, 9, 9, 9});
    put_le(gif, 6, 20'000, 2);
    put_le(gif, 8, 20'000, 2);
    files.push_back({"GIF", gif});
    Bytes avif = encode_avif(picture);
    put_be(avif, find(avif, "ispe") + 8, 20'000, 4);
    put_be(avif, find(avif, "ispe") + 12, 20'000, 4);
    files.push_back({"AVIF", avif});
    if (Bytes heic = encode_heic(picture); !heic.empty()) {
        for (std::size_t at = 0;
             (at = static_cast<std::size_t>(
                  std::search(heic.begin() + static_cast<std::ptrdiff_t>(at), heic.end(), "ispe", "ispe" + 4) -
                  heic.begin())) < heic.size();
             at += 4) {
            put_be(heic, at + 8, 20'000, 4);
            put_be(heic, at + 12, 20'000, 4);
        }
        files.push_back({"HEIC", heic});
    }
    Bytes tiff = encode_tiff(picture, {});
    for (std::size_t at = 8; at + 12 <= tiff.size(); ++at) {  // width and height, as 16-bit numbers in the directory
        if (tiff[at] == 0 && tiff[at + 1] == 1 && tiff[at + 3] == 0 && tiff[at + 4] == 1 && tiff[at + 5] == 0) {
            put_le(tiff, at + 8, 20'000, 2);
        } else if (tiff[at] == 1 && tiff[at + 1] == 1 && tiff[at + 3] == 0 && tiff[at + 4] == 1 && tiff[at + 5] == 0) {
            put_le(tiff, at + 8, 20'000, 2);
        }
    }
    files.push_back({"TIFF", tiff});
    for (const Encoded& file : files) {
        const Result<Image> image = decode(file.bytes);
        ASSERT_FALSE(image.ok()) << file.name;
        EXPECT_EQ(image.error().code, ErrorCode::kLimit) << file.name << ": " << image.error().message;
        EXPECT_NE(image.error().message.find("20000"), std::string::npos) << file.name << ": " << image.error().message;
    }
}

TEST(DecodeHostile, HoldsEveryFormatToTheLimit) {
    Limits limits;
    limits.pixels = 30 * 20 - 1;
    for (const Encoded& file : encode_all(scene(30, 20))) {
        const Result<Image> image = decode(file.bytes, limits);
        ASSERT_FALSE(image.ok()) << file.name;
        EXPECT_EQ(image.error().code, ErrorCode::kLimit) << file.name << ": " << image.error().message;
    }
}

TEST(DecodeHostile, IgnoresBombsInProfilesAndTexts) {
    Bytes zeros(64 << 20);
    uLongf packed_bytes = compressBound(zeros.size());
    Bytes packed(packed_bytes);
    compress(packed.data(), &packed_bytes, zeros.data(), zeros.size());
    packed.resize(packed_bytes);
    Bytes named = {'b', 'o', 'm', 'b', 0, 0};
    named.insert(named.end(), packed.begin(), packed.end());
    const cv::Mat picture = scene(30, 20);
    for (const char* type : {"iCCP", "zTXt"}) {
        const Result<Image> image = decode(with_png_chunk(encode_png(picture), type, named));
        ASSERT_TRUE(image.ok()) << type << ": " << image.error().message;
        EXPECT_EQ(image->colour_space, "unspecified") << type;
        EXPECT_EQ(cv::norm(image->rgb, picture, cv::NORM_INF), 0) << type;
    }
}

TEST(DecodeHostile, DoesNotInventBoxesBehindACutHeif) {
    // A leading box that claims 32 MB: filling it up would make a file of a million boxes.
    Bytes bytes = {2, 0, 0, 0x1C, 'f', 't', 'y', 'p', 'h', 'e', 'i', 'c', 0, 0, 0, 0, 'm', 'i', 'f', '1'};
    const Result<Image> image = decode(bytes);
    ASSERT_FALSE(image.ok());
    EXPECT_EQ(image.error().code, ErrorCode::kTruncated) << image.error().message;
    // A last box that claims more than there is, with nothing of the picture in it, is no loss.
    Bytes heic = encode_heic(scene(30, 20));
    if (!heic.empty()) {
        heic.insert(heic.end(), {0x10, 0, 0, 0, 'f', 'r', 'e', 'e'});
        const Result<Image> whole = decode(heic);
        ASSERT_TRUE(whole.ok()) << whole.error().message;
        EXPECT_EQ(whole->decoded_fraction, 1.0);
        EXPECT_FALSE(whole->damage.empty());
    }
}

TEST(DecodeHostile, RefusesAFrameBeyondItsCanvas) {
    const Result<Image> image = decode(encode_animated_webp(scene(20, 12), scene(20, 12), {30, 6}, {40, 30}));
    EXPECT_FALSE(image.ok());
}

}  // namespace
}  // namespace bonafide::media
