// What MP4 and MOV headers tell about the writer. Papers: T. Gloe, A. Fischer, M. Kirchner, "Forensic analysis of video
// file formats" (2014); M. Iuliani et al., "A video forensic framework for the unsupervised analysis of MP4-like file
// container" (2019). Deviations: no database of devices; only differences that hold between all devices and all usual
// software are used. Limits: a program that imitates a phone's boxes is not noticed.
#include "analyzers/container/structure/iso_rules.h"

#include "analyzers/container/structure/writers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace bonafide::analyzers::structure {
namespace {

constexpr double kDay = 86400;
/// Codecs start and end up to this far from where they are shown: priming samples, reordered pictures, rounding.
constexpr double kHiddenMedia_s = 1.0;
/// Durations of header and samples may differ by this much: last sample's length, rounding to the movie's time scale.
constexpr double kDurationTolerance_s = 0.5;

double seconds(double units, std::uint32_t scale) {
    return scale == 0 ? 0 : units / scale;
}

std::string number(double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.1f", value);
    return text.data();
}

std::string what(const IsoTrack& track) {
    return track.handler == "vide" ? "the film" : track.handler == "soun" ? "the sound" : "a track";
}

void judge_edits(const IsoMovie& movie, const IsoTrack& track, Structure& structure) {
    int shown = 0;
    double shown_s = 0, first_s = 0, empty_s = 0;
    for (const IsoEdit& edit : track.edits) {
        if (edit.media_time < 0) {
            empty_s += seconds(static_cast<double>(edit.duration), movie.time_scale);
            continue;
        }
        first_s = shown == 0 ? seconds(static_cast<double>(edit.media_time), track.time_scale) : first_s;
        shown_s += seconds(static_cast<double>(edit.duration), movie.time_scale);
        ++shown;
    }
    structure.edit_list_segments = std::max(structure.edit_list_segments, shown);
    if (track.handler != "vide" && track.handler != "soun") {
        return;
    }
    if (shown > 1) {
        structure.add(SignKind::kAnomaly, "Its edit list shows " + std::to_string(shown) + " separate stretches of " +
                                              what(track) + ": it was cut without being encoded anew.");
    }
    if (empty_s > kHiddenMedia_s) {
        structure.add(SignKind::kNote, what(track) + " starts " + number(empty_s) + " s after the rest.");
    }
    if (shown == 0 || movie.fragmented) {
        return;  // fragmented films declare no durations in their header
    }
    const double media_s = seconds(static_cast<double>(track.duration), track.time_scale);
    if (first_s > kHiddenMedia_s && first_s <= media_s) {
        structure.add(SignKind::kAnomaly,
                      number(first_s) + " s at the start of " + what(track) +
                          " are in the file but not shown: it was trimmed without being encoded anew.");
    }
    if (shown == 1 && shown_s > 0 && media_s - first_s - shown_s > kHiddenMedia_s) {
        structure.add(SignKind::kAnomaly,
                      number(media_s - first_s - shown_s) + " s at the end of " + what(track) +
                          " are in the file but not shown: it was trimmed without being encoded anew.");
    }
}

void judge_durations(const IsoMovie& movie, const IsoTrack& track, Structure& structure) {
    if (movie.fragmented || !track.tables_read || track.time_scale == 0) {
        return;
    }
    if (track.samples_timed != track.samples_sized) {
        structure.add(SignKind::kDamage, "The tables of " + what(track) + " disagree on the number of samples.");
        return;
    }
    const double declared_s = seconds(static_cast<double>(track.duration), track.time_scale);
    const double sum_s = seconds(static_cast<double>(track.samples_duration), track.time_scale);
    const double tolerance = std::max(kDurationTolerance_s, 0.02 * sum_s);
    if (track.samples_timed > 1 && track.handler != "tmcd" && std::abs(declared_s - sum_s) > tolerance) {
        structure.add(SignKind::kAnomaly, "The declared length of " + what(track) + ", " + number(declared_s) +
                                              " s, is not that of its samples, " + number(sum_s) + " s.");
    }
}

void judge_times(const IsoMovie& movie, Structure& structure) {
    const auto created = static_cast<double>(movie.created);
    const auto modified = static_cast<double>(movie.modified);
    if (movie.created != 0 && movie.modified != 0) {
        const double length_s = seconds(static_cast<double>(movie.duration), movie.time_scale);
        if (created - modified > kDay) {
            structure.add(SignKind::kAnomaly, "It was changed before it was made, according to its own times.");
        } else if (modified - created > length_s + kDay) {
            structure.add(SignKind::kResave, "It was changed " + number((modified - created) / kDay) +
                                                 " days after it was made, according to its own times.");
        }
    }
    for (const IsoTrack& track : movie.tracks) {
        if (movie.created != 0 && track.created != 0 && std::abs(static_cast<double>(track.created) - created) > kDay) {
            structure.add(SignKind::kResave,
                          "A track is of another day than the film: it was put in or taken over from elsewhere.");
        }
    }
    if (movie.has_movie_header && movie.created == 0 && !movie.tracks.empty()) {
        structure.add(SignKind::kResave, "It carries no time of recording, which cameras and phones set.");
    }
}

void judge_order(const IsoMovie& movie, Structure& structure) {
    static constexpr std::array<std::string_view, 21> kKnown = {"ftyp", "styp", "moov", "mdat", "free", "skip", "wide",
                                                                "uuid", "moof", "mfra", "sidx", "ssix", "prft", "emsg",
                                                                "meta", "udta", "pnot", "pdin", "imda", "meco", "junk"};
    int movies = 0, media = 0;
    std::size_t movie_at = 0, media_at = 0;
    for (std::size_t index = 0; index < movie.top.boxes.size(); ++index) {
        const IsoBox& box = movie.top.boxes[index];
        if (box.type == "moov") {
            movie_at = movies == 0 ? index : movie_at;
            ++movies;
        } else if (box.type == "mdat" && box.size_bytes > box.header_bytes) {
            media_at = media == 0 ? index : media_at;
            ++media;
        } else if (std::find(kKnown.begin(), kKnown.end(), box.type) == kKnown.end()) {
            structure.add(SignKind::kNote,
                          "It has a box '" + printable(box.type) + "' that the standards do not know.");
        }
    }
    if (movies > 1) {
        structure.add(SignKind::kAnomaly, "It has " + std::to_string(movies) + " headers; films have one.");
    } else if (movies == 0) {
        structure.add(SignKind::kDamage, "Its header is missing, as when a recording breaks off.");
    } else if (media == 0 && !movie.fragmented) {
        structure.add(SignKind::kDamage, "There is no sound or picture data.");
    } else if (movie_at < media_at && !movie.fragmented) {
        structure.add(
            SignKind::kResave,
            "The header stands before the data, as software arranges it for streaming; devices write it last.");
    }
    if (media > 1 && !movie.fragmented) {
        structure.add(SignKind::kNote, "Its data stands in " + std::to_string(media) + " pieces.");
    }
    if (!movie.brand.empty() && movie.top.boxes.front().type != "ftyp") {
        structure.add(SignKind::kNote, "The box that names the format does not stand first.");
    }
}

bool has_handler(const IsoMovie& movie, std::string_view name) {
    return std::any_of(movie.tracks.begin(), movie.tracks.end(),
                       [&](const IsoTrack& track) { return track.handler_name == name; });
}

void judge_writer(const IsoMovie& movie, Structure& structure) {
    note_writer(movie.user_texts, structure);
    bool named = !structure.writer.empty();
    for (const IsoTrack& track : movie.tracks) {
        named = note_writer(track.handler_name, structure) || named;
    }
    if (named) {
        return;
    }
    if (has_handler(movie, "VideoHandler") || has_handler(movie, "SoundHandler")) {
        structure.writer = "FFmpeg (libavformat)";
        structure.add(SignKind::kResave,
                      "Its track names are FFmpeg's: a library that computers and servers use, and a few phones.");
    } else if (has_handler(movie, "VideoHandle") || has_handler(movie, "SoundHandle")) {
        structure.writer = "an Android phone or application";
        structure.add(SignKind::kNote, "Its track names are those of Android's recorder.");
    } else if (has_handler(movie, "Apple Video Media Handler") || has_handler(movie, "Apple Sound Media Handler")) {
        structure.writer = "QuickTime";
        structure.add(SignKind::kResave, "Its track names are those of QuickTime 7, which converts and edits.");
    }
}

}  // namespace

Structure judge_iso_movie(const IsoMovie& movie) {
    Structure structure;
    structure.format = movie.brand == "qt  " ? "QuickTime" : "MP4";
    structure.edit_list_segments = 0;
    judge_writer(movie, structure);
    judge_order(movie, structure);
    judge_times(movie, structure);
    for (const IsoTrack& track : movie.tracks) {
        judge_edits(movie, track, structure);
        judge_durations(movie, track, structure);
    }
    return structure;
}

Structure examine_iso_movie(const ingest::ByteSource& source) {
    const IsoMovie movie = read_iso_movie(source);
    Structure structure = judge_iso_movie(movie);
    judge_iso_end(source, movie.top, structure);
    if (movie.nested_damage) {
        structure.add(SignKind::kDamage, "A box inside the header is cut off or malformed.");
    }
    return structure;
}

}  // namespace bonafide::analyzers::structure
