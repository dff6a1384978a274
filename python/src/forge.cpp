// bonafide.forge: unmarked pairs in memory, for training; and finished files, always marked, as the command line's.
#include "engine/front/forge.h"

#include "errors.h"
#include "face_checks.h"
#include "forge/blend.h"
#include "forge/identity/consent.h"
#include "forge/launder.h"
#include "forge/reconstruct.h"
#include "forge/swap.h"
#include "models.h"
#include "module.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace bonafide::python {
namespace {

using features::faces::Face;

std::optional<forge::MaskShape> shape_named(const std::optional<std::string>& name) {
    if (!name) {
        return std::nullopt;
    }
    std::string known;
    for (const forge::MaskShapeName& each : forge::mask_shapes()) {
        if (each.name == *name) {
            return each.shape;
        }
        known += (known.empty() ? "" : ", ") + std::string(each.name);
    }
    refuse(ErrorCode::kUsage, "'" + *name + "' is no shape; there are " + known);
}

std::pair<nb::object, nb::object> blend(nb::handle rgb, const Face& face, std::uint64_t seed,
                                        const std::optional<std::string>& shape) {
    const Lent given = picture(rgb, "rgb");
    require_face_in(given.matrix, face, forge::kSmallestBlendedFacePx, "face");
    const std::optional<forge::MaskShape> chosen = shape_named(shape);
    forge::Blended blended;
    {
        const nb::gil_scoped_release unlocked;
        blended = forge::blend(given.matrix, face, seed, chosen ? &*chosen : nullptr);
    }
    return {to_array(std::move(blended.rgb)), to_array(std::move(blended.mask))};
}

nb::object swap(nb::handle rgb, const Face& face, nb::handle source_rgb, const Face& source_face) {
    const Lent target = picture(rgb, "rgb"), source = picture(source_rgb, "source_rgb");
    require_face_in(target.matrix, face, forge::kSmallestSwappedFacePx, "face");
    require_face_in(source.matrix, source_face, forge::kSmallestSwappedFacePx, "source_face");
    cv::Mat swapped;
    {
        const nb::gil_scoped_release unlocked;
        swapped = forge::swap_face(target.matrix, face, source.matrix, source_face);
    }
    return to_array(std::move(swapped));
}

/// The autoencoder of one layer, kept like the other models.
template <std::size_t index>
Ready<infer::Session>& autoencoder() {
    static auto* ready =
        new Ready<infer::Session>([](const infer::ModelStore& store, const infer::SessionOptions& options) {
            return forge::open_autoencoder(forge::upsamplings().at(index).name, store, options.threads);
        });
    return *ready;
}

nb::object reconstruct(nb::handle rgb, const std::string& upsampling) {
    constexpr std::array kAutoencoders = {autoencoder<0>, autoencoder<1>, autoencoder<2>, autoencoder<3>};
    const Lent given = picture(rgb, "rgb");
    const auto& layers = forge::upsamplings();
    const auto found = std::find_if(layers.begin(), layers.end(),
                                    [&](const forge::Upsampling& each) { return each.name == upsampling; });
    ENSURE(layers.size() == kAutoencoders.size());
    if (found == layers.end()) {
        refuse(ErrorCode::kUsage, "'" + upsampling + "' is no kind of up-sampling");
    }
    cv::Mat result;
    {
        const nb::gil_scoped_release unlocked;
        result = kAutoencoders.at(static_cast<std::size_t>(found - layers.begin()))().use(
            [&](infer::Session& network) { return value_or_throw(forge::reconstruct(given.matrix, network)); });
    }
    return to_array(std::move(result));
}

std::vector<std::string> all_steps(const std::string& profile, const std::vector<std::string>& steps) {
    std::vector<std::string> all;
    if (!profile.empty()) {
        all = value_or_throw(forge::steps_of(profile));
    }
    all.insert(all.end(), steps.begin(), steps.end());
    return all;
}

nb::object launder(nb::handle rgb, const std::string& profile, const std::vector<std::string>& steps) {
    const Lent given = picture(rgb, "rgb");
    const std::vector<std::string> all = all_steps(profile, steps);
    cv::Mat laundered;
    {
        const nb::gil_scoped_release unlocked;
        laundered = value_or_throw(forge::launder(given.matrix, all)).rgb;
    }
    return to_array(std::move(laundered));
}

std::pair<nb::bytes, nb::dict> make(const std::string& kind, const std::string& path, const std::string& second_path,
                                    const std::string& key_folder, const std::string& format, std::uint64_t seed,
                                    bool visible_label, const std::optional<std::string>& shape,
                                    const std::string& profile, const std::vector<std::string>& steps,
                                    const std::string& person, const std::string& consent, const std::string& model,
                                    std::uint64_t to_seed, int faces, const std::string& driver,
                                    const std::string& voice, const std::string& vocoder, int moves,
                                    const std::optional<std::string>& text, const std::string& language,
                                    const std::string& speaking_program, const nb::dict& limits) {
    engine::Job job;
    read_limits(limits, job.limits);
    job.forge.kind = kind;
    job.forge.format = format;
    job.forge.seed = seed;
    job.forge.label = visible_label;
    job.forge.mask = shape.value_or("");
    job.forge.profile = profile;
    job.forge.steps = steps;
    job.forge.person = person;
    job.forge.consent = consent;
    job.forge.model = model;
    job.forge.to_seed = to_seed;
    job.forge.faces = faces;
    job.forge.driver = driver;
    job.forge.voice = voice;
    job.forge.vocoder = vocoder;
    job.forge.moves = moves;
    engine::ForgeSources sources{path, second_path};
    if (text) {
        sources.sentence = engine::Sentence{speaking_program, *text, language};
    }
    engine::ForgedFile forged = [&] {
        const nb::gil_scoped_release unlocked;
        return value_or_throw(engine::forge_file(sources, std::move(job), engine::find_installation(), key_folder));
    }();
    const forge::Made& made = forged.made;
    nb::dict said;
    said["kind"] = made.kind;
    said["format"] = made.format;
    said["description"] = made.description;
    said["fake"] = made.fake;
    said["visible_label"] = made.label;
    said["width_px"] = made.width_px;
    said["height_px"] = made.height_px;
    said["frames"] = made.frames;
    said["duration_s"] = made.duration_s;
    said["watermark_exponent"] = made.watermark_exponent;
    said["purpose"] = made.purpose;
    said["consent_sha256"] = made.consent_sha256;
    return {nb::bytes(forged.bytes.data(), forged.bytes.size()), said};
}

std::string new_consent(const std::string& person, const std::string& purpose, const std::string& until,
                        const std::vector<std::string>& kinds, const std::string& key_folder) {
    const nb::gil_scoped_release unlocked;
    const auto key = value_or_throw(forge::ConsentKey::open(key_folder));
    forge::Consent consent;
    consent.person = person;
    consent.purpose = purpose;
    consent.kinds = kinds;
    consent.until = until;
    consent.made = forge::today();
    return value_or_throw(key.sign(std::move(consent)));
}

template <class Named>
nb::dict meanings(const std::vector<Named>& all) {
    nb::dict result;
    for (const Named& each : all) {
        result[std::string(each.name).c_str()] = std::string(each.meaning);
    }
    return result;
}

}  // namespace

