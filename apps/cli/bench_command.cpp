// `bonafide bench`: runs the engine's own scan over a labelled set and says how often it was right and where it
// pointed.
#include "base/hash.h"
#include "base/version.h"
#include "bench/manifest.h"
#include "bench/state.h"
#include "bench/summary.h"
#include "commands.h"
#include "engine/front/scan.h"
#include "engine/front/worker_process.h"
#include "infer/model_store.h"
#include "report/text_safety.h"

#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

namespace bonafide::cli {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

// As engine/worker/launder.h does it.
constexpr const char* kLaundering =
    "pictures at most 1,080 px long, JPEG 70 (4:2:0); films at most 1,280 px, H.264 at a rate factor of 28, AAC 96; "
    "recordings Opus 24; all without metadata";

int complain(const std::string& message) {
    std::fprintf(stderr, "bonafide: %s\n", message.c_str());
    return kFailed;
}

/// SHA-256 of a file, or nothing that any file has.
std::string digest_of(const std::string& path) {
    const engine::OwnedFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const auto digest = file.valid() ? sha256_of_fd(file.get()) : Result<FileDigest>(Error{});
    return digest ? digest->sha256 : "missing";
}

Result<std::vector<RankedAnalyzer>> ranked_analyzers(const engine::Installation& installation) {
    const auto described = engine::describe_analyzers(installation.worker);
    if (!described) {
        return described.error();
    }
    std::vector<RankedAnalyzer> analyzers;
    for (const Json& analyzer : Json::parse(*described)) {
        analyzers.push_back({analyzer["id"], analyzer["emits"].empty() ? Json("") : analyzer["emits"][0]["name"],
                             analyzer["emits_map"]});
    }
    return analyzers;
}

/// What the figures depend on, for the reader and for --resume.
Json run_on(const BenchRequest& request, const Manifest& manifest, const engine::Installation& installation) {
    Json json;
    json["tool"] = {{"name", "bonafide"},
                    {"version", kVersion},
                    {"revision", kRevision},
                    {"worker_sha256", digest_of(installation.worker)}};
    json["calibration_sha256"] = digest_of(installation.data_folder + "/calibration.json");
    json["models"] = Json::object();
    if (const auto store = infer::ModelStore::open(installation.data_folder + "/manifest.json", {}, "")) {
        for (const infer::ModelEntry& entry : store->entries()) {
            json["models"][entry.id] = entry.sha256;
        }
    }
    json["manifest"] = {{"path", report::valid_utf8(request.manifest)}, {"sha256", manifest.sha256}};
    json["parameters"] = {{"genuine", request.genuine_labels},
                          {"only", request.job.only},
                          {"skip", request.job.skip},
                          {"set", request.job.parameters},
                          {"prior", request.job.prior}};
    return json;
}

std::string fingerprint_of(const Json& run) {
    const std::string text = run.dump();
    return sha256_hex(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

/// Tells a terminal how far the bench is.
class Progress {
  public:
    Progress(bool shown, const char* pass, std::size_t all) : shown_(shown), pass_(pass), all_(all) {}
    void advance() {
        ++done_;
        if (!shown_) {
            return;
        }
        constexpr std::size_t kWidth = 30;
        const double passed_s = std::chrono::duration<double>(Clock::now() - start_).count();
        const double left_s = passed_s / static_cast<double>(done_) * static_cast<double>(all_ - done_);
        const std::size_t filled = kWidth * done_ / all_;
        const std::string bar = std::string(filled, '#') + std::string(kWidth - filled, '.');
        std::fprintf(stderr, "\r\033[K%s [%s] %zu of %zu, about %.0f s left", pass_, bar.c_str(), done_, all_, left_s);
    }
    void clear() const {
        if (shown_ && done_ > 0) {
            std::fputs("\r\033[K", stderr);
        }
    }

  private:
    bool shown_;
    const char* pass_;
    std::size_t all_, done_ = 0;
    Clock::time_point start_ = Clock::now();
};

/// One bench from its first input to its last.
class Bench {
  public:
    Bench(const BenchRequest& request, const engine::Installation& installation, const Manifest& manifest)
        : request_(request), installation_(installation), manifest_(manifest) {
        const int processors = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
        jobs_ = request.jobs > 0 ? request.jobs : processors;
        threads_ = std::max(1, processors / jobs_);
    }

    Result<void> resume(const std::string& fingerprint) {
        auto state = BenchState::open(request_.resume, fingerprint);
        if (!state) {
            return state.error();
        }
        for (BenchOutcome& outcome : state->take_earlier()) {
            done_[{outcome.laundered, outcome.row}] = std::move(outcome);
        }
        state_ = std::move(*state);
        return {};
    }

    /// Outcomes of one pass in the order of the manifest. Of the laundered pass, those that can be laundered.
    Result<std::vector<BenchOutcome>> pass(bool laundered) {
        std::vector<const BenchRow*> wanted, open;
        for (const BenchRow& row : manifest_.rows) {
            if (!laundered || can_be_laundered(row)) {
                wanted.push_back(&row);
                if (done_.count({laundered, row.line}) == 0) {
                    open.push_back(&row);
                }
            }
        }
        if (auto run = run_open(laundered, open); !run) {
            return run.error();
        }
        std::vector<BenchOutcome> outcomes;
        outcomes.reserve(wanted.size());
        for (const BenchRow* row : wanted) {
            outcomes.push_back(done_.at({laundered, row->line}));
        }
        return outcomes;
    }

  private:
    bool can_be_laundered(const BenchRow& row) const {
        const BenchOutcome& native = done_.at({false, row.line});
        return native.verdict != "failed";
    }

    engine::ListedInput task_for(std::size_t index, const BenchRow& row, bool laundered) const {
        engine::Job job = request_.job;
        job.threads = threads_;
        job.launder = laundered;
        // A picture that was changed somewhere unknown says nothing about localisation.
        job.localise = !row.manipulated || !row.mask.empty();
        job.mask = row.manipulated ? row.mask : "";
        return {index, row.path, std::move(job)};
    }

    Result<void> run_open(bool laundered, const std::vector<const BenchRow*>& open) {
        std::size_t next = 0;
        std::optional<Error> broken;
        Progress progress(request_.progress && !request_.quiet, laundered ? "laundered" : "native", open.size());
        const auto run = engine::check_tasks(
            [&]() -> std::optional<engine::ListedInput> {
                if (next == open.size()) {
                    return std::nullopt;
                }
                const std::size_t index = next++;
                return task_for(index, *open[index], laundered);
            },
            jobs_, installation_,
            [&](const engine::ListedInput& task, const engine::Checked& checked) {
                BenchOutcome outcome = outcome_of(checked, !task.job.mask.empty());
                outcome.row = open[task.index]->line;
                outcome.laundered = laundered;
                if (state_) {
                    if (auto kept = state_->add(outcome); !kept) {
                        broken = kept.error();
                        return false;
                    }
                }
                done_[{laundered, outcome.row}] = std::move(outcome);
                progress.advance();
                return true;
            });
        progress.clear();
        return broken ? Result<void>(*broken) : run;
    }

    const BenchRequest& request_;
    const engine::Installation& installation_;
    const Manifest& manifest_;
    int jobs_ = 1, threads_ = 1;
    std::optional<BenchState> state_;
    std::map<std::pair<bool, std::size_t>, BenchOutcome> done_;
};

/// Inputs of which something could not be used, told on standard error.
std::size_t tell_problems(const Manifest& manifest, const std::vector<BenchOutcome>& outcomes) {
    std::map<std::size_t, const BenchRow*> rows;
    for (const BenchRow& row : manifest.rows) {
        rows[row.line] = &row;
    }
    std::size_t count = 0;
    for (const BenchOutcome& outcome : outcomes) {
        if (!outcome.problem.empty()) {
            ++count;
            complain(report::visible(rows.at(outcome.row)->path) + ": " + report::visible(outcome.problem));
        }
    }
    return count;
}

Json inputs_json(const Manifest& manifest, const std::vector<BenchOutcome>& outcomes) {
    Json inputs = Json::array();
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        Json entry = to_json(outcomes[i]);
        const auto row = std::find_if(manifest.rows.begin(), manifest.rows.end(),
                                      [&](const BenchRow& candidate) { return candidate.line == outcomes[i].row; });
        entry.erase("row");
        entry.erase("laundered");
        Json input = {{"file", report::valid_utf8(row->file)},
                      {"label", report::valid_utf8(row->label)},
                      {"kind", report::valid_utf8(row->kind)},
                      {"group", report::valid_utf8(row->group)}};
        input.update(entry);
        inputs.push_back(std::move(input));
    }
    return inputs;
}

/// Written beside and renamed, so that nobody finds half a file.
Result<void> write_json(const std::string& path, const Json& json) {
    const std::string beside = path + ".new";
    std::ofstream file(beside, std::ios::binary | std::ios::trunc);
    file << json.dump(1, ' ', false, Json::error_handler_t::replace) << "\n";
    file.close();
    std::error_code error;
    if (file) {
        std::filesystem::rename(beside, path, error);
    }
    return file && !error ? Result<void>() : Error{ErrorCode::kIo, "cannot write " + path};
}

Json pass_json(const char* name, const std::string& description, const Manifest& manifest,
               const std::vector<BenchOutcome>& outcomes, const std::vector<RankedAnalyzer>& analyzers,
               const BenchRequest& request) {
    evaluation::BootstrapOptions bootstrap;
    bootstrap.seed = request.seed;
    Json pass = {{"pass", name}, {"description", description}};
    pass.update(summarise(manifest, outcomes, analyzers, bootstrap));
    pass["files"] = inputs_json(manifest, outcomes);
    return pass;
}

}  // namespace

int run_bench(const BenchRequest& request, const engine::Installation& installation) {
    auto manifest = read_manifest(request.manifest, request.genuine_labels);
    if (!manifest) {
        return complain(manifest.error().message);
    }
    Json result = {{"schema", "bonafide.bench/1"}};
    result.update(run_on(request, *manifest, installation));
    const std::string fingerprint = fingerprint_of(result);
    const std::size_t listed = manifest->rows.size();
    draw_rows(*manifest, request.limit, request.seed);
    result["manifest"]["listed"] = listed;
    result["manifest"]["used"] = manifest->rows.size();
    result["parameters"]["seed"] = request.seed;
    const auto analyzers = ranked_analyzers(installation);
    if (!analyzers) {
        return complain(analyzers.error().message);
    }
    // Found out now and not after hours.
    if (!request.output.empty()) {
        if (auto written = write_json(request.output, result); !written) {
            return complain(written.error().message);
        }
    }
    Bench bench(request, installation, *manifest);
    if (!request.resume.empty()) {
        if (auto resumed = bench.resume(fingerprint); !resumed) {
            return complain(resumed.error().message);
        }
    }
    std::size_t problems = 0;
    result["passes"] = Json::array();
    for (const bool laundered : {false, true}) {
        if (laundered && !request.launder) {
            break;
        }
        const auto outcomes = bench.pass(laundered);
        if (!outcomes) {
            return complain(outcomes.error().message);
        }
        problems += tell_problems(*manifest, *outcomes);
        Json pass = pass_json(laundered ? "laundered" : "native", laundered ? kLaundering : "the files as they are",
                              *manifest, *outcomes, *analyzers, request);
        const std::size_t left_out = manifest->rows.size() - outcomes->size();
        pass["left_out"] = left_out;
        std::printf("%s%s: %s; %zu inputs\n", laundered ? "\n" : "", laundered ? "Laundered" : "Native",
                    laundered ? kLaundering : "the files as they are", outcomes->size());
        if (left_out > 0) {
            std::printf("not laundered: %zu inputs that could not be analysed\n", left_out);
        }
        std::printf("\n%s", outcomes->empty() ? "" : table_of(pass).c_str());
        (void)std::fflush(stdout);
        result["passes"].push_back(std::move(pass));
        if (!request.output.empty()) {
            if (auto written = write_json(request.output, result); !written) {
                return complain(written.error().message);
            }
        }
    }
    if (problems > 0) {
        return complain(std::to_string(problems) +
                        " inputs or masks could not be used (above); the figures are without them");
    }
    return kClean;
}

}  // namespace bonafide::cli
