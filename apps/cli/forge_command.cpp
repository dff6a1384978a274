// `bonafide forge`: a small laboratory that makes fakes that are always marked (docs/guide/forge.md).
#include "forge_command.h"

#include "engine/front/forge.h"
#include "terminal.h"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace bonafide::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uintmax_t kMostRecordBytes = 16 * 1024;

std::string dumped(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string keys_of(const ForgeRequest& request) {
    return request.keys.empty() ? user_data_folder() + "/forge" : request.keys;
}

/// Writes all of `path` or nothing: what stood there stays until the new file is complete.
Result<void> write_file(const std::string& path, const char* data, std::size_t size) {
    const std::string draft = path + ".part" + std::to_string(getpid());
    std::ofstream stream(draft, std::ios::binary | std::ios::trunc);
    stream.write(data, static_cast<std::streamsize>(size));
    stream.close();
    std::error_code error;
    if (stream) {
        std::filesystem::rename(draft, path, error);
    }
    if (!stream || error) {
        const std::string reason = error ? error.message() : std::strerror(errno);
        std::filesystem::remove(draft, error);
        return Error{ErrorCode::kIo, "cannot write " + path + ": " + reason};
    }
    return {};
}

Result<std::string> read_record(const std::string& path) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    if (error || size == 0 || size > kMostRecordBytes || !stream || !(text << stream.rdbuf())) {
        return Error{ErrorCode::kUsage, "cannot read a consent record from " + path};
    }
    return text.str();
}

/// The format that the name of `path` stands for; kUsage where the forge does not save it.
Result<std::string> format_of(const std::string& path) {
    static const std::map<std::string, std::string> kFormats = {{".png", "png"},   {".jpg", "jpeg"}, {".jpeg", "jpeg"},
                                                                {".webp", "webp"}, {".mp4", "mp4"},  {".m4a", "m4a"},
                                                                {".mp3", "mp3"},   {".wav", "wav"}};
    std::string ending = std::filesystem::path(path).extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto found = kFormats.find(ending);
    if (found == kFormats.end()) {
        return Error{
            ErrorCode::kUsage,
            "the result's name must end in .png, .jpg or .webp, of a film in .mp4, of sound in .m4a, .mp3 or .wav: " +
                path};
    }
    return found->second;
}

/// The launderer's steps in the order in which they were given on the command line.
std::vector<std::string> steps_of(const ForgeRequest& request) {
    std::map<std::string, std::size_t> used;
    std::vector<std::string> steps;
    for (const CLI::Option* option : request.launder->parse_order()) {
        const std::string name = option->get_name(false, true).substr(2);
        const auto found = request.steps.find(name);
        if (found != request.steps.end() && used[name] < found->second.size()) {
            steps.push_back(name + "=" + found->second[used[name]++]);
        }
    }
    return steps;
}

Json as_json(const ForgeRequest& request, const forge::Made& made) {
    Json json = {{"output", request.output},        {"kind", made.kind},
                 {"description", made.description}, {"fake", made.fake},
                 {"visible_label", made.label},     {"width_px", made.width_px},
                 {"height_px", made.height_px},     {"watermark_exponent", made.watermark_exponent}};
    json["frames"] = made.frames > 0 ? Json(made.frames) : Json(nullptr);
    json["duration_s"] = made.duration_s > 0 ? Json(made.duration_s) : Json(nullptr);
    json["watermark_psnr_db"] = made.watermark_psnr_db > 0 ? Json(made.watermark_psnr_db) : Json(nullptr);
    json["watermark_exponent_after_half_size_and_jpeg_60"] =
        made.watermark_exponent_after > 0 ? Json(made.watermark_exponent_after) : Json(nullptr);
    json["purpose"] = made.purpose.empty() ? Json(nullptr) : Json(made.purpose);
    json["consent_sha256"] = made.consent_sha256.empty() ? Json(nullptr) : Json(made.consent_sha256);
    return json;
}

void print(const ForgeRequest& request, const forge::Made& made) {
    std::string size;
    if (made.width_px > 0) {
        size = std::to_string(made.width_px) + " x " + std::to_string(made.height_px) + " px, ";
    }
    if (made.duration_s > 0) {
        char words[48];
        std::snprintf(words, sizeof words, "%.1f s, ", made.duration_s);
        size += words;
    }
    std::printf("%s: %s%s\n", request.output.c_str(), size.c_str(), made.description.c_str());
    if (!made.fake) {
        std::printf(
            "Marks: a content credential that says how it was saved anew. It is no fake, and is not marked as one.\n");
        return;
    }
    std::printf("Marks: content credential%s", made.label ? ", visible label" : "");
    if (made.width_px == 0 && made.watermark_psnr_db > 0) {
        std::printf(
            ", label in the metadata, watermark in the sound (%.1f dB below it; as saved by chance once in 10^%.0f)",
            made.watermark_psnr_db, made.watermark_exponent);
    } else if (made.watermark_psnr_db > 0) {
        const bool tried = made.watermark_exponent_after > 0;  // pictures alone: with films it would take too long
        std::printf(", invisible watermark (%.1f dB; %s by chance once in 10^%.0f)", made.watermark_psnr_db,
                    tried ? "after half size and JPEG 60" : "as saved",
                    tried ? made.watermark_exponent_after : made.watermark_exponent);
    }
    std::printf(".\n");
}

