#include "engine/protocol/faces.h"

#include <gtest/gtest.h>

namespace bonafide::engine {
namespace {

std::vector<std::uint8_t> bytes_of(const nlohmann::ordered_json& json) {
    const std::string text = json.dump();
    return {text.begin(), text.end()};
}

SeenFaces one_face() {
    SeenFace face;
    face.track = 3;
    face.box_px = {-10.5, 20, 100, 120.25};
    face.score = 0.875;
    face.presence = 1;
    face.yaw_deg = -12.5;
    face.left_iris = SeenIris{50, 60, 7};
    face.landmarks_px.assign(468, {1.25, 2.5, -3});
    SeenPerson person;
    person.track = 3;
    person.frames = 2;
    person.samples = 2;
    person.largest_px = 120;
    person.drift = 0.25;
    person.numbers.emplace();
    person.numbers->fill(0.125F);
    SeenFaces faces;
    faces.kind = "video";
    faces.width_px = 640;
    faces.height_px = 480;
    faces.frames = 25;
    faces.seen = {{7, 0.28, {face}}};
    faces.people = {person};
    faces.problems = {"one packet is damaged"};
    return faces;
}

TEST(SeenFaces, ComeBackAsTheyWent) {
    const auto json = to_json(one_face());
    const auto back = parse_seen_faces(bytes_of(json));
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(to_json(*back), json);
    EXPECT_EQ(back->seen.at(0).index, 7);
    EXPECT_DOUBLE_EQ(back->seen.at(0).faces.at(0).box_px[3], 120.25);
    EXPECT_FALSE(back->seen.at(0).faces.at(0).right_iris.has_value());
    EXPECT_FLOAT_EQ(back->people.at(0).numbers->at(127), 0.125F);
}

TEST(SeenFaces, WhatDoesNotHoldTogetherIsRefused) {
    const auto json = to_json(one_face());
    const auto refused = [&](const char* pointer, const nlohmann::ordered_json& value) {
        auto changed = json;
        changed[nlohmann::ordered_json::json_pointer(pointer)] = value;
        return !parse_seen_faces(bytes_of(changed)).ok();
    };
    EXPECT_FALSE(refused("/width_px", 641));
    EXPECT_TRUE(refused("/width_px", 0));
    EXPECT_TRUE(refused("/kind", "audio"));
    EXPECT_TRUE(refused("/seen/0/faces/0/score", 1.5));
    EXPECT_TRUE(refused("/seen/0/faces/0/track", -1));
    EXPECT_TRUE(refused("/seen/0/faces/0/box_px", {1, 2, 3}));
    EXPECT_TRUE(refused("/seen/0/faces/0/box_px/0", 1e30));
    EXPECT_TRUE(refused("/seen/0/faces/0/landmarks_px", nlohmann::ordered_json::array({{1, 2, 3}})));
    EXPECT_TRUE(refused("/people/0/numbers", {1, 2}));
    EXPECT_TRUE(refused("/people/0/numbers/5", "x"));
    EXPECT_TRUE(refused("/people/0/drift", -1));
    EXPECT_TRUE(refused("/problems", "text"));
    for (const std::string text : {"", "{", "[]", "null", "\"x\""}) {
        EXPECT_FALSE(parse_seen_faces({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}).ok()) << text;
    }
}

}  // namespace
}  // namespace bonafide::engine
