#pragma once

#include "analysis/analyzer.h"

#include <opencv2/core.hpp>

#include <string>

namespace bonafide::analyzers {

/// Levels in dB over the spectrum around them.
struct SpectrumResult {
    std::string not_applicable;  ///< why the picture cannot be judged; empty when it was
    double quarter_peaks_db =
        0;                    ///< mean of the oblique peaks at multiples of 1/4 cycle per pixel, less those of coding
    double half_peak_db = 0;  ///< of the peak at (1/2, 1/2)
    double coding_peaks_db = 0;  ///< mean of the peaks on the axes at odd multiples of 1/8, which block coding leaves
    double oblique_eighth_peaks_db = 0;  ///< mean of the oblique peaks at odd multiples of 1/8
    double fall_off_db = 0;              ///< highest frequencies against the middle ones
    double departure_db = 0;             ///< root mean square departure of the radial spectrum from a power law
    int patches = 0;                     ///< squares that were averaged
};

/// Measures the spectrum of the noise residual. `luma`: CV_32FC1 in 8-bit levels, any size, may be empty.
SpectrumResult spectrum(const cv::Mat& luma);

/// image.spectrum
const analysis::AnalyzerDefinition& image_spectrum();

}  // namespace bonafide::analyzers
