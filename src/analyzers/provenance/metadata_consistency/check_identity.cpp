// Make and model against each other, against XMP, and against the maker note, which its own first bytes assign to a
// maker (CIPA DC-008 leaves its content to the makers; a camera writes its own maker's note or that of the company that
// built it).
#include "analyzers/provenance/metadata_consistency/checks.h"
#include "analyzers/provenance/metadata_consistency/statements.h"

#include <algorithm>
#include <array>

namespace bonafide::analyzers {
namespace {

/// Which makes a kind of maker note is found under. Only kinds that no other company's cameras are known to write are
/// listed: notes of Olympus, Sanyo, Ricoh and Panasonic design travel with cameras that these companies built for
/// others.
struct NoteOwner {
    std::string_view kind;
    std::array<std::string_view, 3> makes;  ///< simplified; one of them must start the make
};
constexpr NoteOwner kNoteOwners[] = {
    {"Apple", {"apple", "", ""}},
    {"Canon", {"canon", "", ""}},
    {"Nikon", {"nikon", "", ""}},
    {"Sony", {"sony", "hasselblad", "konicaminolta"}},
    {"DJI", {"dji", "hasselblad", ""}},
    {"Google", {"google", "", ""}},
    {"Huawei", {"huawei", "honor", "leica"}},
};

/// Model names that belong to one make.
struct ModelOwner {
    std::string_view model, make;  ///< simplified
};
constexpr ModelOwner kModelOwners[] = {{"iphone", "apple"},    {"ipad", "apple"},    {"canoneos", "canon"},
                                       {"powershot", "canon"}, {"coolpix", "nikon"}, {"finepix", "fuji"},
                                       {"ilce", "sony"},       {"dslra", "sony"},    {"pixel", "google"},
                                       {"galaxy", "samsung"},  {"lumia", "nokia"},   {"cybershot", "sony"}};

/// Makes whose cameras always write a maker note, by the development photographs and the makers' own practice.
constexpr std::array<std::string_view, 3> kAlwaysNoted = {"canon", "nikon", "olympus"};

bool begins(std::string_view text, std::string_view start) {
    return !start.empty() && text.substr(0, start.size()) == start;
}

bool one_holds_other(const std::string& first, const std::string& second) {
    return first.find(second) != std::string::npos || second.find(first) != std::string::npos;
}

void compare_property(Examination& examination, const char* name, const char* exif_key, const char* xmp_key) {
    const auto exif = value_of(examination.metadata.exif, exif_key), xmp = value_of(examination.metadata.xmp, xmp_key);
    if (!exif || !xmp) return;
    const std::string first = simplified(*exif), second = simplified(*xmp);
    if (first.empty() || second.empty()) return;
    ++examination.result.comparisons;
    if (!one_holds_other(first, second)) {
        examination.contradict(RemarkKind::kIdentity, std::string("EXIF names the camera's ") + name + " '" +
                                                          std::string(*exif) + "', XMP names '" + std::string(*xmp) +
                                                          "'.");
    }
}

void check_model(Examination& examination, std::string_view make, std::string_view model) {
    const std::string simple_make = simplified(make), simple_model = simplified(model);
    if (simple_make.empty()) return;
    for (const ModelOwner& owner : kModelOwners) {
        if (!begins(simple_model, owner.model)) continue;
        ++examination.result.comparisons;
        if (!begins(simple_make, owner.make) && !(owner.model == "lumia" && begins(simple_make, "microsoft"))) {
            examination.contradict(
                RemarkKind::kIdentity,
                "The model '" + std::string(model) + "' is not made by the stated make '" + std::string(make) + "'.");
        }
    }
}

void check_note(Examination& examination, std::string_view make) {
    const media::Metadata& metadata = examination.metadata;
    const std::string simple_make = simplified(make);
    const bool readable = metadata.exif.lower_bound("MakerNote.") != metadata.exif.lower_bound("MakerNote/");
    if (metadata.maker_note_kind.empty()) {
        const bool always = std::any_of(kAlwaysNoted.begin(), kAlwaysNoted.end(),
                                        [&](std::string_view each) { return begins(simple_make, each); });
        const bool exposure = value_of(metadata.exif, "Photo.ExposureTime").has_value();
        // An editor that is named explains the loss.
        if (always && exposure && examination.result.editing_software.empty()) {
            ++examination.result.comparisons;
            examination.remark(RemarkKind::kIdentity,
                               "The maker note is missing that cameras of '" + std::string(make) +
                                   "' write: the file has been rewritten by a program that is not named.");
        }
        return;
    }
    bool contradicted = false;
    for (const NoteOwner& owner : kNoteOwners) {
        if (owner.kind != metadata.maker_note_kind || simple_make.empty()) continue;
        ++examination.result.comparisons;
        contradicted = std::none_of(owner.makes.begin(), owner.makes.end(),
                                    [&](std::string_view each) { return begins(simple_make, each); });
    }
    if (contradicted) {
        examination.contradict(RemarkKind::kIdentity, "EXIF names the make '" + std::string(make) +
                                                          "', but its maker note is one of " +
                                                          metadata.maker_note_kind + ".");
    } else if (readable) {
        examination.sign("a readable maker note (" + metadata.maker_note_kind + ")");
    }
}

/// Canon repeats the model inside its note ("IMG:PowerShot A720 IS JPEG").
void check_canon_model(Examination& examination, std::string_view model) {
    if (examination.metadata.maker_note_kind != "Canon") return;
    const auto type = value_of(examination.metadata.exif, "MakerNote.ImageType");
    if (!type || !begins(*type, "IMG:")) return;
    const std::string inside = simplified(type->substr(4));
    std::string outside = simplified(model);
    if (begins(outside, "canon")) outside.erase(0, 5);
    if (outside.empty() || inside.empty()) return;
    ++examination.result.comparisons;
    if (inside.find(outside) == std::string::npos) {
        examination.contradict(RemarkKind::kIdentity, "EXIF names the model '" + std::string(model) +
                                                          "', but the maker note says '" + std::string(*type) + "'.");
    }
}

}  // namespace

void check_identity(Examination& examination) {
    const auto& exif = examination.metadata.exif;
    compare_property(examination, "make", "Image.Make", "tiff:Make");
    compare_property(examination, "model", "Image.Model", "tiff:Model");
    const std::string_view make = value_of(exif, "Image.Make").value_or(""),
                           model = value_of(exif, "Image.Model").value_or("");
    check_model(examination, make, model);
    check_note(examination, make);
    check_canon_model(examination, model);
}

}  // namespace bonafide::analyzers
