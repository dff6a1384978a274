// Looks for the invisible watermark that `bonafide forge` leaves in all it makes (features/watermark has the method).
#include "analyzers/provenance/forge_marks/forge_marks.h"

#include "features/sound_watermark/finder.h"
#include "features/watermark/frames.h"

#include <cmath>
#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;
using features::watermark::FilmTrace;
using features::watermark::Trace;

namespace sound_watermark = features::sound_watermark;

constexpr std::string_view kLeastExponent = "least_exponent";

std::string rounded(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.0f", value);
    return text;
}

/// Where it is not the marked picture or film as it was; empty where it is.
std::string change_of(const Trace& trace, const std::string& what) {
    if (trace.orientation != 1) {
        return " It was turned or mirrored since.";
    }
    if (trace.scale < 1) {
        return " This is a part of the marked " + what + ", about " + rounded(100 * trace.scale) +
               " % of its longer side.";
    }
    return trace.scale > 1 ? " The marked " + what + " is a part of this one." : "";
}

Analysis too_small(const char* what) {
    return Analysis::not_applicable(std::string(what) + " of under " +
                                    std::to_string(features::watermark::kSmallestSidePx) +
                                    " px along its longer side is too small to look for the forge's watermark.");
}

Analysis told(const Trace& trace, double least_exponent, std::string explanation) {
    const bool found = trace.false_alarm_exponent >= least_exponent;
    Analysis analysis;
    analysis.measurements = {{"watermark_found", found ? 1.0 : 0.0, "0 or 1"},
                             {"false_alarm_exponent", trace.false_alarm_exponent, "-log10 of a probability"},
                             {"phase_agreement", trace.agreement, "mean cosine"}};
    analysis.explanation = std::move(explanation);
    analysis.provenance.emplace();
    if (found) {
        analysis.measurements.push_back({"scale", trace.scale, "ratio"});
        analysis.provenance->marks.push_back(
            {"invisible watermark", "made by the forge of Bonafide", "Bonafide forge", analysis.explanation, true});
    }
    return analysis;
}

/// The sound's own part of the answer: measurements, words, and the mark where it is found.
void add_sound(Analysis& analysis, const sound_watermark::Trace& trace, double least_exponent) {
    const bool found = trace.false_alarm_exponent >= least_exponent;
    std::string words = describe_forge_mark(trace, least_exponent);
    analysis.measurements.push_back({"sound_watermark_found", found ? 1.0 : 0.0, "0 or 1"});
    analysis.measurements.push_back(
        {"sound_false_alarm_exponent", trace.false_alarm_exponent, "-log10 of a probability"});
    analysis.measurements.push_back({"sound_agreement", trace.agreement, "cosine"});
    if (!analysis.provenance) {
        analysis.provenance.emplace();
    }
    if (found) {
        analysis.provenance->marks.push_back(
            {"invisible watermark of the sound", "made by the forge of Bonafide", "Bonafide forge", words, true});
    }
    analysis.explanation += (analysis.explanation.empty() ? "" : " ") + words;
}

class ForgeMarks final : public analysis::Analyzer {
  public:
    explicit ForgeMarks(double least_exponent) : least_exponent_(least_exponent) {}

    void on_frame(const media::VideoFrame& frame) override { frames_.add(frame); }
    void on_sound(const media::SoundBlock& block) override { sound_.add(block.mono_16k); }

    Analysis finish(const analysis::Context& context) override {
        if (context.media.image() != nullptr) {
            const cv::Mat& luma = context.media.luma();
            if (std::max(luma.cols, luma.rows) < features::watermark::kSmallestSidePx) {
                return too_small("A picture");
            }
            const Trace trace = features::watermark::find(luma);
            return told(trace, least_exponent_, describe_forge_mark(trace, least_exponent_));
        }
        const bool has_sound = sound_.duration_s() >= sound_watermark::kShortest_s;
        Analysis analysis = of_pictures();
        if (has_sound) {
            const sound_watermark::Trace trace = sound_.find();
            if (analysis.outcome != evidence::Outcome::kRan) {
                analysis = {};
                // First, as where there are pictures: whether any mark was found.
                analysis.measurements.push_back({"watermark_found", 0, "0 or 1"});
            }
            add_sound(analysis, trace, least_exponent_);
            double& found = analysis.measurements.front().value;
            found = std::max(found, trace.false_alarm_exponent >= least_exponent_ ? 1.0 : 0.0);
        }
        return analysis;
    }

  private:
    /// Of a film; not applicable where there is nothing to look at.
    Analysis of_pictures() const {
        if (frames_.longer_side_px() == 0) {
            return Analysis::not_applicable(
                sound_.duration_s() > 0 ? "Under a second of sound is too short to look for the forge's watermark."
                                        : "Not one picture and no sound of it could be decoded.");
        }
        const FilmTrace film = frames_.find();
        if (film.frames == 0) {
            return too_small("A film");
        }
        Analysis analysis = told(film.trace, least_exponent_, describe_forge_mark(film, least_exponent_));
        analysis.measurements.push_back({"frames", static_cast<double>(film.frames), "count"});
        analysis.measurements.push_back({"frames_found", static_cast<double>(film.frames_found), "count"});
        return analysis;
    }

