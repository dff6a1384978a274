#include "analyzers/provenance/metadata_consistency/checks.h"
#include "analyzers/provenance/metadata_consistency/statements.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace bonafide::analyzers {
namespace {

/// Programs whose purpose is to change pictures or films, in the spelling of `simplified`. Viewers and cameras' own
/// software that only copies, rotates or captions are left out.
constexpr std::array<std::string_view, 64> kEditors = {
    "photoshop",   "lightroom",     "adobecameraraw", "gimp",        "affinityphoto",  "captureone",
    "paintnet",    "pixelmator",    "snapseed",       "picasa",      "acdsystems",     "acdsee",
    "paintshop",   "coreldraw",     "photopaint",     "photoscape",  "picsart",        "facetune",
    "meitu",       "beautyplus",    "beautycam",      "faceapp",     "reface",         "vsco",
    "luminar",     "darktable",     "rawtherapee",    "imagemagick", "graphicsmagick", "photofiltre",
    "photoimpact", "irfanview",     "xnview",         "canva",       "photopea",       "remini",
    "lensa",       "aftereffects",  "premiere",       "finalcut",    "davinciresolve", "capcut",
    "inshot",      "kinemaster",    "ufraw",          "dxo",         "on1photo",       "fotor",
    "polarr",      "befunky",       "skylum",         "topaz",       "nikcollection",  "pixlr",
    "krita",       "photodirector", "photoeditor",    "photolab",    "paint3d",        "mspaint",
    "inkscape",    "photostudio",   "airbrush",       "youcam",
};

/// Photoshop's own JPEG settings; other programs that write image resources write captions, not this.
constexpr std::uint16_t kPhotoshopJpegQuality = 0x0406;

void note_program(Examination& examination, std::string_view text) {
    const std::string name = simplified(text);
    const bool edits = std::any_of(kEditors.begin(), kEditors.end(),
                                   [&](std::string_view editor) { return name.find(editor) != std::string::npos; });
    auto& programs = examination.result.editing_software;
    const std::string words(text.substr(0, 80));
    if (edits && programs.size() < 16 && std::find(programs.begin(), programs.end(), words) == programs.end())
        programs.push_back(words);
}

/// A list joined with "; ", as the metadata reader gives arrays.
void note_programs(Examination& examination, std::string_view list) {
    while (!list.empty()) {
        const std::size_t end = std::min(list.find("; "), list.size());
        note_program(examination, list.substr(0, end));
        list.remove_prefix(std::min(end + 2, list.size()));
    }
}

}  // namespace

void check_software(Examination& examination) {
    const media::Metadata& metadata = examination.metadata;
    for (const char* key : {"Image.Software", "Image.ProcessingSoftware"}) {
        if (const auto text = value_of(metadata.exif, key)) note_program(examination, *text);
    }
    for (const char* key : {"xmp:CreatorTool", "xmpMM:History/stEvt:softwareAgent", "tiff:Software"}) {
        if (const auto text = value_of(metadata.xmp, key)) note_programs(examination, *text);
    }
    if (const auto text = value_of(metadata.iptc, "2:65")) note_program(examination, *text);
    for (const media::TextEntry& entry : metadata.texts) {
        if (simplified(entry.keyword) == "software" || entry.keyword == "ISFT") note_program(examination, entry.text);
    }
    const auto& resources = metadata.photoshop_resources;
    if (examination.result.editing_software.empty() &&
        std::find(resources.begin(), resources.end(), kPhotoshopJpegQuality) != resources.end()) {
        examination.result.editing_software.emplace_back("Photoshop (by its JPEG settings block)");
    }
    if (examination.result.editing_software.empty() && value_of(metadata.xmp, "crs:Version")) {
        examination.result.editing_software.emplace_back("Adobe Camera Raw (by its development settings)");
    }
}

}  // namespace bonafide::analyzers
