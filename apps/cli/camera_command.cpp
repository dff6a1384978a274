// `bonafide camera`: fingerprints of cameras, made, compared, listed and deleted (docs/guide/camera-fingerprints.md).
#include "camera_command.h"

#include "engine/front/camera_enrolment.h"
#include "engine/front/camera_gallery.h"
#include "user_folders.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>

namespace bonafide::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kAnalyzer = "camera.fingerprint";
/// Goljan, Fridrich and Filler 2009: of foreign pictures of full size, 24 in a million exceed this.
constexpr double kLeastPce = 60;
/// Below, the two halves of the pictures hardly agree, and the fingerprint will find little.
constexpr double kWeakAgreement = 0.01;

int complain(const std::string& message) {
    std::fprintf(stderr, "bonafide: %s\n", message.c_str());
    return kFailed;
}

/// Names and reasons as a terminal may show them.
std::string printable(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7F; }, '?');
    return text;
}

std::string dumped(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

engine::CameraGallery gallery_of(const std::string& given) {
    return engine::CameraGallery(given.empty() ? user_data_folder("cameras") : given);
}

int enroll(const CameraRequest& request, const engine::Installation& installation) {
    const engine::CameraGallery gallery = gallery_of(request.gallery);
    engine::Job job;
    job.limits = request.limits;
    engine::CameraEnrolment enrolment(job, installation);
    Json refused = Json::array();
    for (const std::string& path : request.pictures) {
        if (const auto added = enrolment.add(path); !added) {
            std::fprintf(stderr, "bonafide: not used: %s: %s\n", printable(path).c_str(),
                         printable(added.error().message).c_str());
            refused.push_back({{"path", path}, {"reason", added.error().message}});
        }
    }
    const auto made = enrolment.finish();
    if (!made) {
        return complain(made.error().message);
    }
    const auto file = engine::parse_camera_file(*made);
    ENSURE(file.ok());
    if (const auto written = gallery.write(request.name, *made); !written) {
        return complain(written.error().message);
    }
    if (request.json) {
        std::printf("%s\n", dumped({{"name", request.name},
                                    {"path", gallery.path_of(request.name)},
                                    {"pictures_given", request.pictures.size()},
                                    {"pictures_used", file->pictures},
                                    {"refused", refused},
                                    {"width_px", file->width_px},
                                    {"height_px", file->height_px},
                                    {"agreement", file->agreement},
                                    {"sha256", file->sha256}})
                                .c_str());
        return kClean;
    }
    std::printf("Enrolled %s: %u of %zu pictures used, %u x %u px.\n", request.name.c_str(), file->pictures,
                request.pictures.size(), file->width_px, file->height_px);
    std::printf("Agreement of the two halves of the pictures: %.3f%s\n", file->agreement,
                file->agreement < kWeakAgreement
                    ? " - weak: give more pictures, evenly lit, bright but not overexposed, as the camera wrote them."
                    : ".");
    return kClean;
}

/// What the analyzer measured under `name`, or nothing.
std::optional<double> measured(const evidence::Finding& finding, std::string_view name) {
    for (const evidence::Measurement& measurement : finding.measurements) {
        if (measurement.name == name) {
            return measurement.value;
        }
    }
    return std::nullopt;
}

Json as_json(const std::string& name, const evidence::Finding& finding) {
    Json json = {{"name", name}, {"outcome", evidence::name_of(finding.outcome)}};
    json["reason"] = finding.reason.empty() ? Json(nullptr) : Json(finding.reason);
    for (const evidence::Measurement& measurement : finding.measurements) {
        json[measurement.name] = measurement.value;
    }
    json["matches"] = measured(finding, "pce").value_or(0) >= kLeastPce;
    return json;
}

void print(const std::string& name, const evidence::Finding& finding) {
    const auto pce = measured(finding, "pce");
    if (!pce) {
        std::printf("%s: not compared: %s\n", name.c_str(), printable(finding.reason).c_str());
        return;
    }
    std::printf("%s: %s, PCE %.1f", name.c_str(), *pce >= kLeastPce ? "MATCH" : "no match", *pce);
    if (*pce >= kLeastPce) {
        std::printf(", scale %.4f, offset %.0f, %.0f px, turned %.0f degrees", measured(finding, "scale").value_or(1),
                    measured(finding, "offset_x").value_or(0), measured(finding, "offset_y").value_or(0),
                    90 * measured(finding, "quarter_turns").value_or(0));
        if (const auto area = measured(finding, "missing_area")) {
            std::printf("; the pattern is missing in %.1f %% of the picture", *area);
        }
    }
    std::printf("\n");
}

int match(const CameraRequest& request, const engine::Installation& installation) {
    const engine::CameraGallery gallery = gallery_of(request.gallery);
    std::vector<std::string> names = {request.name};
    if (request.name.empty()) {
        auto all = gallery.names();
        if (!all) {
            return complain(all.error().message);
        }
        names = std::move(*all);
    }
    if (names.empty()) {
        return complain("no camera is enrolled in " + gallery.folder() + "; see `bonafide camera enroll --help`");
    }
    Json results = Json::array();
    bool matched = false;
    for (const std::string& name : names) {
        engine::Job job;
        job.limits = request.limits;
        job.only = {kAnalyzer};
        job.threads = 0;
        if (const auto chosen = choose_camera(name, gallery.folder(), job); !chosen) {
            return complain(chosen.error().message);
        }
        const auto checked = engine::check_file(request.file, job, installation);
        if (!checked) {
            return complain(checked.error().message);
        }
        if (checked->report.verdict == report::Verdict::kFailed || checked->report.findings.empty()) {
            return complain(printable(request.file) + ": " +
                            printable(checked->report.failure.value_or("it is no still picture")));
        }
        const evidence::Finding& finding = checked->report.findings.front();
        matched |= measured(finding, "pce").value_or(0) >= kLeastPce;
        if (request.json) {
            results.push_back(as_json(name, finding));
        } else {
            print(name, finding);
        }
    }
    if (request.json) {
        std::printf("%s\n", dumped(results).c_str());
    } else {
        std::printf(
            "A PCE of %.0f or more is a match: 24 in a million foreign pictures of full size were found above it\n"
            "(Goljan, Fridrich and Filler 2009); pictures of one model that share processing can be more.\n",
            kLeastPce);
    }
    return matched ? kClean : kInconclusive;
}

int list(const CameraRequest& request) {
    const engine::CameraGallery gallery = gallery_of(request.gallery);
    const auto names = gallery.names();
    if (!names) {
        return complain(names.error().message);
    }
    Json all = Json::array();
    int code = kClean;
    for (const std::string& name : *names) {
        const auto file = gallery.read(name);
        if (!file) {
            code = complain(name + ": " + file.error().message);
        } else if (request.json) {
            all.push_back({{"name", name},
                           {"width_px", file->width_px},
                           {"height_px", file->height_px},
                           {"pictures", file->pictures},
                           {"agreement", file->agreement},
                           {"sha256", file->sha256}});
        } else {
            std::printf("%s: %u x %u px, from %u pictures, agreement %.3f\n", name.c_str(), file->width_px,
                        file->height_px, file->pictures, file->agreement);
        }
    }
    if (request.json) {
        std::printf("%s\n", dumped(all).c_str());
    }
    return code;
}

void add_common(CLI::App& command, CameraRequest& request, bool with_name) {
    command.add_option("--gallery", request.gallery,
                       "Folder of fingerprints (default: bonafide/cameras in XDG_DATA_HOME or ~/.local/share)");
    if (with_name) {
        command.add_option("NAME", request.name, "Under which the camera is kept")->required();
    }
}

void add_limits(CLI::App& command, CameraRequest& request) {
    const auto size = CLI::AsSizeValue(false);
    command.add_flag("--json", request.json, "As JSON");
    command.add_option("--timeout", request.limits.time_s, "Seconds a picture may take")
        ->check(CLI::Range(0.01, 1e7))
        ->group("Limits");
    command.add_option("--max-pixels", request.limits.pixels, "Largest picture, pixels")
        ->transform(size)
        ->group("Limits");
    command.add_option("--max-memory", request.limits.memory_bytes, "Memory an analysis may take, bytes")
        ->transform(size)
        ->group("Limits");
}

}  // namespace

