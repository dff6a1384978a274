// Moments that a file states of itself: EXIF 2.32 (DateTimeOriginal: taken; DateTimeDigitized: made digital; DateTime:
// last changed), XMP (CreateDate, ModifyDate, MetadataDate, history), IPTC-IIM 2:55, GPS. Most carry no time zone, so
// that less than the tolerance (two zones of the world and a little) says nothing.
#include "analyzers/provenance/metadata_consistency/checks.h"
#include "analyzers/provenance/metadata_consistency/statements.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace bonafide::analyzers {
namespace {

constexpr double kSameMoment_s = 2;
constexpr double kMostZone_s = 14 * 3600;

struct Statement {
    std::string name;
    std::optional<Moment> moment;
};

Statement stated(const std::map<std::string, std::string>& properties, const std::string& key, std::string name) {
    const auto text = value_of(properties, key);
    return {std::move(name), text ? parse_moment(*text) : std::nullopt};
}

std::string pair_of(const Statement& first, const Statement& second) {
    return first.name + " " + first.moment->text + ", " + second.name + " " + second.moment->text;
}

/// Both stated: counts a comparison and tells by how much `later` follows `earlier`.
std::optional<double> gap(Examination& examination, const Statement& earlier, const Statement& later) {
    if (!earlier.moment || !later.moment) return std::nullopt;
    ++examination.result.comparisons;
    return seconds_between(*earlier.moment, *later.moment);
}

class TimeCheck {
  public:
    explicit TimeCheck(Examination& examination)
        : examination_(examination), tolerance_s_(examination.options.time_tolerance_s) {}

    void must_not_precede(const Statement& earlier, const Statement& later, bool contradiction,
                          const std::string& words) {
        const auto seconds = gap(examination_, earlier, later);
        if (!seconds || *seconds >= -tolerance_s_) return;
        say(contradiction, words + ": " + pair_of(earlier, later) + ".");
    }

    void must_agree(const Statement& first, const Statement& second, bool contradiction, const std::string& words) {
        const auto seconds = gap(examination_, first, second);
        if (!seconds || std::abs(*seconds) <= tolerance_s_) return;
        say(contradiction, words + ": " + pair_of(first, second) + ".");
    }

  private:
    void say(bool contradiction, std::string sentence) {
        if (contradiction) {
            examination_.contradict(RemarkKind::kTime, std::move(sentence));
        } else {
            examination_.remark(RemarkKind::kTime, std::move(sentence));
        }
    }

    Examination& examination_;
    double tolerance_s_;
};

Statement gps_statement(const std::map<std::string, std::string>& exif) {
    Statement statement = stated(exif, "GPS.GPSDateStamp", "GPS");
    const auto time = value_of(exif, "GPS.GPSTimeStamp");
    if (!statement.moment) return statement;
    const auto hours =
        time ? parse_degrees(*time, "") : std::nullopt;  // hours, minutes and seconds are three numbers like an angle
    if (hours && *hours >= 0 && *hours < 24) statement.moment->local_s += *hours * 3600;
    statement.moment->zone_s = 0;
    return statement;
}

void check_history(Examination& examination, TimeCheck& check, const Statement& taken) {
    std::string_view list = value_of(examination.metadata.xmp, "xmpMM:History/stEvt:when").value_or("");
    std::optional<Moment> first;
    while (!list.empty()) {
        const std::size_t end = std::min(list.find("; "), list.size());
        const auto moment = parse_moment(list.substr(0, end));
        if (moment && (!first || seconds_between(*moment, *first) > 0)) first = moment;
        list.remove_prefix(std::min(end + 2, list.size()));
    }
    check.must_not_precede(taken, {"editing history", first}, true,
                           "The editing history starts before the picture was taken");
}

void check_zones(Examination& examination) {
    for (const char* key : {"Photo.OffsetTime", "Photo.OffsetTimeOriginal", "Photo.OffsetTimeDigitized"}) {
        const auto text = value_of(examination.metadata.exif, key);
        if (!text) continue;
        const auto moment = parse_moment("2000-01-01T00:00:00" + std::string(*text));
        ++examination.result.comparisons;
        if (moment && moment->zone_s && std::abs(*moment->zone_s) > kMostZone_s) {
            examination.contradict(RemarkKind::kTime, "A time zone of " + std::string(*text) +
                                                          " is stated, which no place on Earth keeps.");
        }
    }
}

}  // namespace

void check_times(Examination& examination) {
    const auto& exif = examination.metadata.exif;
    const auto& xmp = examination.metadata.xmp;
    const Statement original = stated(exif, "Photo.DateTimeOriginal", "EXIF taken");
    const Statement digitised = stated(exif, "Photo.DateTimeDigitized", "EXIF made digital");
    const Statement changed = stated(exif, "Image.DateTime", "EXIF changed");
    const Statement xmp_original = stated(xmp, "exif:DateTimeOriginal", "XMP taken");
    const Statement& taken = original.moment ? original : xmp_original;
    TimeCheck check(examination);
    check.must_not_precede(original, digitised, true, "The picture was made digital before it was taken");
    check.must_agree(original, xmp_original, true, "EXIF and XMP name different times of taking");
    check.must_not_precede(taken, stated(xmp, "xmp:ModifyDate", "XMP changed"), true,
                           "The file was last changed before the picture was taken");
    check.must_not_precede(taken, stated(xmp, "xmp:MetadataDate", "XMP metadata changed"), true,
                           "The metadata was last changed before the picture was taken");
    check_history(examination, check, taken);
    // Honest files do the following: firmware dates in DateTime, captions that date the event, stale satellite fixes,
    // scans of old prints.
    check.must_not_precede(original, changed, false, "The file was last changed before the picture was taken");
    check.must_agree(digitised, stated(xmp, "xmp:CreateDate", "XMP created"), false,
                     "EXIF and XMP name different times of creation");
    check.must_agree(taken, stated(xmp, "photoshop:DateCreated", "XMP date created"), false,
                     "EXIF and the caption name different dates");
    check.must_agree(taken, stated(examination.metadata.iptc, "2:55", "IPTC date created"), false,
                     "EXIF and the IPTC caption name different dates");
    check.must_agree(taken, gps_statement(exif), false, "The camera's clock and the satellite time differ");
    check.must_not_precede(stated(examination.facts.container_tags, "creation_time", "container created"),
                           stated(xmp, "xmp:ModifyDate", "XMP changed"), false,
                           "The file was last changed before it was created");
    check_zones(examination);
    const auto same = [](const Statement& first, const Statement& second) {
        return first.moment && second.moment &&
               std::abs(seconds_between(*first.moment, *second.moment)) <= kSameMoment_s;
    };
    if (same(original, digitised) && (!changed.moment || same(original, changed))) {
        examination.sign("taken, made digital and last changed in one moment");
    }
}

}  // namespace bonafide::analyzers
