// Text as Pango lays it out: what comes from an input is made safe and legible here.
#include "report/pdf/sheet.h"
#include "report/text_safety.h"

#include <fontconfig/fontconfig.h>

#include <cstdio>

namespace bonafide::report::pdf {
namespace {

constexpr const char* kFamily = "DejaVu Sans";
constexpr const char* kMonoFamily = "DejaVu Sans Mono";
/// A text in a document that people read; what is longer stands in the attached report in full.
constexpr std::size_t kMostTextBytes = 6000;

std::string cut(std::string text) {
    if (text.size() <= kMostTextBytes) {
        return text;
    }
    std::size_t end = kMostTextBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
        --end;
    }
    text.resize(end);
    return text + " [...]";
}

void add_attribute(PangoAttrList* list, PangoAttribute* attribute, std::size_t begin, std::size_t end) {
    attribute->start_index = static_cast<guint>(begin);
    attribute->end_index = static_cast<guint>(end);
    pango_attr_list_insert(list, attribute);
}

PangoAttribute* foreground(const Ink& ink) {
    const auto part = [](double value) { return static_cast<guint16>(value * 65535); };
    return pango_attr_foreground_new(part(ink.red), part(ink.green), part(ink.blue));
}

}  // namespace

Run plain(std::string_view text) {
    return {std::string(text)};
}
Run bold(std::string_view text) {
    return {std::string(text), true};
}
Run quiet(std::string_view text) {
    return {std::string(text), false, false, kGrey};
}
Run code(std::string_view text) {
    return {std::string(text), false, true};
}

Result<void> check_fonts() {
    // Asked of fontconfig itself: Pango always lists families, and looks for a font without end where there is none.
    FcConfig* config = FcConfigReference(nullptr);
    const FcFontSet* fonts = config != nullptr ? FcConfigGetFonts(config, FcSetSystem) : nullptr;
    const bool any = fonts != nullptr && fonts->nfont > 0;
    if (config != nullptr) {
        FcConfigDestroy(config);
    }
    return any ? Result<void>()
               : Error{ErrorCode::kInternal,
                       "no font is installed, and a PDF needs one: install fonts-dejavu-core, or ask for HTML"};
}

bool Sheet::has_glyph(gunichar character) {
    const auto [entry, is_new] = glyphs_.try_emplace(character, true);
    if (is_new) {
        char text[8] = {};
        const int size = g_unichar_to_utf8(character, text);
        const Shared<PangoLayout> layout(pango_layout_new(context_.get()));
        pango_layout_set_text(layout.get(), text, size);
        entry->second = pango_layout_get_unknown_glyphs_count(layout.get()) == 0;
    }
    return entry->second;
}

/// `text` with every character that no installed font has written as its code point: an empty box says nothing.
std::string Sheet::drawable(const std::string& text) {
    std::string drawn;
    for (const char* at = text.c_str(); *at != '\0'; at = g_utf8_next_char(at)) {
        const gunichar character = g_utf8_get_char(at);
        if (has_glyph(character)) {
            drawn.append(at, static_cast<std::size_t>(g_utf8_next_char(at) - at));
        } else {
            char code_point[16];
            std::snprintf(code_point, sizeof code_point, "<U+%04X>", character);
            drawn += code_point;
        }
    }
    return drawn;
}

Sheet::Layout Sheet::layout_of(const Words& words, double size, double width) {
    Layout layout(pango_layout_new(context_.get()));
    PangoFontDescription* font = pango_font_description_new();
    pango_font_description_set_family_static(font, kFamily);
    pango_font_description_set_size(font, static_cast<int>(size * PANGO_SCALE));
    pango_layout_set_font_description(layout.get(), font);
    pango_font_description_free(font);
    pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_line_spacing(layout.get(), 1.12F);
    std::vector<std::string> texts;
    for (const Run& run : words) {
        texts.push_back(cut(visible(run.text)));
    }
    for (const bool again : {false, true}) {
        std::string text;
        PangoAttrList* attributes = pango_attr_list_new();
        for (std::size_t i = 0; i < words.size(); ++i) {
            const std::size_t begin = text.size();
            text += again ? drawable(texts[i]) : texts[i];
            const Run& run = words[i];
            add_attribute(attributes, foreground(run.ink), begin, text.size());
            if (run.bold) {
                add_attribute(attributes, pango_attr_weight_new(PANGO_WEIGHT_BOLD), begin, text.size());
            }
            if (run.mono) {
                add_attribute(attributes, pango_attr_family_new(kMonoFamily), begin, text.size());
                add_attribute(attributes, pango_attr_insert_hyphens_new(FALSE), begin, text.size());
            }
        }
        pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
        pango_layout_set_attributes(layout.get(), attributes);
        pango_attr_list_unref(attributes);
        if (pango_layout_get_unknown_glyphs_count(layout.get()) == 0) {
            break;
        }
    }
    return layout;
}

}  // namespace bonafide::report::pdf