Result<void> choose_camera(const std::string& name, const std::string& given, engine::Job& job) {
    const engine::CameraGallery gallery = gallery_of(given);
    if (auto fits = engine::CameraGallery::check_name(name); !fits) {
        return fits;
    }
    if (!gallery.holds(name)) {
        return Error{ErrorCode::kUsage, "no camera is named '" + name + "' in the gallery " + gallery.folder() +
                                            "; `bonafide camera list` shows those there are"};
    }
    job.camera = name;
    job.camera_file = gallery.path_of(name);
    return {};
}

void add_camera(CLI::App& app, CameraRequest& request) {
    request.command = app.add_subcommand("camera", "Sensor fingerprints: was this picture taken by that very camera?");
    request.command->require_subcommand(1);
    request.enroll = request.command->add_subcommand("enroll", "Make a camera's fingerprint from its own pictures");
    add_common(*request.enroll, request, true);
    request.enroll
        ->add_option(
            "FILES", request.pictures,
            "Pictures as the camera wrote them, one size, at least 5, better 20 or more; evenly lit ones are best")
        ->required();
    add_limits(*request.enroll, request);
    request.match = request.command->add_subcommand("match", "Compare a picture with one camera, or with all");
    add_common(*request.match, request, false);
    request.match->add_option("FILE", request.file, "The picture")->required();
    request.match->add_option("--name", request.name, "Compare with this camera alone");
    add_limits(*request.match, request);
    request.match->footer("Exit codes: 0 a camera matches, 3 none does, 2 it could not be compared.");
    request.list = request.command->add_subcommand("list", "The cameras of the gallery");
    add_common(*request.list, request, false);
    request.list->add_flag("--json", request.json, "As JSON");
    request.remove = request.command->add_subcommand("delete", "Forget a camera");
    add_common(*request.remove, request, true);
}

int run_camera(const CameraRequest& request, const engine::Installation& installation) {
    if (!request.name.empty()) {
        if (const auto fits = engine::CameraGallery::check_name(request.name); !fits) {
            return complain(fits.error().message);
        }
    }
    if (request.enroll->parsed()) {
        return enroll(request, installation);
    }
    if (request.match->parsed()) {
        return match(request, installation);
    }
    if (request.list->parsed()) {
        return list(request);
    }
    const engine::CameraGallery gallery = gallery_of(request.gallery);
    if (const auto removed = gallery.remove(request.name); !removed) {
        return complain(removed.error().message);
    }
    std::printf("Deleted %s.\n", request.name.c_str());
    return kClean;
}

}  // namespace bonafide::cli
