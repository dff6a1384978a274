// The installed interface: include/bonafide/bonafide.h.
#include "base/version.h"
#include "engine/front/check.h"
#include "engine/front/notes.h"

#include <bonafide/bonafide.h>

#include <stdexcept>

namespace bonafide {

struct Report::State {
    report::Report report;
    report::Artifacts artifacts;
    std::string worker;
};

CheckOptions::CheckOptions() {
    const Limits defaults;
    time_s = defaults.time_s;
    size_bytes = defaults.size_bytes;
    pixels = defaults.pixels;
    duration_s = defaults.duration_s;
    streams = defaults.streams;
    memory_bytes = defaults.memory_bytes;
}

Report::Report(std::shared_ptr<const State> state) : state_(std::move(state)) {}
Report::Report(const Report&) = default;
Report::Report(Report&&) noexcept = default;
Report& Report::operator=(const Report&) = default;
Report& Report::operator=(Report&&) noexcept = default;
Report::~Report() = default;

std::string Report::verdict() const {
    return report::name_of(state_->report.verdict);
}
std::string Report::summary() const {
    return state_->report.summary;
}
std::string Report::json() const {
    return report::to_json(state_->report).dump(2) + "\n";
}
std::string Report::text() const {
    return report::render_text(state_->report, false, false);
}
std::string Report::html() const {
    return report::render_html(state_->report, state_->artifacts, engine::analyzer_notes(state_->worker));
}
const std::map<std::string, std::vector<std::uint8_t>>& Report::artifacts() const {
    return state_->artifacts;
}

Report check(const std::string& path, const CheckOptions& options) {
    engine::Job job;
    job.only = options.only;
    job.skip = options.skip;
    job.parameters = options.parameters;
    job.prior = options.prior;
    job.limits = {options.size_bytes, options.pixels, options.duration_s,
                  options.streams,    options.time_s, options.memory_bytes};
    job.threads = options.threads;
    job.maps = options.maps;
    job.presentation = options.presentation;
    job.trust_anchors_pem = options.trust_anchors_pem;
    engine::Installation installation = engine::find_installation();
    if (!options.worker.empty()) {
        installation.worker = options.worker;
    }
    if (!(options.prior > 0 && options.prior < 1)) {
        throw std::invalid_argument("the prior must lie between 0 and 1, both excluded");
    }
    auto checked = engine::check_file(path, job, installation);
    if (!checked && checked.error().code == ErrorCode::kUsage) {
        throw std::invalid_argument(checked.error().message);
    }
    if (!checked) {
        throw std::runtime_error(checked.error().message);
    }
    return Report(std::make_shared<const Report::State>(
        Report::State{std::move(checked->report), std::move(checked->artifacts), installation.worker}));
}

const char* version() {
    return kVersion;
}

}  // namespace bonafide
