#include "media/ffmpeg_encoder_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bonafide::media {
namespace {

constexpr UnitLayout kH264StartCodes{UnitLayout::Codec::kH264, 0};
constexpr UnitLayout kH264Lengths{UnitLayout::Codec::kH264, 4};

std::vector<std::uint8_t> sei(const std::string& text) {
    std::vector<std::uint8_t> unit = {0x06, 0x05};
    std::size_t size = 16 + text.size();
    for (; size >= 255; size -= 255) {
        unit.push_back(255);
    }
    unit.push_back(static_cast<std::uint8_t>(size));
    unit.insert(unit.end(), 16, 0xAB);
    unit.insert(unit.end(), text.begin(), text.end());
    unit.push_back(0x80);
    return unit;
}

std::vector<std::uint8_t> after_start_code(const std::vector<std::uint8_t>& unit) {
    std::vector<std::uint8_t> bytes = {0, 0, 0, 1, 0x09, 0x10, 0, 0, 1};  // an access unit delimiter comes first
    bytes.insert(bytes.end(), unit.begin(), unit.end());
    return bytes;
}

TEST(EncoderText, IsFoundBehindStartCodesAndLengths) {
    const std::string text = "x264 - core 164 r3095 - options: cabac=1 ref=3 " + std::string(300, 'o');
    const auto unit = sei(text);
    EXPECT_EQ(find_encoder_text(after_start_code(unit), kH264StartCodes), text);
    std::vector<std::uint8_t> bytes = {0, 0, static_cast<std::uint8_t>(unit.size() >> 8),
                                       static_cast<std::uint8_t>(unit.size())};
    bytes.insert(bytes.end(), unit.begin(), unit.end());
    EXPECT_EQ(find_encoder_text(bytes, kH264Lengths), text);
}

TEST(EncoderText, IsFoundInHevcAndMpeg4) {
    auto unit = sei("x265 (build 199)");
    unit[0] = 39 << 1;
    unit.insert(unit.begin() + 1, 1);
    EXPECT_EQ(find_encoder_text(after_start_code(unit), {UnitLayout::Codec::kHevc, 0}), "x265 (build 199)");
    const std::vector<std::uint8_t> mpeg4 = {0, 0, 1, 0xB2, 'X', 'v', 'i', 'D', '0', '0', '6', '4', 0, 0, 1, 0xB6, 9};
    EXPECT_EQ(find_encoder_text(mpeg4, {UnitLayout::Codec::kMpeg4, 0}), "XviD0064");
}

TEST(EncoderText, UndoesEmulationPrevention) {
    auto unit = sei("encoder");
    unit[3] = unit[4] = 0;             // two zeros in the identifier ...
    unit.insert(unit.begin() + 5, 3);  // ... are followed by a 3 that does not count
    EXPECT_EQ(find_encoder_text(after_start_code(unit), kH264StartCodes), "encoder");
}

TEST(EncoderText, IsBoundedAndPrintable) {
    EXPECT_EQ(find_encoder_text(after_start_code(sei(std::string(3000, 'a'))), kH264StartCodes).size(), 512U);
    EXPECT_EQ(find_encoder_text(after_start_code(sei("good\x1b[31mbad")), kH264StartCodes), "good");
}

TEST(EncoderText, IsAbsentFromOtherUnitsAndFromNothing) {
    auto unit = sei("x264");
    unit[0] = 0x65;
    EXPECT_EQ(find_encoder_text(after_start_code(unit), kH264StartCodes), "");
    EXPECT_EQ(find_encoder_text({}, kH264StartCodes), "");
    EXPECT_EQ(find_encoder_text({}, kH264Lengths), "");
}

TEST(EncoderText, SurvivesEveryTruncation) {
    const auto whole = after_start_code(sei("x264 - core 164"));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::vector<std::uint8_t> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        for (const UnitLayout layout : {kH264StartCodes, kH264Lengths, UnitLayout{UnitLayout::Codec::kHevc, 1}}) {
            EXPECT_LE(find_encoder_text(part, layout).size(), 512U);
        }
    }
}

}  // namespace
}  // namespace bonafide::media
