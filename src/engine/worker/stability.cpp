#include "engine/worker/stability.h"

#include "engine/worker/assemble.h"
#include "engine/worker/choice.h"
#include "engine/worker/even_stretches.h"
#include "features/voice/frames.h"
#include "forge/voice/codec.h"
#include "forge/voice/sound.h"
#include "media/encode.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace bonafide::engine {
namespace {

constexpr int kSaveQuality = 80;
constexpr int kKeepQuality = 95;
constexpr double kScale = 0.75;
constexpr double kCrop = 0.1;  ///< of each side
constexpr int kLeastSide_px = 16;
/// Of a recording longer than ten minutes, so many seconds are saved again at ten places: enough for the mean of its
/// voices, wherever they are, and bounded.
constexpr int kSavedStretch_s = 60;
constexpr std::array<std::pair<const char*, const char*>, 2> kSoundSaves = {
    {{"opus=24", "saving the sound as a voice message (Opus, 24 kbit/s)"},
     {"aac=48", "saving the sound as AAC of 48 kbit/s"}}};

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

bool altered(fusion::Decision decision) {
    return decision == fusion::Decision::kLikelyManipulated || decision == fusion::Decision::kLikelySynthetic;
}

bool opposite(fusion::Decision a, fusion::Decision b) {
    const auto authentic = [](fusion::Decision d) { return d == fusion::Decision::kLikelyAuthentic; };
    return (altered(a) && authentic(b)) || (authentic(a) && altered(b));
}

bool runs(const std::vector<analysis::Planned>& plan, std::string_view analyzer) {
    return std::any_of(plan.begin(), plan.end(),
                       [&](const auto& planned) { return planned.definition->id == analyzer; });
}

std::optional<double> ratio_of(std::string_view analyzer, const std::vector<evidence::Finding>& findings) {
    const auto own = std::find_if(findings.begin(), findings.end(),
                                  [&](const auto& finding) { return finding.analyzer == analyzer; });
    return own != findings.end() ? own->llr : std::nullopt;
}

/// Of `plan`, what speaks for a generator by picture or sound, where the verdict rests on it: without it there would be
/// none. Empty where it does not.
std::vector<analysis::Planned> decisive_on_generators(const std::vector<analysis::Planned>& plan, const Job& job,
                                                      const Equipment& equipment, const Judged& judged) {
    if (judged.decision != fusion::Decision::kLikelySynthetic) {
        return {};
    }
    std::vector<analysis::Planned> looks;
    const auto& curves = equipment.calibration.curves();
    std::copy_if(plan.begin(), plan.end(), std::back_inserter(looks), [&](const analysis::Planned& planned) {
        const std::string_view id = planned.definition->id;
        return ratio_of(id, judged.findings).value_or(0) > 0 &&
               std::any_of(curves.begin(), curves.end(), [&](const auto& curve) {
                   return curve.analyzer == id && curve.synthetic && !curve.forgeable;
               });
    });
    std::vector<evidence::Finding> others = judged.findings;
    std::erase_if(others, [&](const auto& finding) { return runs(looks, finding.analyzer); });
    const bool stands_without = altered(fusion::decide(equipment.calibration.judge(
        others, judged.provenance, job.prior, judged.together ? &judged.together->evidence : nullptr)));
    return stands_without ? std::vector<analysis::Planned>{} : looks;
}

/// What has to be looked at again, and why.
struct Looks {
    std::vector<analysis::Planned> at_edits;       ///< what draws maps; empty where no verdict could turn
    std::vector<analysis::Planned> at_generators;  ///< what speaks for a generator by the pixels, where that is said
};

Looks looks_for(const Job& job, const Equipment& equipment, const Judged& judged) {
    const auto& [findings, together, provenance, decision] = judged;
    Looks looks;
    auto plan = plan_for(job, ingest::MediaKind::kImage);
    ENSURE(plan.ok());
    for (const analysis::Planned& planned : *plan) {
        // What cannot speak for want of a camera would, by what it could say at best, have every verdict looked at
        // again.
        if (planned.definition->emits_map && (!planned.definition->wants_camera || equipment.camera)) {
            looks.at_edits.push_back(planned);
        }
    }
    looks.at_generators = decisive_on_generators(*plan, job, equipment, judged);
    const bool decided_on_edits = std::any_of(findings.begin(), findings.end(), [&](const auto& finding) {
        return finding.llr && *finding.llr != 0 && runs(looks.at_edits, finding.analyzer);
    });
    std::vector<std::string_view> looking;
    std::transform(looks.at_edits.begin(), looks.at_edits.end(), std::back_inserter(looking),
                   [](const analysis::Planned& planned) { return planned.definition->id; });
    // That no trace is found is not enough to call a picture authentic, so that hardly any verdict of manipulation can
    // turn into that one, whatever three more looks would find.
    const bool can_turn =
        decision == fusion::Decision::kLikelyAuthentic ||
        opposite(decision, fusion::decide(equipment.calibration.most_authentic(findings, looking, provenance, job.prior,
                                                                               equipment.learned_fusion.least_llr())));
    if (!decided_on_edits || !can_turn) {
        looks.at_edits.clear();
    }
    return looks;
}

std::optional<std::string> why_picture_withheld(const Job& job, const features::Media& media,
                                                const Equipment& equipment, const Judged& judged) {
    const auto& findings = judged.findings;
    const fusion::Decision decision = judged.decision;
    const cv::Mat& rgb = media.image()->rgb;
    // What was not decided cannot turn into its opposite, and looking three more times costs three times as much.
    if (decision == fusion::Decision::kInconclusive || decision == fusion::Decision::kNotApplicable ||
        rgb.cols < kLeastSide_px || rgb.rows < kLeastSide_px) {
        return std::nullopt;
    }
    const Looks looks = looks_for(job, equipment, judged);
    std::vector<analysis::Planned> plan = looks.at_edits;
    plan.insert(plan.end(), looks.at_generators.begin(), looks.at_generators.end());
    if (plan.empty()) {
        return std::nullopt;
    }
    // On a page a generator's traces are the photograph's: to cut the page would cut its words, or the photograph away.
    const cv::Rect shown = media.page_layout().shown_px(rgb.size());
    for (const Variant& variant : variants_of(shown.empty() ? rgb : rgb(shown))) {
        const auto source = ingest::open_memory(variant.bytes);
        const auto again = features::Media::open(ingest::identify(*source), *source, job.limits);
        if (!again) {
            continue;
        }
        const analysis::RunResult result = analysis::run(plan, **again, equipment.models, job.trust_anchors_pem,
                                                         nullptr, {}, equipment.camera ? &*equipment.camera : nullptr);
        std::vector<evidence::Finding> changed = findings;
        std::erase_if(changed, [&](const auto& finding) { return runs(plan, finding.analyzer); });
        for (evidence::Finding& finding :
             main_findings(result.analyses, ingest::MediaKind::kImage, equipment.models, false)) {
            changed.push_back(std::move(finding));
        }
        const std::optional<fusion::FusedEvidence> together =
            looks.at_edits.empty() ? std::nullopt : fused_evidence(result.analyses, **again, equipment);
        const fusion::Judgement judgement = equipment.calibration.judge(changed, judged.provenance, job.prior,
                                                                        together ? &together->evidence : nullptr);
        if (!looks.at_edits.empty() && opposite(decision, fusion::decide(judgement))) {
            return "it turns into its opposite after " + variant.change;
        }
        for (const analysis::Planned& looked : looks.at_generators) {
            if (ratio_of(looked.definition->id, changed).value_or(0) < fusion::kLeastKeptLlr) {
                return "the traces of a generator do not outlast " + variant.change;
            }
        }
    }
    return std::nullopt;
}

/// A coder or decoder that fails here says nothing about the recording: the verdict stands.
std::optional<std::string> why_sound_withheld(const Job& job, const features::Media& media, const Equipment& equipment,
                                              const Judged& judged) {
    auto plan = plan_for(job, media.identity().kind);
    ENSURE(plan.ok());
    std::erase_if(*plan, [](const analysis::Planned& planned) { return !planned.definition->wants_sound; });
    const auto looks = decisive_on_generators(*plan, job, equipment, judged);
    if (looks.empty()) {
        return std::nullopt;
    }
    const media::StreamTable& streams = *media.streams();
    const double stated_s = streams.streams[static_cast<std::size_t>(*streams.audio)].duration_s;
    EvenStretches sound(stated_s > 0 ? stated_s : streams.duration_s, kSavedStretch_s);
    media::ReadOptions wanted;
    wanted.sound = true;
    wanted.threads = job.threads;
    if (!media.reader()->read(wanted, sound)) {
        return std::nullopt;
    }
    for (const auto& [step, change] : kSoundSaves) {
        const auto saved = forge::through_codec(step, sound.samples(), job.threads);
        const auto bytes = saved ? forge::as_wav({*saved}, features::voice::kRate_hz) : saved.error();
        if (!bytes) {
            continue;
        }
        const auto source = ingest::open_memory(*bytes);
        const auto again = features::Media::open(ingest::identify(*source), *source, job.limits);
        if (!again) {
            continue;
        }
        const analysis::RunResult result =
            analysis::run(looks, **again, equipment.models, job.trust_anchors_pem, nullptr, {});
        std::vector<evidence::Finding> changed =
            main_findings(result.analyses, ingest::MediaKind::kAudio, equipment.models, false);
        equipment.calibration.judge(changed, judged.provenance, job.prior);
        for (const analysis::Planned& looked : looks) {
            if (ratio_of(looked.definition->id, changed).value_or(0) < fusion::kLeastKeptLlr) {
                return "the traces of a generator do not outlast " + std::string(change);
            }
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> why_withheld(const Job& job, const features::Media& media, const Equipment& equipment,
                                        const Judged& judged) {
    if (media.image() != nullptr) {
        return why_picture_withheld(job, media, equipment, judged);
    }
    return media.streams()->audio ? why_sound_withheld(job, media, equipment, judged) : std::nullopt;
}

}  // namespace bonafide::engine
