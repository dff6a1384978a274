// Reading and checking models/fusion.json. Nothing in it is taken on trust: a user may fit and pass another one.
#include "fusion/learned_fusion.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <set>

namespace bonafide::fusion {
namespace {

using nlohmann::json;

constexpr std::string_view kSchema = "bonafide.fusion/1";
constexpr std::size_t kMostBytes = 4 << 20, kMostVoices = 64, kMostHidden = 128, kMostKnots = 256;
constexpr std::size_t kInputsAVoice = 4, kPictureStatistics = 10;

Error invalid(const std::string& what) {
    return {ErrorCode::kInvalid, "fusion file: " + what};
}

// The numbers of `object[key]`, nothing unless there are exactly `count` finite ones.
template <class Number>
bool take(const json& object, const char* key, std::size_t count, std::vector<Number>& to) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_array() || found->size() != count) {
        return false;
    }
    for (const json& value : *found) {
        if (!value.is_number() || !std::isfinite(value.get<Number>())) {
            return false;
        }
        to.push_back(value.get<Number>());
    }
    return true;
}

template <class Number>
bool take(const json& object, const char* key, Number& to) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number() || !std::isfinite(found->get<double>())) {
        return false;
    }
    to = found->get<Number>();
    return true;
}

bool take(const json& object, const char* key, std::string& to) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string() || found->get_ref<const std::string&>().empty()) {
        return false;
    }
    to = found->get<std::string>();
    return true;
}

}  // namespace

Result<LearnedFusion> LearnedFusion::parse(std::string_view text) {
    if (text.size() > kMostBytes) {
        return invalid("is larger than 4 MiB");
    }
    bool too_deep = false;
    const json root = json::parse(
        text.begin(), text.end(),
        [&](int depth, json::parse_event_t, json&) {
            too_deep |= depth > 16;
            return depth <= 16;
        },
        false);
    if (too_deep || !root.is_object() || root.value("schema", json()) != json(kSchema)) {
        return invalid("is not a " + std::string(kSchema) + " document");
    }
    LearnedFusion fusion;
    if (!take(root, "version", fusion.version_) || !take(root, "least_maps", fusion.least_voices_) ||
        fusion.least_voices_ < 1) {
        return invalid("'version' or 'least_maps' is missing or wrong");
    }
    const json voices = root.value("analyzers", json()), blocks = root.value("blocks", json()),
               picture = root.value("picture", json()), knots = root.value("knots", json());
    if (!voices.is_array() || voices.empty() || voices.size() > kMostVoices || !blocks.is_object() ||
        !picture.is_object() || !knots.is_array() || knots.size() < 2 || knots.size() > kMostKnots) {
        return invalid("'analyzers', 'blocks', 'picture' or 'knots' is missing or of the wrong size");
    }
    std::set<std::string> ids;
    for (const json& entry : voices) {
        Voice voice;
        if (!entry.is_object() || !take(entry, "id", voice.analyzer) ||
            !take(entry, "measurement", voice.measurement) || !take(entry, "centre", voice.centre) ||
            !take(entry, "spread", voice.spread) || voice.spread <= 0 || !ids.insert(voice.analyzer).second) {
            return invalid("an analyzer is incomplete, wrong or there twice");
        }
        const json alone = entry.value("alone", json(false));
        if (!alone.is_boolean()) {
            return invalid("'alone' of an analyzer has to be true or false");
        }
        voice.alone = alone.get<bool>();
        fusion.voices_.push_back(std::move(voice));
    }
    const std::size_t inputs = fusion.voices_.size() * kInputsAVoice;
    const json bias = blocks.value("hidden_bias", json());
    const std::size_t hidden = bias.is_array() ? bias.size() : 0;
    if (hidden < 1 || hidden > kMostHidden || !take(blocks, "mean", inputs, fusion.mean_) ||
        !take(blocks, "deviation", inputs, fusion.deviation_) ||
        !take(blocks, "hidden", inputs * hidden, fusion.hidden_) ||
        !take(blocks, "hidden_bias", hidden, fusion.hidden_bias_) || !take(blocks, "last", hidden, fusion.last_) ||
        !take(blocks, "last_bias", fusion.last_bias_) || !take(blocks, "threshold", fusion.threshold_)) {
        return invalid("'blocks' has something missing, not finite or of the wrong size");
    }
    for (const float deviation : fusion.deviation_) {
        if (deviation <= 0) {
            return invalid("a deviation is not positive");
        }
    }
    if (!take(picture, "weights", kPictureStatistics + 2 * fusion.voices_.size(), fusion.picture_) ||
        !take(picture, "bias", fusion.picture_bias_)) {
        return invalid("'picture' has something missing, not finite or of the wrong size");
    }
    const json size = picture.value("size", json());
    if (!size.is_object() || !take(size, "from_megapixels", fusion.from_megapixels_) ||
        !take(size, "per_doubling", fusion.per_doubling_) || fusion.from_megapixels_ <= 0 || fusion.per_doubling_ < 0) {
        return invalid("'size' of 'picture' is missing or wrong");
    }
    for (const json& entry : knots) {
        if (!entry.is_array() || entry.size() != 2 || !entry[0].is_number() || !entry[1].is_number()) {
            return invalid("a knot has to be [score, llr]");
        }
        const Calibration::Knot knot{entry[0].get<double>(), entry[1].get<double>()};
        const bool rises =
            fusion.knots_.empty() || (knot.value > fusion.knots_.back().value && knot.llr >= fusion.knots_.back().llr);
        if (!std::isfinite(knot.value) || !std::isfinite(knot.llr) || std::abs(knot.llr) > kMostLlr || !rises) {
            return invalid("the knots have to rise, within the cap");
        }
        fusion.knots_.push_back(knot);
    }
    return fusion;
}

}  // namespace bonafide::fusion
