#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace bonafide::service {

/// A header value of the form `word; name=value; name="value"`, as Content-Disposition and Content-Type have it.
struct ParameterisedValue {
    std::string word;                               ///< in lower case
    std::map<std::string, std::string> parameters;  ///< names in lower case
};

/// Nothing where `text` does not have that form, or names a parameter twice: two readers could then choose differently.
std::optional<ParameterisedValue> parse_parameterised(std::string_view text);

/// The file name that a Content-Disposition's parameters hold: filename* (RFC 8187, UTF-8) before filename. Empty where
/// there is none.
std::string file_name_of(const ParameterisedValue& disposition);

/// `name` as it may be shown and stored: its last part behind any '/' or '\', valid UTF-8, without control characters
/// and those that turn the direction of text, at most 200 bytes, never empty, "." or "..".
std::string harmless_file_name(std::string_view name);

/// `text` with U+FFFD in place of what is no UTF-8 (RFC 3629), and of NUL.
std::string as_utf8(std::string_view text);

}  // namespace bonafide::service
