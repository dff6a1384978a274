#include "engine/protocol/voices.h"

#include <stdexcept>

namespace bonafide::engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostVoices = 64, kMostMoments = 64, kMostProblems = 50, kLongestText = 500;
constexpr double kLongest_s = 1e9;

double number(const Json& json, const char* name, double least, double most) {
    const double value = json.at(name).get<double>();
    if (!(value >= least && value <= most)) {
        throw std::out_of_range(std::string(name) + " is out of range");
    }
    return value;
}

/// A list of the worker's, never longer than `most`: a loop over a text would run once over the text itself.
const Json::array_t& list(const Json& json, const char* name, std::size_t most) {
    const auto& values = json.at(name).get_ref<const Json::array_t&>();
    if (values.size() > most) {
        throw std::out_of_range(std::string("too many ") + name);
    }
    return values;
}

HeardVoice voice_of(const Json& json) {
    HeardVoice voice;
    for (const Json& moment : list(json, "moments", kMostMoments)) {
        voice.moments.push_back({number(moment, "start_s", 0, kLongest_s), number(moment, "end_s", 0, kLongest_s)});
    }
    if (voice.moments.empty()) {
        throw std::out_of_range("a voice without a moment");
    }
    voice.speech_s = number(json, "speech_s", 0, kLongest_s);
    if (!json.at("spread").is_null()) {
        voice.spread = number(json, "spread", 0, 1);
    }
    const auto& numbers = list(json, "numbers", evidence::kVoiceNumbers);
    for (std::size_t i = 0; i < voice.numbers.size(); ++i) {
        voice.numbers[i] = numbers.at(i).get<float>();
    }
    if (!evidence::are_voice_numbers(voice.numbers)) {
        throw std::out_of_range("the numbers of a voice are out of range");
    }
    return voice;
}

HeardVoices voices_of(const Json& json) {
    HeardVoices heard;
    heard.duration_s = number(json, "duration_s", 0, kLongest_s);
    for (const Json& voice : list(json, "voices", kMostVoices)) {
        heard.voices.push_back(voice_of(voice));
    }
    heard.nothing = json.at("nothing").get<std::string>().substr(0, kLongestText);
    if (heard.voices.empty() == heard.nothing.empty()) {
        throw std::out_of_range("neither voices nor why there are none");
    }
    for (const Json& problem : list(json, "problems", kMostProblems)) {
        heard.problems.push_back(problem.get<std::string>().substr(0, kLongestText));
    }
    return heard;
}

}  // namespace

Json to_json(const HeardVoices& heard) {
    Json json;
    json["duration_s"] = heard.duration_s;
    json["voices"] = Json::array();
    for (const HeardVoice& voice : heard.voices) {
        Json moments = Json::array();
        for (const HeardMoment& moment : voice.moments) {
            moments.push_back({{"start_s", moment.start_s}, {"end_s", moment.end_s}});
        }
        json["voices"].push_back({{"moments", std::move(moments)},
                                  {"speech_s", voice.speech_s},
                                  {"spread", voice.spread ? Json(*voice.spread) : Json(nullptr)},
                                  {"numbers", voice.numbers}});
    }
    json["nothing"] = heard.nothing;
    json["problems"] = Json::array();
    for (const std::string& problem : heard.problems) {
        if (json["problems"].size() < kMostProblems) {
            json["problems"].push_back(problem);
        }
    }
    return json;
}

Result<HeardVoices> parse_heard_voices(std::span<const std::uint8_t> bytes) {
    try {
        return voices_of(Json::parse(bytes.begin(), bytes.end()));
    } catch (const std::exception& exception) {
        return Error{ErrorCode::kInvalid,
                     std::string("the analysis process sent voices that do not hold together: ") + exception.what()};
    }
}

}  // namespace bonafide::engine
