#pragma once

#include "report/report.h"

#include <string>
#include <vector>

/// Reports for the tests of this folder, made up in every field; written as pages into the test's build folder, to be
/// looked at.
namespace bonafide::report::samples {

struct Sample {
    std::string name;
    Report report;
    Artifacts artifacts;
};

Sample picture_with_map();
Sample film_with_events();
Sample sound_with_moments();
Sample failed();
Sample with_provenance();
/// Every text that can come from an input tries to break out of the page, the line or the terminal.
Sample hostile();
std::vector<Sample> all();

/// Notes for the analyzers that the samples use.
AnalyzerNotes notes();

}  // namespace bonafide::report::samples
