#include "engine/protocol/frame.h"
#include "engine/protocol/job.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace bonafide::engine {
namespace {

std::vector<std::uint8_t> written(Frame::Type type, const std::string& name, const std::vector<std::uint8_t>& payload) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_TRUE(write_frame(ends[1], type, name, payload).ok());
    close(ends[1]);
    std::vector<std::uint8_t> bytes(4096);
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(0, read(ends[0], bytes.data(), bytes.size()))));
    close(ends[0]);
    return bytes;
}

TEST(Frame, SurvivesAnyCut) {
    std::vector<std::uint8_t> stream = written(Frame::Type::kArtifact, "maps/x.png", {1, 2, 3});
    const std::vector<std::uint8_t> second = written(Frame::Type::kReport, "", {9});
    stream.insert(stream.end(), second.begin(), second.end());
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        FrameParser parser(1000);
        auto first = parser.feed(std::span(stream).first(cut));
        auto rest = parser.feed(std::span(stream).subspan(cut));
        ASSERT_TRUE(first.ok() && rest.ok());
        std::vector<Frame> frames = *first;
        frames.insert(frames.end(), rest->begin(), rest->end());
        ASSERT_EQ(frames.size(), 2U);
        EXPECT_EQ(frames[0].name, "maps/x.png");
        EXPECT_EQ(frames[0].payload, (std::vector<std::uint8_t>{1, 2, 3}));
        EXPECT_EQ(frames[1].type, Frame::Type::kReport);
    }
}

TEST(Frame, RefusesWhatNoWorkerSends) {
    const std::vector<std::uint8_t> noise(64, 0x5A);
    EXPECT_EQ(FrameParser(1000).feed(noise).error().code, ErrorCode::kInvalid);
    std::vector<std::uint8_t> huge = written(Frame::Type::kArtifact, "x", {1});
    huge[12] = 0x7F;  // payload length of 2^62 and more
    EXPECT_EQ(FrameParser(1000).feed(huge).error().code, ErrorCode::kLimit);
    FrameParser small(2);
    EXPECT_EQ(small.feed(written(Frame::Type::kArtifact, "x", {1, 2, 3})).error().code, ErrorCode::kLimit);
}

TEST(Frame, GoneReaderIsAnErrorNotADeath) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(write_frame(ends[1], Frame::Type::kProgress, "x", {}).error().code, ErrorCode::kIo);
    close(ends[1]);
}

TEST(Job, ComesBackAsItWas) {
    Job job;
    job.path = "a b.jpg";
    job.mask = "mask.png";
    job.localise = job.launder = true;
    job.limits.pixels = 12345;
    job.only = {"image.*"};
    job.parameters["image.noise.level"]["block_px"] = 8.5;
    job.trust_anchors_pem = "-----BEGIN CERTIFICATE-----\n";
    const auto back = parse_job(to_json(job));
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->mask, job.mask);
    EXPECT_TRUE(back->localise && back->launder);
    EXPECT_EQ(to_json(*back), to_json(job));
}

TEST(Job, NamesThatAreNotUtf8Travel) {
    Job job;
    job.path = "caf\xE9.jpg";
    EXPECT_TRUE(parse_job(to_json(job)).ok());
}

TEST(Job, RefusesNonsense) {
    EXPECT_FALSE(parse_job("").ok());
    EXPECT_FALSE(parse_job("{}").ok());
    EXPECT_FALSE(parse_job("[[[[").ok());
}

}  // namespace
}  // namespace bonafide::engine
