// Reading and checking models/calibration.json. The file is ours, but a user may fit and pass another one: nothing in
// it is taken on trust.
#include "fusion/fusion.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <set>
#include <utility>

namespace bonafide::fusion {
namespace {

using nlohmann::json;

constexpr std::string_view kSchema = "bonafide.calibration/1";
constexpr std::size_t kMostBytes = 4 << 20;
constexpr std::size_t kMostKnots = 256;

Error invalid(const std::string& place, const std::string& what) {
    return {ErrorCode::kInvalid, "calibration file, " + place + ": " + what};
}

Result<std::string> text_at(const json& object, const char* key, const std::string& place) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string() || found->get_ref<const std::string&>().empty()) {
        return invalid(place, std::string("'") + key + "' has to be a text that is not empty");
    }
    return found->get<std::string>();
}

Result<bool> flag_at(const json& object, const char* key, const std::string& place) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_boolean()) {
        return invalid(place, std::string("'") + key + "' has to be true or false");
    }
    return found->get<bool>();
}

Result<double> number_at(const json& object, const char* key, double minimum, double maximum,
                         const std::string& place) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number()) {
        return invalid(place, std::string("'") + key + "' has to be a number");
    }
    const double value = found->get<double>();
    if (!std::isfinite(value) || value < minimum || value > maximum) {
        return invalid(place, std::string("'") + key + "' is out of range");
    }
    return value;
}

// Knots as [[value, llr], ...]: values strictly rising, llr monotone in one direction and within `cap`.
Result<std::vector<Calibration::Knot>> knots_at(const json& object, const char* key, double cap,
                                                const std::string& place) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_array() || found->size() < 2 || found->size() > kMostKnots) {
        return invalid(place, std::string("'") + key + "' has to be a list of 2 to 256 knots");
    }
    std::vector<Calibration::Knot> knots;
    bool falls = false, rises = false;
    for (const json& entry : *found) {
        if (!entry.is_array() || entry.size() != 2 || !entry[0].is_number() || !entry[1].is_number()) {
            return invalid(place, "a knot has to be [value, llr]");
        }
        const Calibration::Knot knot{entry[0].get<double>(), entry[1].get<double>()};
        if (!std::isfinite(knot.value) || !std::isfinite(knot.llr)) {
            return invalid(place, "a knot is not finite");
        }
        if (std::abs(knot.llr) > cap) {
            return invalid(place, "a knot says more than the cap of its kind allows");
        }
        if (!knots.empty()) {
            if (knot.value <= knots.back().value) {
                return invalid(place, "the values of the knots have to rise");
            }
            falls |= knot.llr < knots.back().llr;
            rises |= knot.llr > knots.back().llr;
        }
        knots.push_back(knot);
    }
    if (falls && rises) {
        return invalid(place, "the curve is not monotone");
    }
    return knots;
}

Result<Calibration::Curve> curve_from(const json& entry, double forgeable_cap, const std::string& place) {
    if (!entry.is_object()) {
        return invalid(place, "has to be an object");
    }
    Calibration::Curve curve;
    for (const auto& [key, member] :
         {std::pair{"analyzer", &curve.analyzer}, std::pair{"measurement", &curve.measurement},
          std::pair{"group", &curve.group}, std::pair{"fitted_on", &curve.fitted_on}}) {
        Result<std::string> text = text_at(entry, key, place);
        if (!text) {
            return text.error();
        }
        *member = *text;
    }
    for (const auto& [key, member] :
         {std::pair{"forgeable", &curve.forgeable}, std::pair{"synthetic", &curve.synthetic}}) {
        const Result<bool> flag = flag_at(entry, key, place);
        if (!flag) {
            return flag.error();
        }
        *member = *flag;
    }
    if (entry.contains("confirms")) {
        const Result<bool> flag = flag_at(entry, "confirms", place);
        if (!flag) {
            return flag.error();
        }
        curve.confirms = *flag;
    }
    Result<std::vector<Calibration::Knot>> knots =
        knots_at(entry, "knots", curve.forgeable ? forgeable_cap : kMostLlr, place);
    if (!knots) {
        return knots.error();
    }
    curve.knots = *knots;
    if (entry.contains("trusted_knots")) {
        Result<std::vector<Calibration::Knot>> trusted = knots_at(entry, "trusted_knots", kMostLlr, place);
        if (!trusted) {
            return trusted.error();
        }
        curve.trusted_knots = *trusted;
    }
    return curve;
}

}  // namespace

Result<Calibration> Calibration::parse(std::string_view text) {
    if (text.size() > kMostBytes) {
        return invalid("whole file", "is larger than 4 MiB");
    }
    // The callback bounds the depth, so that a hostile file cannot exhaust the stack when the tree is taken apart
    // again.
    bool too_deep = false;
    const json root = json::parse(
        text.begin(), text.end(),
        [&](int depth, json::parse_event_t, json&) {
            too_deep |= depth > 16;
            return depth <= 16;
        },
        false);
    if (too_deep || !root.is_object()) {
        return invalid("whole file", "is not a JSON object");
    }
    Result<std::string> schema = text_at(root, "schema", "whole file");
    if (!schema || *schema != kSchema) {
        return invalid("whole file", "'schema' has to be " + std::string(kSchema));
    }
    Calibration calibration;
    Result<std::string> version = text_at(root, "version", "whole file");
    if (!version) {
        return version.error();
    }
    calibration.version_ = *version;
    // Forgeable marks must not decide alone at even prior, whatever the file says.
    const double decisive = std::log10(kDecisiveProbability / (1 - kDecisiveProbability));
    const Result<double> cap = number_at(root, "forgeable_cap", 0, decisive - 0.01, "whole file");
    if (!cap) {
        return cap.error();
    }
    calibration.forgeable_cap_ = *cap;

    const auto groups = root.find("groups");
    if (groups == root.end() || !groups->is_object()) {
        return invalid("whole file", "'groups' has to be an object");
    }
    for (const auto& [name, group] : groups->items()) {
        const std::string place = "group " + name;
        if (!group.is_object()) {
            return invalid(place, "has to be an object");
        }
        const Result<double> correlation = number_at(group, "correlation", 0, 1, place);
        if (!correlation) {
            return correlation.error();
        }
        Result<std::string> basis = text_at(group, "basis", place);
        if (!basis) {
            return basis.error();
        }
        calibration.group_correlation_[name] = *correlation;
    }

    const auto curves = root.find("curves");
    if (curves == root.end() || !curves->is_array()) {
        return invalid("whole file", "'curves' has to be a list");
    }
    std::set<std::pair<std::string, std::string>> seen;
    for (std::size_t index = 0; index < curves->size(); ++index) {
        const std::string place = "curve " + std::to_string(index);
        Result<Curve> curve = curve_from((*curves)[index], *cap, place);
        if (!curve) {
            return curve.error();
        }
        if (!calibration.group_correlation_.contains(curve->group)) {
            return invalid(place, "its group is not listed under 'groups'");
        }
        if (!seen.insert({curve->analyzer, curve->measurement}).second) {
            return invalid(place, "its measurement has a curve already");
        }
        calibration.curves_.push_back(std::move(*curve));
    }
    return calibration;
}

}  // namespace bonafide::fusion
