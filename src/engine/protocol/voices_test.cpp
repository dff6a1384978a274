#include "engine/protocol/voices.h"

#include <gtest/gtest.h>

namespace bonafide::engine {
namespace {

std::vector<std::uint8_t> bytes_of(const nlohmann::ordered_json& json) {
    const std::string text = json.dump();
    return {text.begin(), text.end()};
}

HeardVoices one_voice() {
    HeardVoice voice{{{0, 4}, {2, 6}}, 7.5, 0.125, {}};
    voice.numbers[3] = 0.5F;
    voice.numbers[200] = 0.75F;
    return {6.5, {voice}, "", {"one packet is damaged"}};
}

TEST(HeardVoices, ComeBackAsTheyWent) {
    const auto json = to_json(one_voice());
    const auto back = parse_heard_voices(bytes_of(json));
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(to_json(*back), json);
    EXPECT_FLOAT_EQ(back->voices.at(0).numbers[200], 0.75F);
    EXPECT_EQ(back->voices.at(0).moments.at(1).end_s, 6);
    const HeardVoices nobody{3, {}, "no speech found: silence", {}};
    EXPECT_EQ(parse_heard_voices(bytes_of(to_json(nobody)))->nothing, "no speech found: silence");
}

TEST(HeardVoices, WhatDoesNotHoldTogetherIsRefused) {
    const auto json = to_json(one_voice());
    const auto refused = [&](const char* pointer, const nlohmann::ordered_json& value) {
        auto changed = json;
        changed[nlohmann::ordered_json::json_pointer(pointer)] = value;
        return !parse_heard_voices(bytes_of(changed)).ok();
    };
    EXPECT_FALSE(refused("/duration_s", 7));
    EXPECT_TRUE(refused("/duration_s", -1));
    EXPECT_TRUE(refused("/voices", nlohmann::ordered_json::array())) << "no voices, and no word why";
    EXPECT_TRUE(refused("/nothing", "no speech")) << "voices, and why there are none";
    EXPECT_TRUE(refused("/voices/0/moments", nlohmann::ordered_json::array()));
    EXPECT_TRUE(refused("/voices/0/moments", std::vector<int>(65, 1)));
    EXPECT_TRUE(refused("/voices/0/moments/0/start_s", 1e12));
    EXPECT_TRUE(refused("/voices/0/spread", 2));
    EXPECT_TRUE(refused("/voices/0/numbers/9", -0.5));
    EXPECT_TRUE(refused("/voices/0/numbers/9", 1));
    EXPECT_TRUE(refused("/voices/0/numbers", std::vector<float>(255, 0.01F)));
    EXPECT_TRUE(refused("/voices/0/numbers", std::vector<float>(257, 0.01F)));
    EXPECT_TRUE(refused("/problems", "a text"));
    EXPECT_FALSE(parse_heard_voices({}).ok());
}

}  // namespace
}  // namespace bonafide::engine
