#include "report/words.h"

#include <array>
#include <cmath>

namespace bonafide::report {

std::string_view title_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::kLikelyAuthentic:
            return "Likely authentic";
        case Verdict::kInconclusive:
            return "Inconclusive";
        case Verdict::kLikelyManipulated:
            return "Likely manipulated";
        case Verdict::kLikelySynthetic:
            return "Likely synthetic";
        case Verdict::kNotApplicable:
            return "Not applicable";
        case Verdict::kFailed:
            return "Analysis failed";
    }
    return "Analysis failed";
}

std::string_view meaning_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::kLikelyAuthentic:
            return "What was measured is more usual for an untouched recording than for a manipulated or synthetic "
                   "one.";
        case Verdict::kInconclusive:
            return "What was measured does not speak clearly for either side. The question stays open.";
        case Verdict::kLikelyManipulated:
            return "What was measured is more usual for media that was changed after it was recorded than for an "
                   "untouched recording.";
        case Verdict::kLikelySynthetic:
            return "What was measured is more usual for media made by a generator than for a recording of something "
                   "that happened.";
        case Verdict::kNotApplicable:
            return "None of the analyzers can judge this kind of input. Nothing is known about it.";
        case Verdict::kFailed:
            return "The input could not be analysed. Nothing is known about it, neither good nor bad.";
    }
    return "The input could not be analysed.";
}

std::string_view caution_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::kLikelyAuthentic:
            return "It is no proof. A manipulation that leaves none of the traces looked for is not seen, and a true "
                   "picture can be shown "
                   "with a false caption.";
        case Verdict::kInconclusive:
            return "It does not clear the media, and it does not accuse it.";
        case Verdict::kLikelyManipulated:
            return "It is no proof, and it says nothing about who changed it or why. Harmless editing, such as "
                   "cropping, retouching or "
                   "saving again, leaves traces as well.";
        case Verdict::kLikelySynthetic:
            return "It is no proof, and it says nothing about who made it or why. Heavy filtering and compression can "
                   "look alike.";
        case Verdict::kNotApplicable:
        case Verdict::kFailed:
            return "Do not take this for a clean result.";
    }
    return "Do not take this for a clean result.";
}

namespace {

struct Step {
    double from_ratio;
    std::string_view words;
};
constexpr std::array kScale = {Step{10000, "very strong"}, Step{1000, "strong"}, Step{100, "moderately strong"},
                               Step{10, "moderate"}, Step{2, "weak"}};

}  // namespace

bool supports_a_side(double llr) {
    return std::abs(llr) >= std::log10(kScale.back().from_ratio);
}

std::string support_in_words(double llr) {
    for (const Step& step : kScale) {
        if (std::abs(llr) >= std::log10(step.from_ratio)) {
            return std::string(step.words) + " support for " + (llr > 0 ? "manipulated or synthetic" : "authentic");
        }
    }
    return "no support for either side";
}

std::string support_scale_in_words() {
    std::string words;
    for (auto step = kScale.rbegin(); step != kScale.rend(); ++step) {
        words += (words.empty() ? "a ratio from " : ", from ") + number(step->from_ratio) + " is " +
                 std::string(step->words) + " support";
    }
    return words + ".";
}

std::string llr_in_words(const std::optional<double>& llr) {
    return llr ? "llr " + signed_number(*llr) + ", " + support_in_words(*llr) : "not judged";
}

std::string weight_in_words(const evidence::Finding& finding) {
    return finding.llr ? llr_in_words(finding.llr) : "no ratio of its own";
}

std::string probability_in_words(double probability) {
    const double percent = probability * 100;
    if (percent > 99.9) return "over 99.9 %";
    if (percent < 0.1) return "under 0.1 %";
    return number(percent, percent > 99 || percent < 1 ? 3 : 2) + " %";
}

std::string value_in_words(const evidence::Measurement& measurement, int digits) {
    const bool has_unit = !measurement.unit.empty() && measurement.unit != "1" && measurement.unit != "0 or 1";
    return number(measurement.value, digits) + (has_unit ? " " + measurement.unit : "");
}

std::string place_in_words(const evidence::Finding& finding) {
    std::string words = span_in_words(finding.where.start_s, finding.where.end_s);
    if (finding.where.box_px) {
        const evidence::Where::Box& box = *finding.where.box_px;
        words += (words.empty() ? "" : ", ") + std::to_string(box.width) + " \xC3\x97 " + std::to_string(box.height) +
                 " px at x " + std::to_string(box.x) + ", y " + std::to_string(box.y);
    }
    return words;
}

std::string_view title_of(evidence::ProvenanceState state) {
    switch (state) {
        case evidence::ProvenanceState::kAbsent:
            return "Absent";
        case evidence::ProvenanceState::kInvalid:
            return "Invalid";
        case evidence::ProvenanceState::kValid:
            return "Valid, signer not known as trusted";
        case evidence::ProvenanceState::kTrusted:
            return "Valid and trusted";
    }
    return "Invalid";
}

std::string_view meaning_of(evidence::ProvenanceState state) {
    switch (state) {
        case evidence::ProvenanceState::kAbsent:
            return "The input carries no content credentials. That is so for most media and says nothing about its "
                   "origin.";
        case evidence::ProvenanceState::kInvalid:
            return "The input carries content credentials that do not fit it or do not verify. Their claims cannot be "
                   "relied on; saving "
                   "again with ordinary software is enough to cause this.";
        case evidence::ProvenanceState::kValid:
            return "The content credentials fit the input, but no trust list used here vouches for the signer. The "
                   "claims are the signer's "
                   "own. Not trusted does not mean tampered.";
        case evidence::ProvenanceState::kTrusted:
            return "The content credentials fit the input, and a trust list vouches for the signer. The claims are as "
                   "good as the signer is.";
    }
    return "";
}

std::vector<std::string> warnings_of(const Input& input) {
    std::vector<std::string> warnings;
    if (!input.sha256_after.empty() && input.sha256 != input.sha256_after) {
        warnings.push_back("The file changed while it was analysed. This report may describe neither version.");
    }
    if (input.extension_agrees == false) {
        warnings.push_back("The file name's ending does not fit the content, which is: " +
                           (input.description.empty() ? input.media_type : input.description) + ".");
    }
    if (!input.damage.empty()) {
        warnings.push_back("Damaged: " + input.damage + ".");
    }
    if (input.decoded_fraction && *input.decoded_fraction < 1) {
        warnings.push_back("Only " + probability_in_words(*input.decoded_fraction) +
                           " could be decoded and looked at.");
    }
    return warnings;
}

std::string input_in_words(const Input& input) {
    std::string words = !input.description.empty() ? input.description : input.media_type;
    const auto add = [&](const std::string& text) { words += (words.empty() ? "" : ", ") + text; };
    if (input.width_px && input.height_px) {
        add(std::to_string(*input.width_px) + " \xC3\x97 " + std::to_string(*input.height_px) + " px");
    }
    if (input.duration_s) add(time_in_words(*input.duration_s));
    add(size_in_words(input.size_bytes));
    return words;
}

}  // namespace bonafide::report
