#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace bonafide::analyzers {

/// The value of `key`, or nothing where it is absent or blank.
std::optional<std::string_view> value_of(const std::map<std::string, std::string>& properties, const std::string& key);

/// A number as EXIF ("0.0125") or XMP ("1/80") write it; nothing where it is neither or not finite.
std::optional<double> parse_number(std::string_view text);
std::optional<double> number_of(const std::map<std::string, std::string>& properties, const std::string& key);

/// A moment as a file states it.
struct Moment {
    double local_s = 0;            ///< since 1970-01-01 00:00:00 on the writer's own clock, whatever its zone
    std::optional<double> zone_s;  ///< east of UTC, where stated
    std::string text;              ///< as written
};

/// Reads "2012:06:09 21:23:38" (EXIF), "2012-06-09T21:23:38+01:00" (XMP, ISO 8601) and "20120609" (IPTC). Nothing for
/// what no calendar knows: cameras write "0000:00:00 00:00:00" or blanks for a clock that was never set.
std::optional<Moment> parse_moment(std::string_view text);

/// `later` minus `earlier` in seconds: in UTC where both state their zone, by their own clocks otherwise.
double seconds_between(const Moment& earlier, const Moment& later);

/// Degrees, from "53 21 34.074" (EXIF) or "53,21.5679N" (XMP); nothing where it is not a position at all. The sign
/// comes from the letter in `text` or from `reference`.
std::optional<double> parse_degrees(std::string_view text, std::string_view reference);

/// Lower case, letters and digits only: what is left to compare of a name.
std::string simplified(std::string_view name);

}  // namespace bonafide::analyzers
