// Reads a job on standard input, gives up every right it does not need, analyses the input on descriptor 3 and sends
// frames on descriptor 4.
#include "describe.h"
#include "engine/protocol/frame.h"
#include "engine/protocol/job.h"
#include "engine/worker/analyse.h"
#include "engine/worker/camera.h"
#include "engine/worker/faces.h"
#include "engine/worker/forge.h"
#include "engine/worker/isolation.h"
#include "engine/worker/voices.h"
#include "infer/session.h"

#include <opencv2/core.hpp>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <tbb/global_control.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>

namespace bonafide::worker {
namespace {

constexpr int kWrongUsage = 64;      ///< sysexits.h: EX_USAGE
constexpr int kBroken = 70;          ///< EX_SOFTWARE
constexpr int kNoInstallation = 78;  ///< EX_CONFIG

std::string read_standard_input() {
    std::string text;
    std::array<char, 65536> buffer{};
    ssize_t count = 0;
    while ((count = read(STDIN_FILENO, buffer.data(), buffer.size())) > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
}

Result<std::string> read_file(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    if (!stream || !(text << stream.rdbuf())) {
        return Error{ErrorCode::kIo,
                     "cannot read " + path + "; reinstall Bonafide, or run `tools/dev build` in a source tree"};
    }
    return text.str();
}

Result<engine::Equipment> equip(const engine::Job& job) {
    engine::Equipment equipment;
    auto models = infer::ModelStore::open(job.data_folder + "/manifest.json", job.model_folders, job.cache_folder);
    if (!models) {
        return models.error();
    }
    equipment.models = std::move(*models);
    const auto text = read_file(job.data_folder + "/calibration.json");
    if (!text) {
        return text.error();
    }
    auto calibration = fusion::Calibration::parse(*text);
    if (!calibration) {
        return calibration.error();
    }
    equipment.calibration = std::move(*calibration);
    // An installation without it judges by the curves alone.
    if (const auto learned_text = read_file(job.data_folder + "/fusion.json")) {
        auto learned = fusion::LearnedFusion::parse(*learned_text);
        if (!learned) {
            return learned.error();
        }
        equipment.learned_fusion = std::move(*learned);
    }
    return equipment;
}

Result<features::ClaimedPerson> claimed_person(const engine::Job& job) {
    features::ClaimedPerson person{job.claimed, {}, {}};
    const auto take = [](const std::vector<std::vector<float>>& from, auto& into) {
        for (const std::vector<float>& numbers : from) {
            auto& one = into.emplace_back();
            if (numbers.size() != one.size()) {
                return false;
            }
            std::copy(numbers.begin(), numbers.end(), one.begin());
        }
        return true;
    };
    if (!take(job.claimed_looks, person.looks) || !take(job.claimed_voices, person.voices)) {
        return Error{ErrorCode::kUsage, "what is known of the claimed person is malformed"};
    }
    if (person.looks.empty() && person.voices.empty()) {
        return Error{ErrorCode::kUsage, "nothing is known of the claimed person"};
    }
    return person;
}

Result<std::string> read_camera_file(const std::string& path) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    std::ifstream stream(path, std::ios::binary);
    if (error || !stream) {
        return Error{ErrorCode::kIo, "cannot read the camera fingerprint " + path};
    }
    if (size > engine::kMostCameraFileBytes) {
        return Error{ErrorCode::kLimit, "the camera fingerprint " + path + " is larger than any can be"};
    }
    std::string bytes(size, '\0');
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, stream.gcount())));
    return bytes;
}

int fail(int code, const std::string& message) {
    std::fprintf(stderr, "%s\n", message.c_str());
    return code;
}

