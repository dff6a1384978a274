#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "evidence/evidence.h"

namespace bonafide::fusion {

/// What all findings together say.
struct Judgement {
    std::optional<double> llr;          ///< log10, nothing where no finding could be judged
    std::optional<double> probability;  ///< of manipulated or synthetic, from llr and prior
    bool synthetic = false;             ///< the strongest evidence for h1 speaks of synthesis rather than of editing
    bool abstained = false;
    std::string abstain_reason;
};

/// How measurements become log-likelihood ratios: monotone piecewise-linear curves, each capped, with the data each was fitted on.
class Calibration {
  public:
    /// Reads the calibration data file (models/calibration.json). kInvalid where it is malformed or not monotone.
    static Result<Calibration> parse(std::string_view json);

    /// Sets `llr` of every finding that ran and whose analyzer is calibrated, and judges them together. Evidence of one correlation group
    /// counts once (its members share); forgeable marks never decide alone (docs/adr on fusion).
    Judgement judge(std::vector<evidence::Finding>& findings, const evidence::Provenance& provenance, double prior) const;

    const std::string& version() const { return version_; }

    struct Knot {
        double value = 0, llr = 0;
    };
    struct Curve {
        std::string analyzer, measurement;
        std::string group;       ///< correlation group
        bool forgeable = false;  ///< rests on what anyone can write into a file
        bool synthetic = false;  ///< speaks of synthesis
        std::vector<Knot> knots;
        std::string fitted_on;
    };

  private:
    std::string version_;
    double forgeable_cap_ = 0.9;
    double group_share_ = 0.5;
    std::vector<Curve> curves_;
};

}  // namespace bonafide::fusion
