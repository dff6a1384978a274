#include "engine/worker/stability.h"

#include "engine/worker/assemble.h"
#include "engine/worker/choice.h"
#include "media/encode.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <iterator>

namespace bonafide::engine {
namespace {

constexpr int kSaveQuality = 80;
constexpr int kKeepQuality = 95;
constexpr double kScale = 0.75;
constexpr double kCrop = 0.1;  ///< of each side

struct Variant {
    std::string change;
    std::vector<std::uint8_t> bytes;
};

std::vector<Variant> variants_of(const cv::Mat& rgb) {
    cv::Mat picture;
    rgb.convertTo(picture, CV_8U, rgb.depth() == CV_16U ? 1 / 257.0 : 1.0);
    cv::Mat scaled;
    cv::resize(picture, scaled, cv::Size(), kScale, kScale, cv::INTER_AREA);
    const int x = static_cast<int>(picture.cols * kCrop), y = static_cast<int>(picture.rows * kCrop);
    const cv::Mat cropped = picture(cv::Rect(x, y, picture.cols - 2 * x, picture.rows - 2 * y)).clone();
    return {{"saving it again as JPEG of quality 80", media::encode_jpeg(picture, kSaveQuality)},
            {"scaling it to 75 %", media::encode_jpeg(scaled, kKeepQuality)},
            {"cropping a tenth from each side", media::encode_jpeg(cropped, kKeepQuality)}};
}

bool opposite(fusion::Decision a, fusion::Decision b) {
    const auto altered = [](fusion::Decision d) {
        return d == fusion::Decision::kLikelyManipulated || d == fusion::Decision::kLikelySynthetic;
    };
    const auto authentic = [](fusion::Decision d) { return d == fusion::Decision::kLikelyAuthentic; };
    return (altered(a) && authentic(b)) || (authentic(a) && altered(b));
}

bool judges_pixels(const std::string& analyzer, const std::vector<analysis::Planned>& plan) {
    return std::any_of(plan.begin(), plan.end(),
                       [&](const auto& planned) { return planned.definition->id == analyzer; });
}

}  // namespace

std::optional<std::string> turned_by(const Job& job, const features::Media& media, const Equipment& equipment,
                                     const std::vector<evidence::Finding>& findings,
                                     const evidence::Provenance& provenance, fusion::Decision decision) {
    // What was not decided cannot turn into its opposite, and looking three more times costs three times as much.
    if (decision == fusion::Decision::kInconclusive || decision == fusion::Decision::kNotApplicable) {
        return std::nullopt;
    }
    auto plan = plan_for(job, ingest::MediaKind::kImage);
    ENSURE(plan.ok() && media.image() != nullptr);
    // What cannot speak for want of a camera would, by what it could say at best, have every verdict looked at again.
    std::erase_if(*plan, [&](const analysis::Planned& planned) {
        return !planned.definition->emits_map || (planned.definition->wants_camera && !equipment.camera);
    });
    const bool decided_on_pixels = std::any_of(findings.begin(), findings.end(), [&](const auto& finding) {
        return finding.llr && *finding.llr != 0 && judges_pixels(finding.analyzer, *plan);
    });
    if (!decided_on_pixels || media.image()->rgb.cols < 16 || media.image()->rgb.rows < 16) {
        return std::nullopt;
    }
    std::vector<std::string_view> looking;
    std::transform(plan->begin(), plan->end(), std::back_inserter(looking),
                   [](const analysis::Planned& planned) { return planned.definition->id; });
    // That no trace is found is not enough to call a picture authentic, so that hardly any verdict of manipulation can
    // turn into that one, whatever three more looks would find.
    const bool altered = decision != fusion::Decision::kLikelyAuthentic;
    if (altered &&
        !opposite(decision, fusion::decide(equipment.calibration.most_authentic(
                                findings, looking, provenance, job.prior, equipment.learned_fusion.least_llr())))) {
        return std::nullopt;
    }
    for (const Variant& variant : variants_of(media.image()->rgb)) {
        const auto source = ingest::open_memory(variant.bytes);
        const auto again = features::Media::open(ingest::identify(*source), *source, job.limits);
        if (!again) {
            continue;
        }
        const analysis::RunResult result = analysis::run(*plan, **again, equipment.models, job.trust_anchors_pem,
                                                         nullptr, {}, equipment.camera ? &*equipment.camera : nullptr);
        std::vector<evidence::Finding> changed = findings;
        std::erase_if(changed, [&](const auto& finding) { return judges_pixels(finding.analyzer, *plan); });
        for (evidence::Finding& finding :
             main_findings(result.analyses, ingest::MediaKind::kImage, equipment.models, false)) {
            changed.push_back(std::move(finding));
        }
        const std::optional<fusion::FusedEvidence> together = fused_evidence(result.analyses, **again, equipment);
        if (opposite(decision, fusion::decide(equipment.calibration.judge(changed, provenance, job.prior,
                                                                          together ? &together->evidence : nullptr)))) {
            return variant.change;
        }
    }
    return std::nullopt;
}

}  // namespace bonafide::engine