    double least_exponent_;
    features::watermark::FrameSampler frames_;
    sound_watermark::Finder sound_;
};

/// What carries the mark, and what of it was looked at.
std::string described(const Trace& trace, double least_exponent, const std::string& what,
                      const std::string& looked_at) {
    if (trace.false_alarm_exponent < least_exponent) {
        return "The invisible watermark of Bonafide's forge was not found" + looked_at +
               ". That means nothing for what other programs made.";
    }
    return "The " + what + " carries the invisible watermark of Bonafide's forge" + looked_at +
           ": it was made with `bonafide forge`, or somebody copied the mark, whose key is public. By chance a " +
           what + " agrees so well at most once in 10^" + rounded(std::floor(trace.false_alarm_exponent)) + "." +
           change_of(trace, what);
}

}  // namespace

std::string describe_forge_mark(const Trace& trace, double least_exponent) {
    return described(trace, least_exponent, "picture", "");
}

std::string describe_forge_mark(const FilmTrace& film, double least_exponent) {
    const std::string count = std::to_string(film.frames);
    if (film.trace.false_alarm_exponent < least_exponent) {
        return described(film.trace, least_exponent, "film", " in " + count + " frames spread over the film");
    }
    return described(film.trace, least_exponent, "film",
                     " (in " + std::to_string(film.frames_found) + " of " + count +
                         " frames by itself, the more in all of them together)");
}

std::string describe_forge_mark(const sound_watermark::Trace& sound, double least_exponent) {
    if (sound.false_alarm_exponent < least_exponent) {
        return "The sound carries no watermark of Bonafide's forge that could be found. That means nothing for what "
               "other programs made.";
    }
    return "The sound carries the watermark of Bonafide's forge, most clearly from " + rounded(sound.start_s) + " to " +
           rounded(sound.end_s) +
           " s: it was made with `bonafide forge`, or somebody copied the mark, whose key is public. By chance sound "
           "agrees so well at most once in 10^" +
           rounded(std::floor(sound.false_alarm_exponent)) + ".";
}

const analysis::AnalyzerDefinition& provenance_forge_marks() {
    static const analysis::AnalyzerDefinition definition{
        .id = "provenance.forge_marks",
        .version = 3,
        .summary =
            "the invisible watermark that Bonafide's own forge leaves in every picture, film and voice it "
            "makes",
        .limits =
            "Finds what this program marked, and nothing else; absence means nothing. Anyone can copy the mark into a "
            "genuine picture or take it out of a forged one, since key and method are public. Rotations by other than "
            "quarter turns, crops to under half of the longer side, and enlargements of a part are not searched. In "
            "films twelve frames at most are looked at. Sound of under a second is not looked at; changed speed or "
            "pitch "
            "is not searched.",
        .known_false_alarms =
            "A genuine picture, film or recording into which somebody put the mark. By chance: at most one in a "
            "million at the "
            "default, a bound that follows from the method.",
        .reference =
            "Kutter, Watermarking resistant to translation, rotation, and scaling, SPIE 3528, 1998; O Ruanaidh, "
            "Dowling, Boland, Phase watermarking of digital images, ICIP 1996; Kirovski, Malvar, Spread-spectrum "
            "watermarking of audio signals, IEEE Transactions on Signal Processing 51(4), 2003",
        .inputs = {ingest::MediaKind::kImage, ingest::MediaKind::kVideo, ingest::MediaKind::kAudio},
        .wants_frames = true,
        .wants_sound = true,
        .emits =
            {{"watermark_found", "0 or 1", "whether a watermark is there, in pictures or sound"},
             {"false_alarm_exponent", "-log10 of a probability",
              "bound on the chance that a picture made without the key agrees so well anywhere that was searched"},
             {"phase_agreement", "mean cosine", "between the phases of the repeated tile and those of the key"},
             {"scale", "ratio",
              "longer side of this picture over that of the marked one: below 1 a part of it, above 1 it is a part "
              "of this; only where found"},
             {"frames", "count", "of a film that were looked at"},
             {"frames_found", "count", "of them in which the watermark is found by themselves"},
             {"sound_watermark_found", "0 or 1", "whether the watermark of sound is there"},
             {"sound_false_alarm_exponent", "-log10 of a probability",
              "bound on the chance that sound made without the key agrees so well anywhere that was searched"},
             {"sound_agreement", "cosine", "between the levels of the sound, freed of local means, and the key"}},
        .parameters = {{kLeastExponent, "from which exponent on the watermark counts as found",
                        "-log10 of a probability", 3, 30, features::watermark::kFoundExponent}},
        .models = {},
        .create = [](const analysis::Parameters& parameters) -> std::unique_ptr<analysis::Analyzer> {
            return std::make_unique<ForgeMarks>(parameters[kLeastExponent]);
        },
    };
    return definition;
}

}  // namespace bonafide::analyzers
