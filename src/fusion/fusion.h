#pragma once

#include "base/result.h"
#include "evidence/evidence.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::fusion {

/// Posterior probability from which a judgement is called likely; its complement is the bound for likely authentic.
inline constexpr double kDecisiveProbability = 0.9;
/// What a generator's traces have to say after a save, a smaller size and a crop for a verdict to rest on them (log10):
/// twice as likely. Their curve was fitted on pictures saved again and scaled, which keep most of what they said.
inline constexpr double kLeastKeptLlr = 0.3;
/// No curve may say more than this, whatever it was fitted on (log10: one to a thousand).
inline constexpr double kMostLlr = 3.0;

/// What several analyzers say together, judged by a model of its own (fusion/learned_fusion.h).
struct TogetherEvidence {
    double llr = 0;                      ///< log10
    std::vector<std::string> analyzers;  ///< whose findings it judged
};

/// What all findings together say.
struct Judgement {
    std::optional<double> llr;          ///< log10, nothing where no finding could be judged
    std::optional<double> probability;  ///< of manipulated or synthetic, from llr and prior
    bool synthetic = false;             ///< the strongest evidence for h1 speaks of synthesis rather than of editing
    bool abstained = false;             ///< something ran, but nothing it measured could be judged
    std::string abstain_reason;
    /// What the reader has to know about this judgement, in sentences: values outside the calibrated range, forgeable
    /// evidence capped.
    std::vector<std::string> limits;
};

/// The verdict a judgement amounts to; the report has two more outcomes of its own making (failed, and not applicable
/// before anything ran).
enum class Decision { kLikelyAuthentic, kInconclusive, kLikelyManipulated, kLikelySynthetic, kNotApplicable };

/// kNotApplicable without an llr, unless the judgement abstained: then kInconclusive.
Decision decide(const Judgement& judgement);

/// Probability of h1 for a log10 likelihood ratio and a prior in (0, 1).
double posterior(double llr, double prior);

/// How measurements become log-likelihood ratios: monotone piecewise-linear curves, each capped, with the data each was
/// fitted on. Method and reasons: docs/adr/0004-fusion.md.
class Calibration {
  public:
    /// A point of a curve: a measured value and its log10 likelihood ratio. Between knots linear, beyond the ends
    /// constant.
    struct Knot {
        double value = 0, llr = 0;
    };
    struct Curve {
        std::string analyzer, measurement;
        std::string group;       ///< correlation group
        bool forgeable = false;  ///< rests on what anyone can write into a file
        bool synthetic = false;  ///< speaks of synthesis
        /// Its evidence for authentic is a sign of a camera, not the mere absence of a trace.
        bool confirms = false;
        std::vector<Knot> knots;
        /// Used in place of `knots` where the content credentials are trusted, and then neither forgeable nor capped;
        /// may be empty.
        std::vector<Knot> trusted_knots;
        std::string fitted_on;  ///< the data, or "set by judgement: ..."
    };

    /// Reads the calibration data file (models/calibration.json). kInvalid, naming the place, where a value is missing,
    /// of the wrong type, not finite or over its cap, where a curve is not monotone, or where two curves claim the same
    /// measurement.
    static Result<Calibration> parse(std::string_view json);

    /// Sets `llr` of the first finding of every analyzer that ran and is calibrated, and judges them together. Further
    /// findings of an analyzer point at places within the same evidence and are not counted again. Within a correlation
    /// group the strongest evidence of either sign counts fully and the rest by a share; forgeable evidence together
    /// stays below what a verdict takes at even prior, and so does, for authentic, forgeable evidence together with the
    /// absence of traces. `prior`: probability of h1 before looking, in (0, 1).
    /// Where `together` is given, it stands in the sum for the findings of its analyzers; those keep the ratio that
    /// each would have by itself. Below 0 it is absence of traces.
    Judgement judge(std::vector<evidence::Finding>& findings, const evidence::Provenance& provenance, double prior,
                    const TogetherEvidence* together = nullptr) const;

    /// The judgement that would come out if `analyzers` were to measure, of all they can, what speaks most for
    /// authentic media, and the findings of all others stayed: no answer of theirs leads below its llr. `together`: the
    /// same bound of what is judged together, nothing where nothing is.
    Judgement most_authentic(std::vector<evidence::Finding> findings, const std::vector<std::string_view>& analyzers,
                             const evidence::Provenance& provenance, double prior,
                             std::optional<double> together) const;

    /// The ratio that a measurement of `value` supports by itself; nothing where no curve is for it.
    std::optional<double> ratio_of(std::string_view analyzer, std::string_view measurement, double value) const;

    const std::string& version() const { return version_; }
    const std::vector<Curve>& curves() const { return curves_; }

    /// Share at which correlated evidence beyond the strongest counts, for scores of correlation `correlation` in [0,
    /// 1].
    static double share_of(double correlation) { return (1 - correlation) / (1 + correlation); }

  private:
    std::string version_;
    double forgeable_cap_ = 0;
    std::map<std::string, double, std::less<>> group_correlation_;
    std::vector<Curve> curves_;
};

/// The curve through `knots` at `value`: linear between them, constant beyond the ends. `knots`: at least one, rising.
double interpolate(const std::vector<Calibration::Knot>& knots, double value);

}  // namespace bonafide::fusion
