#pragma once

#include "analysis/analyzer.h"
#include "features/sound_watermark/finder.h"
#include "features/watermark/watermark.h"

#include <string>

namespace bonafide::analyzers {

/// What a trace of the forge's watermark says, for a person. `least_exponent`: from where on it counts as found.
std::string describe_forge_mark(const features::watermark::Trace& trace, double least_exponent);
/// The same of a film.
std::string describe_forge_mark(const features::watermark::FilmTrace& film, double least_exponent);
/// The same of a sound.
std::string describe_forge_mark(const features::sound_watermark::Trace& sound, double least_exponent);

const analysis::AnalyzerDefinition& provenance_forge_marks();

}  // namespace bonafide::analyzers
