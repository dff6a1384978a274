#include "analysis/analyzer.h"

#include <algorithm>
#include <cmath>

namespace bonafide::analysis {

Result<Parameters> Parameters::resolve(const std::vector<ParameterDefinition>& definitions,
                                       const std::map<std::string, double>& given) {
    Parameters parameters;
    for (const ParameterDefinition& definition : definitions) {
        parameters.values_.emplace(definition.name, definition.default_value);
    }
    for (const auto& [name, value] : given) {
        const auto definition = std::find_if(definitions.begin(), definitions.end(),
                                             [&wanted = name](const auto& known) { return known.name == wanted; });
        if (definition == definitions.end()) {
            return Error{ErrorCode::kUsage, "no parameter is named '" + name + "'"};
        }
        if (!std::isfinite(value) || value < definition->minimum || value > definition->maximum) {
            return Error{ErrorCode::kUsage,
                         "parameter '" + name + "' must lie between " + std::to_string(definition->minimum) + " and " +
                             std::to_string(definition->maximum) + " " + std::string(definition->unit)};
        }
        parameters.values_.find(name)->second = value;
    }
    return parameters;
}

double Parameters::operator[](std::string_view name) const {
    const auto found = values_.find(name);
    ENSURE(found != values_.end());
    return found->second;
}

Analysis Analysis::not_applicable(std::string reason) {
    Analysis analysis;
    analysis.outcome = evidence::Outcome::kNotApplicable;
    analysis.reason = std::move(reason);
    return analysis;
}

Analysis Analysis::failed(std::string reason) {
    Analysis analysis;
    analysis.outcome = evidence::Outcome::kFailed;
    analysis.reason = std::move(reason);
    return analysis;
}

bool AnalyzerDefinition::accepts(ingest::MediaKind kind) const {
    return std::find(inputs.begin(), inputs.end(), kind) != inputs.end();
}

}  // namespace bonafide::analysis
