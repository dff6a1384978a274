// Combination of calibrated evidence into one log-likelihood ratio.
//
// Method: naive Bayes over correlation groups. Within a group evidence is discounted: for two scores with equal
// separation and correlation r under both hypotheses, both normally distributed, the likelihood ratio of the pair is 2
// / (1 + r) times that of one alone, so that the second adds (1 - r) / (1 + r) of what it would add if it were
// independent. That share is applied to everything but the strongest. Limits: groups are taken as independent of each
// other; the discount is exact only for the normal case above. See docs/adr/0004-fusion.md.
#include "fusion/fusion.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

namespace bonafide::fusion {
namespace {

// Evidence of one correlation group. Either sign is summed by itself, so that the result neither jumps nor falls when
// one member grows.
class GroupSum {
  public:
    void add(double llr) {
        Side& side = llr < 0 ? against_ : for_;
        side.strongest = std::max(side.strongest, std::abs(llr));
        side.sum += std::abs(llr);
    }
    double total(double share) const { return for_.total(share) - against_.total(share); }

  private:
    struct Side {
        double strongest = 0, sum = 0;
        double total(double share) const { return strongest + share * (sum - strongest); }
    };
    Side for_, against_;
};

struct Contribution {
    const Calibration::Curve* curve = nullptr;
    double llr = 0;
    bool forgeable = false;
    bool freed = false;  ///< by trusted credentials
};

double clamp_to(double value, double cap) {
    return std::clamp(value, -cap, cap);
}

std::string number_text(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

// Weak evidence for authentic counts as it is down to here, and however much there is of it no further than to the cap.
constexpr double kFullyCounted = 0.5;

double bent(double weak, double cap) {
    const double room = cap - kFullyCounted;
    return weak >= -kFullyCounted || room <= 0 ? std::max(weak, -cap)
                                               : -kFullyCounted - room * (1 - std::exp((weak + kFullyCounted) / room));
}

// Odds of either of two things that each would make media not genuine and that neither confirm nor exclude each other:
// the ratios are joined as those of alternatives. Both at 0 or above, so is the result, and never more than their sum.
double either(double one, double other) {
    return std::log10(std::pow(10.0, one) + std::pow(10.0, other) - 1);
}

struct Combined {
    double llr = 0;
    bool forgeable_capped = false, weak_bent = false;
};

// Editing and synthesis are alternatives: what speaks for either is summed over groups by itself, and the two are
// joined as such. Forgeable evidence is grouped and capped by itself, since trust can free a member of a group from
// its cap. That no trace was found, and forgeable marks, do not show that media is authentic, nor do both: an
// undetected forgery has both. Bent, not cut, so that more of it still orders what is alike otherwise. An edited
// picture has no trace of a generator, and a generated one none of an edit: the more speaks for one, the less the
// absence of the other counts.
Combined combine(const std::vector<Contribution>& contributions,
                 const std::map<std::string, double, std::less<>>& correlations, double forgeable_cap,
                 double together_llr = 0) {
    std::map<std::string, GroupSum> of_editing, of_synthesis, no_edit, no_synthesis, forgeable;
    for (const Contribution& contribution : contributions) {
        const bool absent = contribution.llr < 0 && !contribution.freed && !contribution.curve->confirms;
        const bool synthetic = contribution.curve->synthetic;
        (contribution.forgeable ? forgeable
         : absent               ? (synthetic ? no_synthesis : no_edit)
         : synthetic            ? of_synthesis
                                : of_editing)[contribution.curve->group]
            .add(contribution.llr);
    }
    double confirmed = 0;  // at most 0: what shows a camera, or trusted credentials
    const auto sum = [&](const std::map<std::string, GroupSum>& groups, bool apart) {
        double total = 0;
        for (const auto& [name, group] : groups) {
            const double of_group = group.total(Calibration::share_of(correlations.find(name)->second));
            (apart && of_group < 0 ? confirmed : total) += of_group;
        }
        return total;
    };
    const double forgeable_total = sum(forgeable, false);
    const double edited = sum(of_editing, true) + std::max(together_llr, 0.0);
    const double generated = sum(of_synthesis, true);
    const double weak = clamp_to(forgeable_total, forgeable_cap) +
                        (sum(no_edit, false) + std::min(together_llr, 0.0)) * std::pow(10.0, -generated) +
                        sum(no_synthesis, false) * std::pow(10.0, -edited);
    Combined combined;
    combined.forgeable_capped = std::abs(forgeable_total) > forgeable_cap;
    combined.weak_bent = weak < -kFullyCounted;
    combined.llr = either(edited, generated) + confirmed + bent(weak, forgeable_cap);
    return combined;
}

}  // namespace

double interpolate(const std::vector<Calibration::Knot>& knots, double value) {
    if (value <= knots.front().value) {
        return knots.front().llr;
    }
    for (std::size_t upper = 1; upper < knots.size(); ++upper) {
        if (value <= knots[upper].value) {
            const Calibration::Knot& low = knots[upper - 1];
            const Calibration::Knot& high = knots[upper];
            return low.llr + (high.llr - low.llr) * (value - low.value) / (high.value - low.value);
        }
    }
    return knots.back().llr;
}

double posterior(double llr, double prior) {
    return 1 / (1 + (1 - prior) / prior * std::pow(10.0, -llr));
}

Decision decide(const Judgement& judgement) {
    if (judgement.abstained) {
        return Decision::kInconclusive;
    }
    if (!judgement.probability) {
        return Decision::kNotApplicable;
    }
    if (*judgement.probability >= kDecisiveProbability) {
        return judgement.synthetic ? Decision::kLikelySynthetic : Decision::kLikelyManipulated;
    }
    return *judgement.probability <= 1 - kDecisiveProbability ? Decision::kLikelyAuthentic : Decision::kInconclusive;
}

std::optional<double> Calibration::ratio_of(std::string_view analyzer, std::string_view measurement,
                                            double value) const {
    for (const Curve& curve : curves_) {
        if (curve.analyzer == analyzer && curve.measurement == measurement) {
            return interpolate(curve.knots, value);
        }
    }
    return std::nullopt;
}

Judgement Calibration::most_authentic(std::vector<evidence::Finding> findings,
                                      const std::vector<std::string_view>& analyzers,
                                      const evidence::Provenance& provenance, double prior,
                                      std::optional<double> together) const {
    std::erase_if(findings, [&](const evidence::Finding& finding) {
        return std::find(analyzers.begin(), analyzers.end(), finding.analyzer) != analyzers.end();
    });
    for (const std::string_view analyzer : analyzers) {
        evidence::Finding best;
        best.analyzer = analyzer;
        best.outcome = evidence::Outcome::kRan;
        for (const Curve& curve : curves_) {
            if (curve.analyzer == analyzer) {
                const bool rises = curve.knots.front().llr <= curve.knots.back().llr;
                best.measurements.push_back(
                    {curve.measurement, rises ? curve.knots.front().value : curve.knots.back().value, ""});
            }
        }
        findings.push_back(std::move(best));
    }
    // Besides its own analyzers, which can only lead further down: this is a bound.
    const TogetherEvidence least{together.value_or(0), {}};
    return judge(findings, provenance, prior, together ? &least : nullptr);
}

Judgement Calibration::judge(std::vector<evidence::Finding>& findings, const evidence::Provenance& provenance,
                             double prior, const TogetherEvidence* together) const {
    ENSURE(prior > 0 && prior < 1);
    Judgement judgement;
    const bool trusted = provenance.state == evidence::ProvenanceState::kTrusted;
    std::set<std::string, std::less<>> seen;
    std::vector<Contribution> all;
    bool anything_ran = false;
    for (evidence::Finding& finding : findings) {
        finding.llr.reset();
        if (!seen.insert(finding.analyzer).second || finding.outcome != evidence::Outcome::kRan) {
            continue;
        }
        anything_ran = true;
        std::vector<Contribution> own;
        for (const Curve& curve : curves_) {
            const auto measured =
                std::find_if(finding.measurements.begin(), finding.measurements.end(), [&](const auto& measurement) {
                    return curve.analyzer == finding.analyzer && measurement.name == curve.measurement;
                });
            if (measured == finding.measurements.end()) {
                continue;
            }
            const std::string name = curve.analyzer + " " + curve.measurement;
            if (!std::isfinite(measured->value)) {
                judgement.limits.push_back(name + " is not a finite number and was left out.");
                continue;
            }
            const bool freed = trusted && !curve.trusted_knots.empty();
            const std::vector<Knot>& knots = freed ? curve.trusted_knots : curve.knots;
            if (measured->value < knots.front().value || measured->value > knots.back().value) {
                judgement.limits.push_back(name + " is " + number_text(measured->value) +
                                           ", outside the calibrated range from " + number_text(knots.front().value) +
                                           " to " + number_text(knots.back().value) +
                                           "; it was judged as the nearest value within.");
            }
            own.push_back({&curve, interpolate(knots, measured->value), curve.forgeable && !freed, freed});
        }
        if (!own.empty()) {
            finding.llr = combine(own, group_correlation_, forgeable_cap_).llr;
            const bool spoken_for =
                together != nullptr && std::find(together->analyzers.begin(), together->analyzers.end(),
                                                 finding.analyzer) != together->analyzers.end();
            if (!spoken_for) {
                all.insert(all.end(), own.begin(), own.end());
            }
        }
    }
    if (all.empty() && together == nullptr) {
        judgement.abstained = anything_ran;
        judgement.abstain_reason = anything_ran ? "Nothing that was measured has been calibrated." : "";
        return judgement;
    }
    const double together_llr = together != nullptr ? together->llr : 0;
    const Combined combined = combine(all, group_correlation_, forgeable_cap_, together_llr);
    judgement.llr = combined.llr;
    judgement.probability = posterior(*judgement.llr, prior);
    if (combined.weak_bent) {
        judgement.limits.push_back(
            "That no trace was found and what anyone can write into a file count for little as evidence for authentic: "
            "a forgery that goes undetected has both.");
    }
    if (combined.forgeable_capped) {
        judgement.limits.push_back(
            "Marks that anyone can write into a file point further than they may count; without other evidence they do "
            "not decide.");
    }
    const auto strongest =
        std::max_element(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.llr < b.llr; });
    judgement.synthetic =
        strongest != all.end() && strongest->llr > std::max(together_llr, 0.0) && strongest->curve->synthetic;
    return judgement;
}

}  // namespace bonafide::fusion
