#include "engine/worker/choice.h"

#include "analyzers/registry.h"
#include "engine/worker/analyse.h"

#include <algorithm>

namespace bonafide::engine {
namespace {

bool any_matches(const std::vector<std::string>& globs, std::string_view id) {
    return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return matches(id, glob); });
}

Result<void> names_something(const std::string& glob) {
    for (const analysis::AnalyzerDefinition* definition : analyzers::all()) {
        if (matches(definition->id, glob)) {
            return {};
        }
    }
    return Error{ErrorCode::kUsage, "no analyzer matches '" + glob + "'; `bonafide analyzers` lists them"};
}

}  // namespace

bool matches(std::string_view id, std::string_view glob) {
    // Greedy matching that remembers the last star: linear for one star, quadratic at worst, never exponential.
    std::size_t at = 0, pattern = 0, star = std::string_view::npos, resume = 0;
    while (at < id.size()) {
        if (pattern < glob.size() && glob[pattern] == '*') {
            star = pattern++;
            resume = at;
        } else if (pattern < glob.size() && (glob[pattern] == '?' || glob[pattern] == id[at])) {
            ++pattern;
            ++at;
        } else if (star != std::string_view::npos) {
            pattern = star + 1;
            at = ++resume;
        } else {
            return false;
        }
    }
    return glob.find_first_not_of('*', pattern) == std::string_view::npos;
}

Result<std::vector<analysis::Planned>> plan_for(const Job& job, ingest::MediaKind kind) {
    for (const auto* globs : {&job.only, &job.skip}) {
        for (const std::string& glob : *globs) {
            if (auto named = names_something(glob); !named) {
                return named.error();
            }
        }
    }
    for (const auto& [id, values] : job.parameters) {
        const auto& all = analyzers::all();
        if (std::none_of(all.begin(), all.end(),
                         [&wanted = id](const auto* definition) { return definition->id == wanted; })) {
            return Error{ErrorCode::kUsage, "no analyzer is named '" + id + "'; `bonafide analyzers` lists them"};
        }
    }
    std::vector<analysis::Planned> plan;
    for (const analysis::AnalyzerDefinition* definition : analyzers::all()) {
        const auto given = job.parameters.find(std::string(definition->id));
        auto parameters = analysis::Parameters::resolve(
            definition->parameters, given != job.parameters.end() ? given->second : std::map<std::string, double>());
        if (!parameters) {
            return Error{ErrorCode::kUsage, std::string(definition->id) + ": " + parameters.error().message};
        }
        // Without a claim its answer would only say so, in every report, after opening a network for it.
        const bool asked = !definition->wants_claim || !job.claimed.empty() || !job.only.empty();
        const bool chosen = asked && (job.only.empty() || any_matches(job.only, definition->id)) &&
                            !any_matches(job.skip, definition->id);
        if (chosen && definition->accepts(kind)) {
            plan.push_back({definition, std::move(*parameters)});
        }
    }
    return plan;
}

Result<void> check_choices(const Job& job) {
    auto plan = plan_for(job, ingest::MediaKind::kUnknown);
    return plan.ok() ? Result<void>() : plan.error();
}

}  // namespace bonafide::engine
