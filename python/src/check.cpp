// bonafide.check: the same isolated worker process as the command line's.
#include "engine/front/check.h"

#include "engine/front/notes.h"
#include "engine/front/spawn.h"
#include "errors.h"
#include "grey_png.h"
#include "module.h"

#include <fcntl.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <future>
#include <mutex>
#include <span>

namespace bonafide::python {
namespace {

using engine::Checked;
using engine::OwnedFd;
using Parameters = std::map<std::string, std::map<std::string, double>>;

/// How often a running check looks whether the user pressed Ctrl-C.
constexpr std::chrono::milliseconds kLookForSignals{100};

OwnedFd opened(const std::string& path) {
    // O_NONBLOCK: opening a named pipe must not wait for a writer.
    OwnedFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file.valid()) {
        refuse(ErrorCode::kIo, path + " cannot be opened: " + std::strerror(errno));
    }
    return file;
}

OwnedFd in_memory(std::span<const char> bytes) {
    OwnedFd file(memfd_create("input", MFD_CLOEXEC));
    std::size_t done = 0;
    while (file.valid() && done < bytes.size()) {
        const ssize_t count = write(file.get(), bytes.data() + done, bytes.size() - done);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            break;
        }
        done += static_cast<std::size_t>(count);
    }
    if (!file.valid() || done < bytes.size()) {
        refuse(ErrorCode::kIo, std::string("cannot hand over the bytes: ") + std::strerror(errno));
    }
    return file;
}

/// Checks `file` on a thread of its own, so that this one can hear Ctrl-C. Called with the interpreter's lock.
Checked checked(const OwnedFd& file, const std::string& name, const engine::Job& job,
                const engine::Installation& installation) {
    std::atomic<bool> stop = false;
    auto running =
        std::async(std::launch::async, [&] { return engine::check_fd(file.get(), name, job, installation, &stop); });
    bool interrupted = false;
    const auto is_running = [&] {
        const nb::gil_scoped_release unlocked;
        return running.wait_for(kLookForSignals) != std::future_status::ready;
    };
    while (is_running()) {
        if (!interrupted && PyErr_CheckSignals() != 0) {
            interrupted = true;
            stop = true;
        }
    }
    auto result = running.get();
    if (interrupted) {
        throw nb::python_error();
    }
    return value_or_throw(std::move(result));
}

/// What a check found, as bonafide.Report wraps it.
struct Answer {
    Checked checked;
    std::string worker;
};

Answer check(const std::optional<std::string>& path, const std::optional<nb::bytes>& data, const std::string& name,
             const std::vector<std::string>& only, const std::vector<std::string>& skip, const Parameters& parameters,
             double prior, const nb::dict& limits, int threads, bool maps, const std::string& trust_anchors_pem) {
    if (!(prior > 0 && prior < 1)) {
        refuse(ErrorCode::kUsage, "the prior must lie between 0 and 1, both excluded");
    }
    if (threads < 0) {
        refuse(ErrorCode::kUsage, "threads must not be negative");
    }
    engine::Job job;
    job.only = only;
    job.skip = skip;
    job.parameters = parameters;
    job.prior = prior;
    job.threads = threads;
    job.maps = maps;
    job.presentation = true;
    job.trust_anchors_pem = trust_anchors_pem;
    read_limits(limits, job.limits);
    const engine::Installation installation = engine::find_installation();
    const OwnedFd file = data ? in_memory({data->c_str(), data->size()}) : opened(*path);
    return {checked(file, name, job, installation), installation.worker};
}

nb::object decode_map(std::span<const std::uint8_t> bytes) {
    Result<cv::Mat> map = [&] {
        const nb::gil_scoped_release unlocked;
        return decode_grey_png(bytes);
    }();
    return to_array(value_or_throw(std::move(map)));
}

nb::object map_of(const Answer& answer, const std::string& name) {
    const auto found = answer.checked.artifacts.find(name);
    if (found == answer.checked.artifacts.end()) {
        throw nb::key_error(name.c_str());
    }
    return decode_map(found->second);
}

}  // namespace

void read_limits(const nb::dict& given, Limits& limits) {
    for (const auto& [key, value] : given) {
        const std::string name = nb::cast<std::string>(key);
        const auto number = nb::cast<double>(value);
        if (!(number > 0 && number < 1e18)) {
            refuse(ErrorCode::kUsage, name + " must be a positive number");
        }
        if (name == "time_s") {
            limits.time_s = number;
        } else if (name == "duration_s") {
            limits.duration_s = number;
        } else if (name == "size_bytes") {
            limits.size_bytes = static_cast<std::uint64_t>(number);
        } else if (name == "pixels") {
            limits.pixels = static_cast<std::uint64_t>(number);
        } else if (name == "memory_bytes") {
            limits.memory_bytes = static_cast<std::uint64_t>(number);
        } else {
            refuse(ErrorCode::kUsage, "there is no limit named " + name);
        }
    }
}

void add_check(nb::module_& module) {
    nb::class_<Answer>(module, "Answer", "What a check found; bonafide.Report is the way to it.")
        .def_prop_ro("json",
                     [](const Answer& answer) {
                         const nb::gil_scoped_release unlocked;
                         return report::to_json(answer.checked.report).dump(2) + "\n";
                     })
        .def_prop_ro("text",
                     [](const Answer& answer) {
                         const nb::gil_scoped_release unlocked;
                         return report::render_text(answer.checked.report, false, false);
                     })
        .def_prop_ro("html",
                     [](const Answer& answer) {
                         const nb::gil_scoped_release unlocked;
                         return report::render_html(answer.checked.report, answer.checked.artifacts,
                                                    engine::analyzer_notes(answer.worker));
                     })
        .def_prop_ro("artifact_names",
                     [](const Answer& answer) {
                         std::vector<std::string> names;
                         for (const auto& artifact : answer.checked.artifacts) {
                             names.push_back(artifact.first);
                         }
                         return names;
                     })
        .def(
            "artifact",
            [](const Answer& answer, const std::string& name) {
                const auto found = answer.checked.artifacts.find(name);
                if (found == answer.checked.artifacts.end()) {
                    throw nb::key_error(name.c_str());
                }
                return nb::bytes(found->second.data(), found->second.size());
            },
            nb::arg("name"))
        .def("map", &map_of, nb::arg("name"), nb::sig("def map(self, name: str) -> numpy.typing.NDArray[numpy.uint8]"));
    module.def(
        "_decode_map",
        [](const nb::bytes& png) {
            return decode_map({reinterpret_cast<const std::uint8_t*>(png.c_str()), png.size()});
        },
        nb::arg("png"));
    module.def("check", &check, nb::arg("path").none(), nb::arg("data").none(), nb::arg("name"), nb::arg("only"),
               nb::arg("skip"), nb::arg("parameters"), nb::arg("prior"), nb::arg("limits"), nb::arg("threads"),
               nb::arg("maps"), nb::arg("trust_anchors_pem"), "bonafide.check is the way to it.");
}

}  // namespace bonafide::python