std::span<const std::uint8_t> as_bytes(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Whether whoever was to hear the answer has gone.
bool nobody_listens() {
    pollfd output{engine::kOutputFd, POLLOUT, 0};
    return poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

/// Everything that parses the input; runs with all rights given up. Exit code.
int look(const engine::Job& job, engine::Equipment& equipment, const std::string& camera_bytes,
         const engine::Isolation& isolation, const engine::Given& given) {
    bool delivered = true;
    const auto send = [&](engine::Frame::Type type, const std::string& name, std::span<const std::uint8_t> bytes) {
        delivered = delivered && engine::write_frame(engine::kOutputFd, type, name, bytes).ok();
    };
    if (job.task == engine::Task::kFaces) {
        const auto looked = engine::look_for_faces(job, *given.input, equipment.models);
        if (looked) {
            const std::string json =
                engine::to_json(looked->faces).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
            send(engine::Frame::Type::kArtifact, engine::kFacesArtifact, as_bytes(json));
            if (!looked->drawing.empty()) {
                send(engine::Frame::Type::kArtifact, engine::kDrawnArtifact, looked->drawing);
            }
        }
        send(engine::Frame::Type::kReport, "", as_bytes(looked ? std::string("made") : looked.error().message));
        return delivered ? 0 : kBroken;
    }
    if (job.task == engine::Task::kVoices) {
        const auto heard = engine::listen_for_voices(job, *given.input, equipment.models);
        if (heard) {
            const std::string json =
                engine::to_json(*heard).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
            send(engine::Frame::Type::kArtifact, engine::kVoicesArtifact, as_bytes(json));
        }
        send(engine::Frame::Type::kReport, "", as_bytes(heard ? std::string("made") : heard.error().message));
        return delivered ? 0 : kBroken;
    }
    if (job.task == engine::Task::kForge || job.task == engine::Task::kForgeSeal) {
        const auto forged = job.task == engine::Task::kForge
                                ? engine::forge_picture(job, *given.input, given.mask, equipment.models)
                                : engine::seal_forgery(job, *given.input);
        if (forged) {
            send(engine::Frame::Type::kArtifact, engine::kForgeArtifact, forged->bytes);
        }
        const std::string answer = forged ? forged->made_json : forged.error().message;
        send(engine::Frame::Type::kReport, "", as_bytes(answer));
        return delivered ? 0 : kBroken;
    }
    if (job.task != engine::Task::kCheck) {
        Result<std::vector<std::uint8_t>> made = Error{};
        if (job.task == engine::Task::kCameraFingerprint) {
            made = engine::camera_fingerprint(*given.input);
        } else if (const auto planes = engine::camera_planes(*given.input, job.limits)) {
            made = engine::to_bytes(*planes);
        } else {
            made = planes.error();
        }
        if (made) {
            send(engine::Frame::Type::kArtifact, engine::kCameraArtifact, *made);
        }
        const std::string answer = made ? "made" : made.error().message;
        send(engine::Frame::Type::kReport, "", as_bytes(answer));
        return delivered ? 0 : kBroken;
    }
    if (!job.camera.empty()) {
        auto camera = engine::read_camera(as_bytes(camera_bytes), job.camera);
        if (!camera) {
            return fail(kWrongUsage, "the fingerprint of camera '" + job.camera + "': " + camera.error().message);
        }
        equipment.camera = std::move(*camera);
    }
    if (!job.claimed.empty()) {
        auto claimed = claimed_person(job);
        if (!claimed) {
            return fail(kWrongUsage, claimed.error().message);
        }
        equipment.claimed = std::move(*claimed);
    }
    const report::Report report = engine::analyse(job, given, equipment, isolation,
                                                  [&](const std::string& name, std::span<const std::uint8_t> bytes) {
                                                      send(engine::Frame::Type::kArtifact, name, bytes);
                                                  });
    const std::string json = report::to_json(report).dump();
    send(engine::Frame::Type::kReport, "", as_bytes(json));
    return delivered ? 0 : kBroken;
}

int work() {
    // If whoever started us is gone, so is the reason to go on. The signal is not sent for one who went before this
    // line.
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)signal(SIGPIPE, SIG_IGN);
    if (nobody_listens()) {
        return fail(kBroken, "whoever asked has gone");
    }
    const auto job = engine::parse_job(read_standard_input());
    if (!job) {
        return fail(kWrongUsage, job.error().message);
    }
    if (const auto sound = engine::check_choices(*job); !sound) {
        return fail(kWrongUsage, sound.error().message);
    }
    auto equipment = equip(*job);
    if (!equipment) {
        return fail(kNoInstallation, equipment.error().message);
    }
    // Read now, while files may be opened; parsed when nothing can be harmed any more.
    const auto camera_bytes =
        job->camera.empty() ? Result<std::string>(std::string()) : read_camera_file(job->camera_file);
    if (!camera_bytes) {
        return fail(kWrongUsage, camera_bytes.error().message);
    }
    struct stat status {};
    if (fstat(engine::kInputFd, &status) != 0) {
        return fail(kBroken, "no input on descriptor 3");
    }

    std::vector<std::string> readable = job->model_folders;
    readable.emplace_back("/sys/devices/system/cpu");  // the processor's topology, for thread pools
    // Analyzers with a network load the runtime's plug-ins when they open it, and most inputs never get there.
    readable.push_back(infer::prepare_for_isolation());
    const engine::Isolation isolation = engine::isolate(job->limits, readable);

    const tbb::global_control threads(tbb::global_control::max_allowed_parallelism,
                                      static_cast<std::size_t>(std::max(1, job->threads)));
    cv::setNumThreads(job->threads);
    const auto source = ingest::open_fd(engine::kInputFd, static_cast<std::uint64_t>(status.st_size));
    std::unique_ptr<ingest::ByteSource> mask;
    if (!job->mask.empty() || !job->second.empty()) {
        struct stat mask_status {};
        if (fstat(engine::kMaskFd, &mask_status) != 0) {
            return fail(kBroken, "no mask or second picture on descriptor 5");
        }
        mask = ingest::open_fd(engine::kMaskFd, static_cast<std::uint64_t>(mask_status.st_size));
    }
    return look(*job, *equipment, *camera_bytes, isolation, {source.get(), mask.get()});
}

}  // namespace
}  // namespace bonafide::worker

int main(int argc, char** argv) {
    int code = bonafide::worker::kBroken;
    try {
        if (argc == 2 && std::string_view(argv[1]) == "--describe") {
            std::fputs(bonafide::worker::describe_analyzers().c_str(), stdout);
            code = 0;
        } else if (argc == 1) {
            code = bonafide::worker::work();
        } else {
            code = bonafide::worker::fail(bonafide::worker::kWrongUsage,
                                          "bonafide-worker is started by the bonafide program; see `bonafide --help`");
        }
    } catch (const std::bad_alloc&) {
        code = bonafide::worker::fail(bonafide::worker::kBroken, "out of memory (--max-memory)");
    } catch (const std::exception& exception) {
        code = bonafide::worker::fail(bonafide::worker::kBroken, exception.what());
    }
    std::fflush(stdout);
    // Leave without tearing down libraries that an untrusted input has passed through, and that the process is about to
    // lose anyway.
    _exit(code);
}
