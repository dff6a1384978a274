#include "engine/front/replay.h"

#include "report/free_json.h"
#include "report/pdf/pdf.h"
#include "report/words.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace bonafide::engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostDifferences = 50;
constexpr std::size_t kMostDocumentBytes = std::size_t{256} << 20;

class Differences {
  public:
    void number(const std::string& what, const std::optional<double>& before, const std::optional<double>& again) {
        exact_ = exact_ && before == again;
        if (before && again) {
            const double allowed = kReplayTolerance * std::max(1.0, std::abs(*before));
            if (std::abs(*before - *again) <= allowed) {
                return;
            }
        } else if (!before && !again) {
            return;
        }
        add(what, words(before), words(again));
    }
    void text(const std::string& what, const std::string& before, const std::string& again) {
        if (before != again) {
            exact_ = false;
            add(what, before.empty() ? "none" : before, again.empty() ? "none" : again);
        }
    }
    void add(const std::string& what, const std::string& before, const std::string& again) {
        ++count_;
        if (list_.size() < kMostDifferences) {
            list_.push_back(what + ": " + before + " in the report, " + again + " now");
        }
    }
    std::vector<std::string> take() {
        if (count_ > list_.size()) {
            list_.push_back(std::to_string(count_ - list_.size()) + " more");
        }
        return std::move(list_);
    }
    bool exact() const { return exact_; }

  private:
    static std::string words(const std::optional<double>& value) {
        return value ? report::number(*value, 6) : std::string("nothing");
    }
    std::vector<std::string> list_;
    std::size_t count_ = 0;
    bool exact_ = true;
};

void compare_findings(const std::string& name, const evidence::Finding& before, const evidence::Finding& again,
                      Differences& differences) {
    differences.text(name + ", outcome", evidence::name_of(before.outcome), evidence::name_of(again.outcome));
    differences.number(name + ", llr", before.llr, again.llr);
    std::map<std::string, std::optional<double>> then, now;
    for (const auto& measurement : before.measurements) {
        then[measurement.name] = measurement.value;
    }
    for (const auto& measurement : again.measurements) {
        now[measurement.name] = measurement.value;
    }
    for (const auto& [measurement, value] : then) {
        const auto found = now.find(measurement);
        differences.number(name + ", " + measurement, value, found == now.end() ? std::nullopt : found->second);
    }
    for (const auto& [measurement, value] : now) {
        if (then.count(measurement) == 0) {
            differences.number(name + ", " + measurement, std::nullopt, value);
        }
    }
}

/// Findings by analyzer: the first for the whole input, the further ones for places, which are only counted: a place
/// more or less at the edge of a threshold is no other answer.
using ByAnalyzer = std::map<std::string, std::vector<const evidence::Finding*>>;
ByAnalyzer by_analyzer(const report::Report& report) {
    ByAnalyzer found;
    for (const evidence::Finding& finding : report.findings) {
        found[finding.analyzer].push_back(&finding);
    }
    return found;
}

std::string replay_text(const report::Report& report, const char* key) {
    const auto found = report.replay.find(key);
    return found != report.replay.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<std::string> version_differences(const report::Report& before, const report::Report& again) {
    Differences versions;
    versions.text("program", before.tool_version + " (" + before.tool_revision + ")",
                  again.tool_version + " (" + again.tool_revision + ")");
    for (const char* key : {"calibration", "fusion", "precision"}) {
        versions.text(key, replay_text(before, key), replay_text(again, key));
    }
    const ByAnalyzer now = by_analyzer(again);
    for (const auto& [analyzer, findings] : by_analyzer(before)) {
        const auto found = now.find(analyzer);
        if (found == now.end()) {
            continue;
        }
        const evidence::Finding& then = *findings.front();
        const evidence::Finding& same = *found->second.front();
        versions.text(analyzer, "version " + std::to_string(then.version), "version " + std::to_string(same.version));
        versions.text(analyzer + ", model", then.model_sha256.value_or(""), same.model_sha256.value_or(""));
    }
    return versions.take();
}

std::optional<std::vector<std::string>> texts_at(const Json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    std::vector<std::string> texts;
    if (!object.is_object() || found == object.end() || !found->is_array()) {
        return std::nullopt;
    }
    for (const Json& text : *found) {
        if (!text.is_string()) {
            return std::nullopt;
        }
        texts.push_back(text.get<std::string>());
    }
    return texts;
}

template <class Number>
void lower(Number& limit, const Json& limits, const char* key) {
    const auto found = limits.find(key);
    if (found != limits.end() && found->is_number() && found->get<double>() > 0) {
        limit = static_cast<Number>(std::min(static_cast<double>(limit), found->get<double>()));
    }
}

}  // namespace

