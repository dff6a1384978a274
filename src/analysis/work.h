#pragma once

#include "analysis/analyzer.h"

#include <chrono>
#include <exception>
#include <memory>
#include <string>

namespace bonafide::analysis {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// One analyzer at work: feeds it until it breaks, and remembers why it broke.
struct Work {
    const AnalyzerDefinition* definition = nullptr;
    std::unique_ptr<Analyzer> analyzer;
    bool listens = false, watches = false;  ///< whether sound, and whether faces of a film, are told to it
    std::string failure;
    double time_s = 0;

    template <class Action>
    void guarded(const Action& action) {
        if (!failure.empty()) {
            return;
        }
        const Clock::time_point start = Clock::now();
        try {
            action();
        } catch (const std::exception& exception) {
            failure = std::string("stopped by an error inside: ") + exception.what();
        }
        time_s += seconds_since(start);
    }
};

}  // namespace bonafide::analysis
