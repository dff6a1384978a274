#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bonafide::service {

/// Percent-decodes `text`; nothing where it is not well-formed or holds a control character. `plus_is_space`: as in
/// forms.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

}  // namespace bonafide::service
