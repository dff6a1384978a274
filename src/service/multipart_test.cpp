#include "service/multipart.h"

#include <gtest/gtest.h>

#include <string>

namespace bonafide::service {
namespace {

/// Keeps what it is given.
class Kept final : public MultipartSink {
  public:
    Result<void> part(const std::map<std::string, std::string>& headers) override {
        parts.push_back({headers, ""});
        return {};
    }
    Result<void> data(std::span<const std::uint8_t> bytes) override {
        parts.back().second.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    }
    std::vector<std::pair<std::map<std::string, std::string>, std::string>> parts;
};

/// The error's code of feeding `text` in pieces of `piece` bytes and ending; nothing where it is sound.
std::optional<ErrorCode> feed(const std::string& text, std::size_t piece, Kept& kept) {
    auto parser = MultipartParser::create("b");
    for (std::size_t at = 0; at < text.size(); at += piece) {
        const std::string part = text.substr(at, piece);
        const std::span bytes(reinterpret_cast<const std::uint8_t*>(part.data()), part.size());
        if (auto fed = parser->feed(bytes, kept); !fed) {
            return fed.error().code;
        }
    }
    const auto ended = parser->finish();
    return ended ? std::nullopt : std::optional(ended.error().code);
}

TEST(Multipart, GivesTheSameInPiecesOfAnySize) {
    // Data that looks like the beginning of a boundary, again and again.
    const std::string data = "\r\n--\r\n-\r\r\n--a\r\n--";
    const std::string text = "--b\r\nContent-Disposition: form-data; name=\"file\"\r\nX-Other:  y \r\n\r\n" + data +
                             "\r\n--b\r\n\r\n\r\n--b--\r\n";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        Kept kept;
        ASSERT_EQ(feed(text, piece, kept), std::nullopt) << piece;
        ASSERT_EQ(kept.parts.size(), 2U);
        EXPECT_EQ(kept.parts[0].first.at("content-disposition"), "form-data; name=\"file\"");
        EXPECT_EQ(kept.parts[0].first.at("x-other"), "y ");
        EXPECT_EQ(kept.parts[0].second, data);
        EXPECT_TRUE(kept.parts[1].first.empty());
        EXPECT_EQ(kept.parts[1].second, "");
    }
}

TEST(Multipart, RefusesWhatTwoReadersCouldSeeDifferently) {
    const std::string head = "--b\r\nA: 1\r\n\r\n";
    for (const std::string& text : {
             std::string("preamble\r\n") + head + "x\r\n--b--",   // text before the first boundary
             std::string("--b--\r\n"),                            // no part at all
             std::string("--b \r\nA: 1\r\n\r\nx\r\n--b--"),       // blanks behind a boundary
             std::string("--b\nA: 1\n\nx\n--b--"),                // other line ends
             std::string("--b\r\nA: 1\r\n b\r\n\r\nx\r\n--b--"),  // a folded line
             std::string("--b\r\nA: 1\r\nA: 2\r\n\r\nx\r\n--b--"), std::string("--b\r\nA 1\r\n\r\nx\r\n--b--"),
             std::string("--b\r\nA : 1\r\n\r\nx\r\n--b--"), std::string("--b\r\nA: \x01\r\n\r\nx\r\n--b--"),
             head + "x\r\n--b--\r\nmore",
             head + "x\r\n--bc\r\nA: 1\r\n\r\ny\r\n--b--",  // a boundary that only begins like it
         }) {
        for (const std::size_t piece : {std::size_t{1}, text.size()}) {
            Kept kept;
            EXPECT_EQ(feed(text, piece, kept), ErrorCode::kInvalid) << text;
        }
    }
}

TEST(Multipart, KnowsThatTheEndIsMissing) {
    const std::string whole = "--b\r\nA: 1\r\n\r\nx\r\n--b--";
    for (std::size_t length = 0; length < whole.size(); ++length) {
        Kept kept;
        EXPECT_EQ(feed(whole.substr(0, length), 64, kept), ErrorCode::kTruncated) << length;
    }
}

TEST(Multipart, HoldsItsBounds) {
    Kept kept;
    EXPECT_EQ(feed("--b\r\nA: " + std::string(MultipartParser::kMostHeaderBytes, 'x'), 1000, kept), ErrorCode::kLimit);
    std::string many;
    for (int part = 0; part <= MultipartParser::kMostParts; ++part) {
        many += "--b\r\n\r\nx\r\n";
    }
    EXPECT_EQ(feed(many + "--b--", 1000, kept), ErrorCode::kLimit);
}

TEST(Multipart, RefusesBoundariesThatNoSenderMayChoose) {
    for (const std::string& boundary : {std::string(), std::string(71, 'x'), std::string("a\r\n"), std::string("a "),
                                        std::string("a\"b"), std::string("\xC3\xA4")}) {
        EXPECT_FALSE(MultipartParser::create(boundary)) << boundary;
    }
    EXPECT_TRUE(MultipartParser::create("----WebKitFormBoundary7MA4YWxkTrZu0gW"));
}

}  // namespace
}  // namespace bonafide::service