void add_forge(nb::module_& module) {
    module.attr("MASK_SHAPES") = meanings(forge::mask_shapes());
    module.attr("UPSAMPLINGS") = meanings(forge::upsamplings());
    module.attr("PROFILES") = meanings(forge::profiles());
    module.attr("STEPS") = std::string(forge::describe_steps());
    module.def(
        "blend", &blend, nb::arg("rgb"), nb::arg("face"), nb::arg("seed"), nb::arg("shape").none() = nb::none(),
        nb::sig("def blend(rgb: numpy.typing.NDArray[numpy.uint8], face: bonafide._core.faces.Face, seed: int, "
                "shape: str | None = None) -> tuple[numpy.typing.NDArray[numpy.uint8], "
                "numpy.typing.NDArray[numpy.float32]]"),
        R"(A face blended with a slightly changed copy of itself: the picture, and how much of the copy is in each pixel.

For training in memory: nothing marks the result, so never write it to disk; make() makes files.

rgb: uint8 (height, width, 3), red first, C-contiguous; not changed. face: of this picture, at least 64 px high.
seed: 0 to 2**64 - 1, of all that is drawn at random: equal seeds give equal results. shape: one of MASK_SHAPES;
None: drawn. Returns uint8 (height, width, 3) and float32 (height, width), 0 to 1, which own their memory.
TypeError: another type, shape or order; UsageError: a face that is too small or elsewhere, an unknown shape.)");
    module.def("swap", &swap, nb::arg("rgb"), nb::arg("face"), nb::arg("source_rgb"), nb::arg("source_face"),
               nb::sig("def swap(rgb: numpy.typing.NDArray[numpy.uint8], face: bonafide._core.faces.Face, source_rgb: "
                       "numpy.typing.NDArray[numpy.uint8], source_face: bonafide._core.faces.Face) -> "
                       "numpy.typing.NDArray[numpy.uint8]"),
               R"(The source's face put onto that of the picture: uint8 (height, width, 3).

For training in memory: nothing marks the result, so never write it to disk, and use only faces of people who agreed
to this; make() makes files, and asks for a consent record. Both faces: of their picture, at least 64 px high.
Errors as of blend().)");
    module.def(
        "reconstruct", &reconstruct, nb::arg("rgb"), nb::arg("upsampling"),
        nb::sig("def reconstruct(rgb: numpy.typing.NDArray[numpy.uint8], upsampling: str) -> "
                "numpy.typing.NDArray[numpy.uint8]"),
        R"(The picture passed through a small autoencoder, in tiles at its own resolution: uint8 (height, width, 3).

For training in memory: nothing marks the result, so never write it to disk; make() makes files.

upsampling: one of UPSAMPLINGS, the layer that enlarges. Equal pictures give equal results. UsageError: an unknown
layer, a side of more than 16384 px. TypeError: another type, shape or order.)");
    module.def("launder", &launder, nb::arg("rgb"), nb::arg("profile") = "", nb::kw_only(),
               nb::arg("steps") = std::vector<std::string>(),
               nb::sig("def launder(rgb: numpy.typing.NDArray[numpy.uint8], profile: str = '', *, steps: "
                       "collections.abc.Sequence[str] = ()) -> numpy.typing.NDArray[numpy.uint8]"),
               R"(What happens to a picture on its way: a profile's steps, then `steps`. Nothing is drawn at random.

For training in memory: where the picture is unmarked and fake, so is the result; never write it to disk.

profile: one of PROFILES. steps: "fit=1080", "jpeg=70", ...; STEPS lists them. Returns uint8 (height, width, 3) of
the size that the steps leave. UsageError: an unknown profile or step, a value out of range, nothing to do.)");
    module.def("make", &make, nb::arg("kind"), nb::arg("path"), nb::arg("second_path"), nb::arg("key_folder"),
               nb::arg("format"), nb::arg("seed"), nb::arg("visible_label"), nb::arg("shape").none(),
               nb::arg("profile"), nb::arg("steps"), nb::arg("person"), nb::arg("consent"), nb::arg("model"),
               nb::arg("to_seed"), nb::arg("faces"), nb::arg("driver"), nb::arg("voice"), nb::arg("vocoder"),
               nb::arg("moves"), nb::arg("text").none(), nb::arg("language"), nb::arg("speaking_program"),
               nb::arg("limits"), "bonafide.forge.make is the way to it.");
    module.def("new_consent", &new_consent, nb::arg("person"), nb::arg("purpose"), nb::arg("until"), nb::arg("kinds"),
               nb::arg("key_folder"), "bonafide.forge.new_consent is the way to it.");
}

}  // namespace bonafide::python