int forge_one(ForgeRequest& request, const engine::Installation& installation) {
    const auto format = format_of(request.output);
    if (!format) {
        return complain(printable(format.error().message));
    }
    engine::Job job;
    job.limits = request.limits;
    job.forge = request.order;
    job.forge.format = *format;
    job.forge.label = !request.no_label;
    job.forge.kind = request.command->get_subcommands().front()->get_name();
    if (request.voice->parsed()) {
        job.forge.voice = request.voice->get_subcommands().front()->get_name();
    }
    if (request.launder->parsed()) {
        job.forge.profile = request.profile;
        job.forge.steps = steps_of(request);
    }
    if (request.face_of_nobody->parsed()) {
        job.forge.model = request.face_model;
    }
    if (request.convert->parsed() || request.mimic->parsed() || request.video->parsed()) {
        const char* usual = request.convert->parsed() ? "world" : "neural";
        job.forge.vocoder = request.likened_vocoder.empty() ? usual : request.likened_vocoder;
    }
    engine::ForgeSources sources{request.file, request.face};
    if (request.mimic->parsed() || (request.video->parsed() && !request.sentence.text.empty())) {
        request.sentence.program = program_in_path("espeak-ng");
        sources.sentence = request.sentence;
    }
    std::string& second = sources.second;
    if (request.video->parsed() && !sources.sentence) {
        if (request.sound.empty()) {
            return complain("what is to be said is missing: --sound, or --text and --sample");
        }
        second = request.sound;
    }
    if (request.mouth->parsed()) {
        const bool by_sound = !request.sound.empty();
        if (by_sound == !request.face.empty()) {
            return complain("either a sound (--sound) or another clip (--mouth-of) is needed");
        }
        job.forge.driver = by_sound ? "sound" : "mouth";
        second = by_sound ? request.sound : request.face;
    }
    if (request.swap->parsed()) {
        job.forge.model = request.swap_model;
        const bool by_network = request.swap_model == "autoencoder";
        if (request.face.empty() == !by_network || request.network.empty() == by_network) {
            return complain(by_network ? "--model autoencoder takes --network, and no --face"
                                       : "--face is needed: the picture with the face to put on");
        }
        second = by_network ? request.network : request.face;
    }
    for (const double place : job.forge.person_at) {
        if (!std::isfinite(place)) {
            return complain("--person-at takes two numbers of pixels");
        }
    }
    if (!std::all_of(job.forge.places.begin(), job.forge.places.end(),
                     [](double place) { return std::isfinite(place); })) {
        return complain("--places takes six numbers of pixels");
    }
    if (!request.consent_file.empty()) {
        auto record = read_record(request.consent_file);
        if (!record) {
            return complain(printable(record.error().message));
        }
        job.forge.consent = std::move(*record);
    }
    const auto forged = engine::forge_file(sources, job, installation, keys_of(request));
    if (!forged) {
        return complain(printable((request.file.empty() ? "" : request.file + ": ") + forged.error().message));
    }
    const auto written =
        write_file(request.output, reinterpret_cast<const char*>(forged->bytes.data()), forged->bytes.size());
    if (!written) {
        return complain(printable(written.error().message));
    }
    if (request.json) {
        std::printf("%s\n", dumped(as_json(request, forged->made)).c_str());
    } else {
        print(request, forged->made);
    }
    return kClean;
}

int make_consent(ForgeRequest& request) {
    const auto key = forge::ConsentKey::open(keys_of(request));
    if (!key) {
        return complain(printable(key.error().message));
    }
    request.record.made = forge::today();
    const auto record = key->sign(request.record);
    if (!record) {
        return complain(printable(record.error().message));
    }
    if (const auto written = write_file(request.output, record->data(), record->size()); !written) {
        return complain(printable(written.error().message));
    }
    std::printf(
        "%s: your signed statement that %s agrees to this, until %s. It binds you, and proves nothing to others.\n",
        request.output.c_str(), request.record.person.c_str(), request.record.until.c_str());
    return kClean;
}

int show_consent(const ForgeRequest& request) {
    const auto record = read_record(request.consent_file);
    if (!record) {
        return complain(printable(record.error().message));
    }
    const auto consent = forge::read_consent(*record);
    if (!consent) {
        return complain(printable(consent.error().message));
    }
    const auto key = forge::ConsentKey::open(keys_of(request));
    if (!key) {
        return complain(printable(key.error().message));
    }
    const bool here = key->public_key() == consent->signer, ended = consent->until < forge::today();
    if (request.json) {
        std::printf("%s\n", dumped({{"person", consent->person},
                                    {"purpose", consent->purpose},
                                    {"kinds", consent->kinds},
                                    {"until", consent->until},
                                    {"made", consent->made},
                                    {"signer", consent->signer},
                                    {"signed_here", here},
                                    {"ended", ended}})
                                .c_str());
    } else {
        std::string kinds;
        for (const std::string& kind : consent->kinds) {
            kinds += (kinds.empty() ? "" : ", ") + kind;
        }
        std::printf(
            "Person:  %s\nPurpose: %s\nFor:     %s\nUntil:   %s%s\nMade:    %s\nSigned:  unchanged since, with %s\n",
            consent->person.c_str(), consent->purpose.c_str(), kinds.c_str(), consent->until.c_str(),
            ended ? " (ended)" : "", consent->made.c_str(),
            here ? "the key of this installation" : "a foreign key: not accepted here");
    }
    return here && !ended ? kClean : kInconclusive;
}

}  // namespace

int run_forge(ForgeRequest& request, const engine::Installation& installation) {
    if (request.consent_new->parsed()) {
        return make_consent(request);
    }
    if (request.consent_show->parsed()) {
        return show_consent(request);
    }
    return forge_one(request, installation);
}

}  // namespace bonafide::cli
