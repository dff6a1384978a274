#include "analyzers/image/spectrum/spectrum.h"

#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

Analysis analyse(const analysis::Context& context, const analysis::Parameters&) {
    if (context.media.image() == nullptr) {
        return Analysis::not_applicable("There is no still picture.");
    }
    const SpectrumResult result = spectrum(context.media.luma());
    if (!result.not_applicable.empty()) {
        return Analysis::not_applicable(result.not_applicable);
    }
    Analysis analysis;
    analysis.measurements = {{"quarter_peaks", result.quarter_peaks_db, "dB"},
                             {"half_peak", result.half_peak_db, "dB"},
                             {"oblique_eighth_peaks", result.oblique_eighth_peaks_db, "dB"},
                             {"coding_peaks", result.coding_peaks_db, "dB"},
                             {"fall_off", result.fall_off_db, "dB"},
                             {"departure", result.departure_db, "dB"},
                             {"patches", static_cast<double>(result.patches), "1"}};
    char level[32];
    std::snprintf(level, sizeof level, "%.1f dB", result.quarter_peaks_db);
    analysis.explanation =
        "In the spectrum of the noise, the peaks where the up-sampling layers of generators leave them "
        "stand out by " +
        std::string(level) +
        ", beyond what block coding explains. Many generators leave none, and enlarging a picture may.";
    return analysis;
}

}  // namespace

const analysis::AnalyzerDefinition& image_spectrum() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "image.spectrum";
        made.version = 1;
        made.summary =
            "spectrum of the noise: peaks that up-sampling layers of generators leave, and its radial fall-off";
        made.limits =
            "pictures of at least 256 px a side at the generator's own resolution; most generators leave no peaks, and "
            "rescaling "
            "or a coarse JPEG save removes them; not judged where the block grid is plain; whole pictures only";
        made.known_false_alarms =
            "pictures enlarged twofold or fourfold; demosaicing traces; regular fabric and screens";
        made.reference =
            "Zhang, Karaman and Chang, WIFS 2019; Durall, Keuper and Keuper, CVPR 2020; Corvi, Cozzolino, Poggi, "
            "Nagano and "
            "Verdoliva, CVPR Workshops 2023";
        made.inputs = {ingest::MediaKind::kImage};
        made.emits = {
            {"quarter_peaks", "dB",
             "mean of the oblique peaks at multiples of 1/4 cycle per pixel, less those at odd 1/8"},
            {"half_peak", "dB", "peak at 1/2 cycle per pixel in both directions"},
            {"oblique_eighth_peaks", "dB", "mean of the oblique peaks at odd multiples of 1/8"},
            {"coding_peaks", "dB", "mean of the peaks on the axes at odd multiples of 1/8: block coding"},
            {"fall_off", "dB", "level of the highest frequencies over that of the middle ones"},
            {"departure", "dB", "root mean square departure of the radial spectrum from a power law"},
            {"patches", "1", "squares of 128 px that were averaged"},
        };
        made.create = &analysis::make_whole_input_analyzer<analyse>;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers
