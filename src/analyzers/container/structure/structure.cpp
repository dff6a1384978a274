#include "analyzers/container/structure/structure.h"

#include "analyzers/container/structure/gif_tiff.h"
#include "analyzers/container/structure/iso_rules.h"
#include "analyzers/container/structure/jpeg.h"
#include "analyzers/container/structure/matroska.h"
#include "analyzers/container/structure/png.h"
#include "analyzers/container/structure/riff.h"
#include "analyzers/container/structure/thumbnail.h"
#include "media/image.h"

#include <opencv2/core.hpp>

#include <utility>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;
using ingest::Container;
using structure::SignKind;
using structure::Structure;

/// A thumbnail is a few hundred pixels wide; a larger one is a preview, and past this a bomb.
constexpr std::uint64_t kMostThumbnailPixels = 4'000'000;

Structure damaged(const char* format, const char* why) {
    Structure result;
    result.format = format;
    result.add(SignKind::kDamage, why);
    return result;
}

struct Thumbnail {
    bool undecodable = false;
    std::optional<structure::ThumbnailComparison> compared;
};

Thumbnail look_at_thumbnail(const analysis::Context& context, const analysis::Parameters& parameters) {
    Thumbnail result;
    const media::Image* const image = context.media.image();
    const auto& stored = context.media.metadata().thumbnail;
    if (image == nullptr || stored.empty() || image->decoded_fraction < 1.0) {
        return result;  // what is missing of a damaged picture would count as a difference
    }
    ingest::Identity identity;
    identity.container = Container::kJpeg;
    identity.kind = ingest::MediaKind::kImage;
    identity.media_type = "image/jpeg";
    Limits limits = context.media.limits();
    limits.pixels = std::min(limits.pixels, kMostThumbnailPixels);
    const auto thumbnail = media::decode_image(identity, stored, limits);
    if (!thumbnail || thumbnail->rgb.type() != CV_8UC3) {
        result.undecodable = true;
        return result;
    }
    structure::ThumbnailOptions options;
    options.local_limit = parameters["thumbnail_local_limit"];
    options.orientation = image->orientation;
    result.compared = structure::compare_thumbnail(image->rgb, thumbnail->rgb, options);
    return result;
}

/// What the thumbnail says about the file's past, beside how much it differs.
void note_thumbnail(const Thumbnail& thumbnail, double limit, Structure& found) {
    if (thumbnail.undecodable) {
        found.add(SignKind::kDamage, "The embedded thumbnail cannot be decoded.");
    }
    if (!thumbnail.compared || thumbnail.compared->difference > limit) {
        return;
    }
    if (thumbnail.compared->turned) {
        found.add(SignKind::kResave, "The picture was turned or mirrored after its thumbnail was made.");
    }
    if (thumbnail.compared->seen_part < 1) {
        found.add(SignKind::kResave,
                  "The thumbnail shows more than the picture: the picture was cropped after its thumbnail was made.");
    }
}

void add_thumbnail(const structure::ThumbnailComparison& compared, cv::Size picture_size, double limit,
                   Analysis& analysis) {
    analysis.measurements.push_back({"thumbnail_difference", compared.difference, "ratio"});
    analysis.measurements.push_back({"thumbnail_correlation", compared.correlation, "ratio"});
    if (compared.difference > limit) {
        analysis.observations.push_back(
            {{}, {}, "The embedded thumbnail does not show this picture, or shows another version of it."});
        analysis.map = structure::thumbnail_map(compared, picture_size);
    } else if (compared.region) {
        analysis::Observation observation;
        observation.where.box_px = evidence::Where::Box{compared.region->x, compared.region->y, compared.region->width,
                                                        compared.region->height};
        observation.explanation = "The embedded thumbnail shows something else here than the picture.";
        analysis.observations.push_back(std::move(observation));
        analysis.map = structure::thumbnail_map(compared, picture_size);
    }
}

std::string summary_of(const Structure& found) {
    const int anomalies = found.count(SignKind::kAnomaly);
    const int resaves = found.count(SignKind::kResave);
    std::string text;
    if (anomalies > 0) {
        text = "The " + found.format + " file is built as neither cameras, phones nor usual encoders build it.";
    } else if (resaves > 0) {
        text = "The " + found.format + " file was written by software after the capture" +
               (found.writer.empty() ? "" : " (" + found.writer + ")") + ", which is harmless by itself.";
    } else {
        text = "Nothing in the structure of the " + found.format + " file speaks of a later change.";
    }
    if (found.count(SignKind::kDamage) > 0) {
        text += " It is damaged.";
    }
    return text;
}

Analysis report(const Structure& found) {
    Analysis analysis;
    analysis.explanation = summary_of(found);
    analysis.measurements = {{"anomalies", static_cast<double>(found.count(SignKind::kAnomaly)), "count"},
                             {"resave_signs", static_cast<double>(found.count(SignKind::kResave)), "count"},
                             {"damage", static_cast<double>(found.count(SignKind::kDamage)), "count"},
                             {"trailing_bytes", static_cast<double>(found.trailing_bytes), "bytes"}};
    if (found.edit_list_segments >= 0) {
        analysis.measurements.push_back({"edit_list_segments", static_cast<double>(found.edit_list_segments), "count"});
    }
    // The grave ones first: the report shows a bounded number.
    for (const SignKind kind : {SignKind::kAnomaly, SignKind::kDamage, SignKind::kResave, SignKind::kNote}) {
        for (const structure::Sign& sign : found.signs) {
            if (sign.kind == kind && analysis.observations.size() < analysis::kMostObservations - 2) {
                analysis.observations.push_back({{}, {}, sign.text});
            }
        }
    }
    return analysis;
}

Analysis analyze(const analysis::Context& context, const analysis::Parameters& parameters) {
    const ingest::Identity& identity = context.media.identity();
    auto found = examine_structure(identity, context.media.source(), context.media.jpeg());
    if (!found) {
        return Analysis::not_applicable("there are no structural rules for this format (" + identity.description + ")");
    }
    try {
        const double limit = parameters["thumbnail_limit"];
        Thumbnail thumbnail = look_at_thumbnail(context, parameters);
        note_thumbnail(thumbnail, limit, *found);
        Analysis analysis = report(*found);
        if (thumbnail.compared) {
            add_thumbnail(*thumbnail.compared, context.media.image()->rgb.size(), limit, analysis);
        }
        return analysis;
    } catch (const cv::Exception& problem) {
        return Analysis::failed(std::string("comparing the thumbnail failed: ") + problem.what());
    }
}

}  // namespace

std::optional<Structure> examine_structure(const ingest::Identity& identity, const ingest::ByteSource& source,
                                           const media::JpegHeader* jpeg) {
    switch (identity.container) {
        case Container::kJpeg: {
            if (jpeg == nullptr) {
                return damaged("JPEG", "Its segments cannot be read.");
            }
            const auto bytes = source.read_all(1ULL << 30);
            return bytes ? structure::examine_jpeg(*bytes, *jpeg) : damaged("JPEG", "It is too large to be a picture.");
        }
        case Container::kPng:
            return structure::examine_png(source);
        case Container::kGif:
            return structure::examine_gif(source);
        case Container::kTiff:
            return structure::examine_tiff(source);
        case Container::kWebp:
        case Container::kAvi:
        case Container::kWav:
            return structure::examine_riff(source, identity.container);
        case Container::kHeif:
            return structure::examine_iso_picture(source, "HEIF");
        case Container::kAvif:
            return structure::examine_iso_picture(source, "AVIF");
        case Container::kJxl:
            return structure::examine_iso_picture(source, "JPEG XL");
        case Container::kIsoBmff:
            return structure::examine_iso_movie(source);
        case Container::kMatroska:
            return structure::examine_matroska(source);
        case Container::kBmp:
        case Container::kMpegTs:
        case Container::kFlac:
        case Container::kMp3:
        case Container::kAdts:
        case Container::kOgg:
        case Container::kUnknown:
            return std::nullopt;
    }
    return std::nullopt;
}

const analysis::AnalyzerDefinition& container_structure() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition entry;
        entry.id = "container.structure";
        entry.version = 1;
        entry.summary =
            "How the file is built: order and sizes of its parts, edit lists, what follows its end, its writer, "
            "thumbnail against picture";
        entry.limits =
            "A program that writes a file wholly anew in the manner of a device leaves nothing to find. BMP, MPEG-TS, "
            "FLAC, MP3, raw AAC and Ogg have no rules yet. "
            "Thumbnails are compared in luminance only, and only what is larger than about 3 % of the width can be "
            "seen in them.";
        entry.known_false_alarms =
            "Trimming on a phone leaves edit lists without ill intent. Cameras that make the thumbnail from another "
            "exposure or crop show a larger difference.";
        entry.reference =
            "Gloe, Fischer, Kirchner, 'Forensic analysis of video file formats' (2014); Iuliani et al., 'A video "
            "forensic framework for the unsupervised analysis of "
            "MP4-like file container' (2019); Kee, Farid, 'Digital image authentication from thumbnails' (2010)";
        entry.inputs = {ingest::MediaKind::kImage, ingest::MediaKind::kVideo, ingest::MediaKind::kAudio};
        entry.emits_map = true;
        entry.emits = {
            {"anomalies", "count", "structures that neither cameras, phones nor usual encoders write"},
            {"resave_signs", "count", "signs of software that wrote the file after the capture"},
            {"damage", "count", "places where the file is cut off or broken"},
            {"trailing_bytes", "bytes", "what follows the end that the format declares"},
            {"thumbnail_difference", "ratio",
             "RMS difference of embedded thumbnail and picture over the thumbnail's contrast, 0 to 1; only where there "
             "is one"},
            {"thumbnail_correlation", "ratio", "correlation of thumbnail and picture; only where there is a thumbnail"},
            {"edit_list_segments", "count", "most stretches that the edit list of one track shows; MP4 and MOV only"}};
        entry.parameters = {
            {"thumbnail_limit", "difference above which the thumbnail is said to show another picture", "ratio", 0.05,
             1.0, 0.6},
            {"thumbnail_local_limit", "local difference over contrast above which a place is pointed at", "ratio", 0.1,
             5.0, 1.0}};
        entry.create = analysis::make_whole_input_analyzer<analyze>;
        return entry;
    }();
    return definition;
}

}  // namespace bonafide::analyzers
