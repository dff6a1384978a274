#include "analyzers/container/structure/iso_rules.h"

#include "fixtures/box_fixtures.h"

#include <gtest/gtest.h>

namespace bonafide::analyzers::structure {
namespace {

using fixtures::Bytes;
using fixtures::MovieSpec;

Structure examine(const Bytes& bytes) {
    const auto source = ingest::open_memory(bytes);
    return examine_iso_movie(*source);
}

TEST(IsoMovie, APhonesFilmIsClean) {
    const Structure found = examine(fixtures::movie({}));
    EXPECT_EQ(found.count(SignKind::kAnomaly), 0);
    EXPECT_EQ(found.count(SignKind::kResave), 0);
    EXPECT_EQ(found.count(SignKind::kDamage), 0);
    EXPECT_EQ(found.edit_list_segments, 1);
    EXPECT_EQ(found.trailing_bytes, 0U);
}

TEST(IsoMovie, EditListsThatCutAreAnomalies) {
    MovieSpec cut;
    cut.edits = {{1000, 0}, {1000, 3000}};
    EXPECT_TRUE(examine(fixtures::movie(cut)).has(SignKind::kAnomaly, "2 separate stretches"));
    EXPECT_EQ(examine(fixtures::movie(cut)).edit_list_segments, 2);
    MovieSpec start;
    start.edits = {{2000, 2000}};
    EXPECT_TRUE(examine(fixtures::movie(start)).has(SignKind::kAnomaly, "at the start"));
    MovieSpec end;
    end.edits = {{2000, 0}};
    EXPECT_TRUE(examine(fixtures::movie(end)).has(SignKind::kAnomaly, "at the end"));
}

TEST(IsoMovie, EditListsOfEncodersAreNot) {
    MovieSpec priming;
    priming.edits = {{3960, 40}};  // codec delay
    EXPECT_EQ(examine(fixtures::movie(priming)).count(SignKind::kAnomaly), 0);
    MovieSpec late;
    late.edits = {{2000, -1}, {4000, 0}};  // starts later than the sound
    EXPECT_EQ(examine(fixtures::movie(late)).count(SignKind::kAnomaly), 0);
    EXPECT_EQ(examine(fixtures::movie(late)).edit_list_segments, 1);
    MovieSpec none;
    none.edits = {};
    EXPECT_EQ(examine(fixtures::movie(none)).edit_list_segments, 0);
}

TEST(IsoMovie, LengthsAndTimesAgainstEachOther) {
    MovieSpec longer;
    longer.declared_ms = 9000;
    longer.edits = {};
    EXPECT_TRUE(examine(fixtures::movie(longer)).has(SignKind::kAnomaly, "declared length"));
    MovieSpec tables;
    tables.sized_samples = 90;
    EXPECT_TRUE(examine(fixtures::movie(tables)).has(SignKind::kDamage, "disagree"));
    MovieSpec before;
    before.modified = before.created - 200000;
    EXPECT_TRUE(examine(fixtures::movie(before)).has(SignKind::kAnomaly, "before it was made"));
    MovieSpec later;
    later.modified = later.created + 864000;
    EXPECT_TRUE(examine(fixtures::movie(later)).has(SignKind::kResave, "10.0 days"));
    MovieSpec foreign;
    foreign.track_created = foreign.created - 500000;
    EXPECT_TRUE(examine(fixtures::movie(foreign)).has(SignKind::kResave, "another day"));
    MovieSpec timeless;
    timeless.created = timeless.modified = timeless.track_created = 0;
    EXPECT_TRUE(examine(fixtures::movie(timeless)).has(SignKind::kResave, "no time of recording"));
}

TEST(IsoMovie, WritersAreNamed) {
    MovieSpec library;
    library.handler_name = "VideoHandler";
    EXPECT_EQ(examine(fixtures::movie(library)).writer, "FFmpeg (libavformat)");
    MovieSpec android;
    android.handler_name = "VideoHandle";
    EXPECT_EQ(examine(fixtures::movie(android)).count(SignKind::kResave), 0);
    MovieSpec editor;
    editor.software = "HandBrake 1.6.1";
    EXPECT_TRUE(examine(fixtures::movie(editor)).has(SignKind::kResave, "HandBrake"));
    MovieSpec streaming;
    streaming.header_first = true;
    EXPECT_TRUE(examine(fixtures::movie(streaming)).has(SignKind::kResave, "before the data"));
}

TEST(IsoMovie, TopLevelFaults) {
    const Bytes film = fixtures::movie({});
    EXPECT_TRUE(examine(fixtures::join({film, fixtures::movie_header({})})).has(SignKind::kAnomaly, "2 headers"));
    EXPECT_TRUE(examine(fixtures::join({film, fixtures::box("zzzz")})).has(SignKind::kNote, "zzzz"));
    const Structure trailing = examine(fixtures::join({film, Bytes{0, 0, 0, 3, 1, 2, 3, 4, 5, 6}}));
    EXPECT_EQ(trailing.trailing_bytes, 10U);
    EXPECT_TRUE(examine(fixtures::join({film, fixtures::bytes_of(std::string("Rar!\x1A\x07\0\0\0\0", 10))}))
                    .has(SignKind::kAnomaly, "archive"));
    EXPECT_TRUE(examine(fixtures::join(
                            {fixtures::box("ftyp", fixtures::bytes_of("mp42")), fixtures::box("mdat", Bytes(50, 1))}))
                    .has(SignKind::kDamage, "header is missing"));
}

TEST(IsoMovie, TruncatedIsDamagedAndNoAnomaly) {
    const Bytes film = fixtures::movie({});
    for (std::size_t size = 0; size < film.size(); size += 7) {
        const Structure found = examine(Bytes(film.begin(), film.begin() + static_cast<std::ptrdiff_t>(size)));
        EXPECT_GE(found.count(SignKind::kDamage), 1) << size;
        EXPECT_EQ(found.count(SignKind::kAnomaly), 0) << size;
    }
}

TEST(IsoBoxes, HostileSizesEndTheWalk) {
    const auto walk = [](const Bytes& bytes) {
        const auto source = ingest::open_memory(bytes);
        IsoBudget budget;
        return walk_boxes(*source, 0, bytes.size(), budget);
    };
    EXPECT_EQ(walk(fixtures::join({fixtures::big(4, 4), fixtures::bytes_of("free"), Bytes(20, 0)})).broken, "size");
    EXPECT_EQ(walk(fixtures::join({fixtures::big(1, 4), fixtures::bytes_of("mdat"), fixtures::big(8, 8)})).broken,
              "size");
    for (const std::uint64_t size : {1ULL << 63, ~0ULL, 1ULL << 40}) {
        const IsoLevel level =
            walk(fixtures::join({fixtures::big(1, 4), fixtures::bytes_of("mdat"), fixtures::big(size, 8)}));
        EXPECT_EQ(level.broken, "cut");
        ASSERT_EQ(level.boxes.size(), 1U);
        EXPECT_EQ(level.boxes[0].end(), 16U);
    }
    const IsoLevel open = walk(fixtures::join({fixtures::big(0, 4), fixtures::bytes_of("mdat"), Bytes(100, 0)}));
    EXPECT_TRUE(open.broken.empty());
    EXPECT_TRUE(open.boxes.at(0).open_ended);
    EXPECT_EQ(open.end, 108U);
    EXPECT_TRUE(walk({}).boxes.empty());
    EXPECT_TRUE(walk(Bytes(7, 0)).boxes.empty());
}

TEST(IsoBoxes, AMillionTinyBoxesAreNotAllRead) {
    Bytes bytes;
    for (int index = 0; index < 1'000'000; ++index) {
        const Bytes tiny = {0, 0, 0, 8, 'f', 'r', 'e', 'e'};
        bytes.insert(bytes.end(), tiny.begin(), tiny.end());
    }
    EXPECT_TRUE(examine(bytes).has(SignKind::kAnomaly, "200,000"));
}

TEST(IsoBoxes, DeepNestingIsNotFollowed) {
    Bytes bytes;
    for (int depth = 0; depth < 5000; ++depth) {
        bytes = fixtures::box(depth % 2 == 0 ? "trak" : "moov", bytes);
    }
    const Structure found = examine(bytes);
    EXPECT_LE(found.signs.size(), 10U);
}

TEST(IsoPicture, BoxesOfHeif) {
    const auto look = [](const Bytes& bytes) {
        const auto source = ingest::open_memory(bytes);
        return examine_iso_picture(*source, "HEIF");
    };
    const Bytes brands = fixtures::box("ftyp", fixtures::bytes_of("heic"));
    const Bytes items =
        fixtures::full_box("iinf", fixtures::join({fixtures::big(1, 2), fixtures::full_box("infe", Bytes(8, 0))}));
    const Bytes meta = fixtures::full_box("meta", fixtures::join({fixtures::full_box("hdlr", Bytes(20, 0)), items}));
    const Bytes data = fixtures::box("mdat", Bytes(30, 1));
    EXPECT_TRUE(look(fixtures::join({brands, meta, data})).signs.empty());
    EXPECT_TRUE(look(fixtures::join({brands, meta, meta, data})).has(SignKind::kAnomaly, "more than once"));
    EXPECT_TRUE(look(fixtures::join({brands, data})).has(SignKind::kDamage, "missing"));
    const Bytes lying = fixtures::full_box("meta", fixtures::join({fixtures::full_box("hdlr", Bytes(20, 0)),
                                                                   fixtures::full_box("iinf", fixtures::big(9, 2))}));
    EXPECT_TRUE(look(fixtures::join({brands, lying, data})).has(SignKind::kDamage, "fit together"));
    EXPECT_EQ(look(fixtures::join({brands, meta, data, Bytes(12, 0)})).trailing_bytes, 12U);
    EXPECT_GE(look({}).count(SignKind::kDamage), 1);
}

}  // namespace
}  // namespace bonafide::analyzers::structure
