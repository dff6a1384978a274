#pragma once

#include "report/report.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bonafide::report {

/// What one analyzer says, with the places it points at. Points into the report, which must outlive it.
struct AnalyzerView {
    const evidence::Finding* whole = nullptr;      ///< its first finding: outcome and measurements for the whole input
    std::vector<const evidence::Finding*> places;  ///< the further ones
};

/// The findings in the order a reader needs them. Grouped by the sign of the llr as it is printed: no threshold is
/// added here.
struct FindingsView {
    std::vector<AnalyzerView> speaks_for;      ///< ran, at least weak support: strongest first
    std::vector<AnalyzerView> speaks_against;  ///< the same for authentic
    std::vector<AnalyzerView> neutral;         ///< ran, hardly any support or not judged
    std::vector<AnalyzerView> not_applicable;
    std::vector<AnalyzerView> failed;
};

FindingsView view_findings(const Report& report);

/// warnings_of(input) and what failed: sentences that a reader of the verdict must not overlook.
std::vector<std::string> warnings_of(const Report& report, const FindingsView& view);

/// Whether anything was looked for: without that, an absent mark or credential is not known to be absent.
bool credentials_examined(const Report& report);
bool marks_examined(const Report& report);

/// A place or moment with a time, for lists and timelines.
struct Moment {
    const evidence::Finding* finding = nullptr;
    double start_s = 0, end_s = 0;
    /// Where in the spectrum it was heard: the finding's measurements kLowestFrequency and kHighestFrequency (Hz),
    /// where it has both.
    std::optional<std::pair<double, double>> band_hz;
};
inline constexpr std::string_view kLowestFrequency = "lowest_frequency", kHighestFrequency = "highest_frequency";

/// Every finding with a time, in the order of time.
std::vector<Moment> moments_of(const Report& report);

/// A band on a picture of the spectrum that reaches up to `maximum_hz`: shares of its height, from the top.
struct BandOnPicture {
    double top = 0, height = 0;
};
/// Nothing where the moment has no band, or one above the picture.
std::optional<BandOnPicture> band_on_picture(const Moment& moment, double maximum_hz);

}  // namespace bonafide::report
