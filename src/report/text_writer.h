#pragma once

#include <string>
#include <string_view>

namespace bonafide::report {

enum class Ink { kPlain, kStrong, kFaint, kGreen, kYellow, kRed, kMagenta };

/// Lines of at most 100 columns. Everything that goes in is made harmless first (text_safety.h); the only escape
/// sequences that come out are its own, and none without colour.
class TextWriter {
  public:
    explicit TextWriter(bool colour) : colour_(colour) {}

    /// A paragraph, all its lines indented by `indent` columns.
    void line(std::string_view text, int indent, Ink ink = Ink::kPlain);
    /// A paragraph after a dash.
    void item(std::string_view text, int indent);
    /// A label, and its text from column `indent + width` on.
    void pair(std::string_view label, std::string_view text, int indent, int width);
    /// A blank line and a heading.
    void heading(std::string_view text, Ink ink = Ink::kStrong);
    void blank() { text_ += '\n'; }
    std::string take() { return std::move(text_); }

  private:
    void put(std::string_view safe, Ink ink);

    bool colour_;
    std::string text_;
};

}  // namespace bonafide::report
