#pragma once

#include "report/report.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bonafide::report {

// What the text and the page say in the same words. Nothing here computes: numbers come from fusion and are only named.

/// "Likely manipulated", ...
std::string_view title_of(Verdict verdict);
/// What the verdict means, one or two sentences.
std::string_view meaning_of(Verdict verdict);
/// What the verdict must not be taken for.
std::string_view caution_of(Verdict verdict);

/// How strongly a likelihood ratio supports a proposition, in the verbal scale of the ENFSI guideline for evaluative
/// reporting in forensic science (2015, version 3.0): 2 to 10 weak, to 100 moderate, to 1,000 moderately strong, to
/// 10,000 strong, above very strong.
std::string support_in_words(double llr);
/// Whether that scale grants any support at all: findings are grouped by it, so that groups and words agree.
bool supports_a_side(double llr);
/// That scale: "a ratio from 2 is weak support, from 10 moderate, ...".
std::string support_scale_in_words();
/// "llr +1.42, moderate support for manipulated or synthetic", or "not judged".
std::string llr_in_words(const std::optional<double>& llr);
/// The same of a finding that ran; "no ratio of its own" where it was judged with others or only describes.
std::string weight_in_words(const evidence::Finding& finding);
/// "96 %", "0.3 %", "over 99.9 %", "under 0.1 %": never 0 % or 100 %, which no measurement supports.
std::string probability_in_words(double probability);

std::string_view title_of(evidence::ProvenanceState state);
std::string_view meaning_of(evidence::ProvenanceState state);

/// Shortest decimal that shows `digits` significant digits: "0.0123", "1420", "3.1e-07". The same in every locale.
std::string number(double value, int digits = 4);
/// "+1.42"; always two decimals and a sign; never "-0.00".
std::string signed_number(double value);
/// "1:02:03.5" from an hour, "2:03.50" from a minute, "3.50 s" below.
std::string time_in_words(double seconds);
/// "3.50 s to 4.10 s", or one moment, or empty where neither is known.
std::string span_in_words(const std::optional<double>& start_s, const std::optional<double>& end_s);
/// "2.5 dB"; a unit that only says that there is none ("1", "0 or 1") is left out.
std::string value_in_words(const evidence::Measurement& measurement, int digits);
/// "3.50 s, 64 × 32 px at x 8, y 16": where a finding points; empty where it points nowhere.
std::string place_in_words(const evidence::Finding& finding);
/// "4.2 MB (4,213,811 bytes)".
std::string size_in_words(std::uint64_t bytes);
/// "JPEG photograph, 4000 x 3000 px, 4.2 MB".
std::string input_in_words(const Input& input);
/// Sentences about the input that a reader must not overlook: changed meanwhile, name against content, damaged.
std::vector<std::string> warnings_of(const Input& input);

}  // namespace bonafide::report