Result<report::Report> report_in(std::string_view document) {
    if (document.size() > kMostDocumentBytes) {
        return Error{ErrorCode::kLimit, "it is far larger than any report"};
    }
    if (!report::is_pdf(document)) {
        return report::read_report(document);
    }
    const auto attached = report::attached_report(document);
    return attached ? report::read_report(*attached) : attached.error();
}

Result<Job> job_of(const report::Report& report, const Limits& most) {
    const Error missing{ErrorCode::kInvalid, "the report does not say how to repeat the analysis"};
    Job job;
    job.prior = report.prior;
    job.limits = most;
    const auto analyzers = report.replay.find("analyzers");
    const auto only = analyzers == report.replay.end() ? std::nullopt : texts_at(*analyzers, "only");
    const auto skip = analyzers == report.replay.end() ? std::nullopt : texts_at(*analyzers, "skip");
    const auto parameters = report.replay.find("parameters");
    if (!only || !skip || parameters == report.replay.end() || !(parameters->is_object() || parameters->is_null())) {
        return missing;
    }
    job.only = *only;
    job.skip = *skip;
    for (const auto& [analyzer, values] : parameters->items()) {
        if (!values.is_object()) {
            return missing;
        }
        for (const auto& [name, value] : values.items()) {
            if (!value.is_number()) {
                return missing;
            }
            job.parameters[analyzer][name] = value.get<double>();
        }
    }
    if (const auto limits = report.replay.find("limits"); limits != report.replay.end() && limits->is_object()) {
        lower(job.limits.size_bytes, *limits, "size_bytes");
        lower(job.limits.pixels, *limits, "pixels");
        lower(job.limits.duration_s, *limits, "duration_s");
        lower(job.limits.streams, *limits, "streams");
    }
    return job;
}

Comparison compare(const report::Report& before, const report::Report& again) {
    Differences differences;
    differences.text("verdict", report::name_of(before.verdict), report::name_of(again.verdict));
    differences.number("llr", before.llr, again.llr);
    differences.number("probability", before.probability, again.probability);
    differences.text("content credentials", evidence::name_of(before.provenance.state),
                     evidence::name_of(again.provenance.state));
    differences.number("marks in the file", static_cast<double>(before.provenance.marks.size()),
                       static_cast<double>(again.provenance.marks.size()));
    const ByAnalyzer then = by_analyzer(before), now = by_analyzer(again);
    for (const auto& [analyzer, findings] : then) {
        const auto found = now.find(analyzer);
        if (found == now.end()) {
            differences.add(analyzer, "there", "absent");
            continue;
        }
        compare_findings(analyzer, *findings.front(), *found->second.front(), differences);
        differences.number(analyzer + ", places", static_cast<double>(findings.size() - 1),
                           static_cast<double>(found->second.size() - 1));
    }
    for (const auto& [analyzer, findings] : now) {
        if (then.count(analyzer) == 0) {
            differences.add(analyzer, "absent", "there");
        }
    }
    Comparison comparison;
    comparison.identical = differences.exact();
    comparison.differences = differences.take();
    comparison.identical = comparison.identical && comparison.differences.empty();
    comparison.versions = version_differences(before, again);
    return comparison;
}

const char* name_of(ReplayState state) {
    switch (state) {
        case ReplayState::kNotDone:
            return "not_done";
        case ReplayState::kSame:
            return "same";
        case ReplayState::kDiffers:
            return "differs";
        case ReplayState::kOtherVersions:
            return "other_versions";
    }
    return "differs";
}

ReplayState state_of(const Comparison& comparison) {
    if (comparison.differences.empty()) {
        return ReplayState::kSame;
    }
    return comparison.versions.empty() ? ReplayState::kDiffers : ReplayState::kOtherVersions;
}

}  // namespace bonafide::engine
