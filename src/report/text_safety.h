#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::report {

// Text in a report may come from the input: a file name, an EXIF field, a credential's title. None of it may reach a
// terminal, a page or a JSON document as anything but letters on a line.

/// `text` as valid UTF-8: every byte that cannot be decoded becomes U+FFFD.
std::string valid_utf8(std::string_view text);

/// `text` on one line and harmless: tabs and line breaks become spaces; control characters, bidirectional overrides and
/// isolates, invisible formatting and tag characters become visible, as "<U+202E>"; invalid bytes become U+FFFD.
std::string visible(std::string_view text);

/// visible(), then &, <, >, " and ' as HTML character references: fit for element content and quoted attribute values.
std::string escape_html(std::string_view text);

/// Columns that `text` (valid UTF-8) takes in a terminal: 2 for East Asian wide characters and pictographs, 0 for
/// combining marks.
std::size_t columns(std::string_view text);

/// visible(text) broken at spaces into lines of at most `width` columns; a longer word is cut. At least one line.
/// ENSURE: width >= 2.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

}  // namespace bonafide::report
