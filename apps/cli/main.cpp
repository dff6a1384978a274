// Command line: parses, calls the engine, prints (docs/guide/command-line.md).
#include "base/version.h"
#include "camera_command.h"
#include "commands.h"
#include "faces_command.h"
#include "forge_command.h"
#include "serve_command.h"
#include "terminal.h"
#include "verify_command.h"
#include "voice_command.h"

#include <CLI/CLI.hpp>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace bonafide::cli {
namespace {

std::string read_text(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return stream ? text.str() : std::string();
}

std::string cache_folder() {
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0') {
        return std::string(cache) + "/bonafide";
    }
    const char* home = std::getenv("HOME");
    return home != nullptr && *home != '\0' ? std::string(home) + "/.cache/bonafide" : std::string();
}

/// "ID.parameter=VALUE": the id itself holds dots, the parameter's name does not.
void add_setting(const std::string& setting, engine::Job& job) {
    const std::size_t equals = setting.find('=');
    const std::size_t dot = equals == std::string::npos ? std::string::npos : setting.rfind('.', equals);
    if (dot == std::string::npos || dot == 0) {
        throw CLI::ValidationError("--set", "expects ID.parameter=VALUE, got '" + setting + "'");
    }
    double value = 0;
    if (!CLI::detail::lexical_cast(setting.substr(equals + 1), value)) {
        throw CLI::ValidationError("--set", "'" + setting.substr(equals + 1) + "' is no number");
    }
    job.parameters[setting.substr(0, dot)][setting.substr(dot + 1, equals - dot - 1)] = value;
}

struct Options {
    CheckRequest request;
    BenchRequest bench;
    std::vector<std::string> settings;
    std::string trust_list;
    std::string analyzer_id;
    std::string camera, gallery, claimed;
    PeopleChoice people;
    bool json = false;
};

void add_limits(CLI::App& command, Limits& limits) {
    const auto size = CLI::AsSizeValue(false);
    command.add_option("--timeout", limits.time_s, "Seconds an input may take")
        ->check(CLI::Range(0.01, 1e7))
        ->capture_default_str()
        ->group("Limits");
    command.add_option("--max-size", limits.size_bytes, "Largest input, bytes (k, m, g allowed)")
        ->transform(size)
        ->capture_default_str()
        ->group("Limits");
    command.add_option("--max-pixels", limits.pixels, "Largest picture or frame, pixels")
        ->transform(size)
        ->capture_default_str()
        ->group("Limits");
    command.add_option("--max-duration", limits.duration_s, "Longest film or recording, seconds")
        ->check(CLI::PositiveNumber)
        ->capture_default_str()
        ->group("Limits");
    command.add_option("--max-streams", limits.streams, "Most streams in a container")
        ->check(CLI::PositiveNumber)
        ->capture_default_str()
        ->group("Limits");
    command.add_option("--max-memory", limits.memory_bytes, "Memory an analysis may take, bytes (k, m, g allowed)")
        ->transform(size)
        ->capture_default_str()
        ->group("Limits");
}

void add_choice(CLI::App& command, engine::Job& job, Options& options) {
    command.add_option("--analyzer", job.only, "Run only these (id or glob, repeatable)")->take_all()->type_name("ID");
    command.add_option("--skip", job.skip, "Run all but these (id or glob, repeatable)")->take_all()->type_name("ID");
    command.add_option("--set", options.settings, "Set an analyzer's parameter (repeatable)")
        ->take_all()
        ->type_name("ID.parameter=VALUE");
}

void add_check_options(CLI::App& command, Options& options) {
    CheckRequest& request = options.request;
    command.add_option("PATH", request.paths, "Files, folders (searched recursively), or - for standard input")
        ->required();
    static const std::map<std::string, Format> kFormats = {{"text", Format::kText},
                                                           {"json", Format::kJson},
                                                           {"jsonl", Format::kJsonLines},
                                                           {"html", Format::kHtml},
                                                           {"pdf", Format::kPdf}};
    command
        .add_option("--format", request.format, "text, json, jsonl (one report a line, as they finish), html or pdf")
        ->transform(CLI::Transformer(kFormats))
        ->type_name("FORMAT");
    command.add_option("--output", request.output,
                       "Write here instead of standard output; a folder for several HTML or PDF reports");
    command.add_option("--trust-list", options.trust_list, "Certificates (PEM) whose content credentials are trusted")
        ->check(CLI::ExistingFile);
    command.add_option("--jobs", request.jobs, "Inputs at a time (default: one a processor)")
        ->check(CLI::Range(1, 1024));
    auto* quiet = command.add_flag("-q,--quiet", request.quiet, "No progress on standard error");
    command.add_flag("-v,--verbose", request.verbose, "Every measurement, timing and what a replay needs")
        ->excludes(quiet);
    add_limits(command, request.job.limits);
}

void add_check(CLI::App& app, Options& options) {
    CLI::App& command = *app.add_subcommand("check", "Is it genuine, manipulated or synthetic; where, why, how sure?");
    CheckRequest& request = options.request;
    add_check_options(command, options);
    command.add_option("--maps", request.maps_folder, "Write DIR/<file name>/<analyzer id>.png and fused.png")
        ->type_name("DIR");
    add_choice(command, request.job, options);
    command.add_option("--camera", options.camera, "Compare with this camera's fingerprint (see `bonafide camera`)")
        ->type_name("NAME");
    command.add_option("--gallery", options.gallery, "Folder of camera fingerprints (default: the user's own)")
        ->type_name("DIR");
    command
        .add_option("--claimed", options.claimed,
                    "Is it really them? Compare faces and voices with this enrolled person (see `bonafide faces` and "
                    "`bonafide voice`)")
        ->type_name("NAME");
    add_people_options(command, options.people, "--people");
    command.add_option("--prior", request.job.prior, "Probability, before looking, of manipulated or synthetic")
        ->check(CLI::Range(0.0001, 0.9999))
        ->capture_default_str();
    command.add_option("--case", request.case_number, "Case number, for the report")->type_name("TEXT");
    command.add_option("--examiner", request.examiner, "Who examines, for the report")->type_name("TEXT");
    command.add_flag("--sign", request.sign, "Sign the report: writes OUTPUT.sig beside it (see `bonafide verify`)");
    command
        .add_option("--resume", request.resume,
                    "Go on with a scan that was stopped; STATE is made at the first run (jsonl only)")
        ->type_name("STATE");
    command.footer(
        "Exit codes: 2 an input could not be analysed, or wrong usage; 1 something likely manipulated or synthetic was "
        "found;\n"
        "3 something was inconclusive or could not be judged; 0 everything was found likely authentic.");
}

CLI::App& add_bench(CLI::App& app, Options& options) {
    CLI::App& command = *app.add_subcommand("bench", "Error rates with confidence intervals over a labelled set");
    BenchRequest& request = options.bench;
    command
        .add_option("MANIFEST", request.manifest,
                    "CSV with a header: file, label, and optionally kind, group and mask; paths from its folder")
        ->required();
    command
        .add_option("--genuine", request.genuine_labels,
                    "Another label that means genuine (repeatable); real, authentic, genuine and bona_fide do")
        ->take_all()
        ->type_name("LABEL");
    command.add_option("--output", request.output, "Write all figures here as JSON")->type_name("FILE");
    command.add_flag(
        "--launder", request.launder,
        "Once more as the net passes media on: pictures and films as a social network, recordings as a voice message");
    add_choice(command, request.job, options);
    command
        .add_option("--resume", request.resume, "Go on with a bench that was stopped; STATE is made at the first run")
        ->type_name("STATE");
    command.add_option("--jobs", request.jobs, "Inputs at a time (default: one a processor)")
        ->check(CLI::Range(1, 1024));
    command.add_option("--limit", request.limit, "Only so many files, drawn at random")->check(CLI::PositiveNumber);
    command.add_option("--seed", request.seed, "For intervals and --limit")->capture_default_str();
    command.add_flag("-q,--quiet", request.quiet, "No progress on standard error");
    add_limits(command, request.job.limits);
    command.footer(
        "Exit codes: 0 everything was measured, whatever the figures say; 2 wrong usage, or an input or mask "
        "that could not be used.");
    return command;
}

int run(int argc, char** argv) {
    CLI::App app("Bonafide: is a picture, film or recording genuine, manipulated or synthetic?", "bonafide");
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string("bonafide ") + kVersion + " (" + kRevision + ")");
    Options options;
    add_check(app, options);
    const CLI::App& bench = add_bench(app, options);
    CLI::App& provenance =
        *app.add_subcommand("provenance", "Content credentials, metadata and marks alone, states kept apart");
    add_check_options(provenance, options);
    CLI::App& analyzers = *app.add_subcommand("analyzers", "What is looked at: table, or one analyzer in full");
    analyzers.add_option("ID", options.analyzer_id, "Show this analyzer in full");
    analyzers.add_flag("--json", options.json, "As JSON");
    CLI::App& models = *app.add_subcommand(
        "models", "Which weights are installed, whether they are what they should be, and their licences");
    models.add_flag("--json", options.json, "As JSON");
    CameraRequest camera;
    add_camera(app, camera);
    ServeRequest serve;
    add_serve(app, serve);
    FacesRequest faces;
    add_faces(app, faces);
    PeopleRequest voice;
    add_voice(app, voice);
    ForgeRequest forge;
    add_forge(app, forge);
    VerifyRequest verify;
    add_verify(app, verify);

    const CLI::App& schema =
        *app.add_subcommand("schema", "The JSON Schema of the report, with the analyzers of this build");

    try {
        app.parse(argc, argv);
        for (const std::string& setting : options.settings) {
            add_setting(setting, bench.parsed() ? options.bench.job : options.request.job);
        }
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kClean : kFailed;
    }

    const engine::Installation installation = engine::find_installation();
    if (analyzers.parsed()) {
        return list_analyzers(options.analyzer_id, options.json, installation);
    }
    if (schema.parsed()) {
        return print_schema(installation);
    }
    if (models.parsed()) {
        return list_models(options.json, installation);
    }
    if (bench.parsed()) {
        options.bench.job.cache_folder = cache_folder();
        options.bench.progress = isatty(STDERR_FILENO) != 0;
        return run_bench(options.bench, installation);
    }
    if (serve.command->parsed()) {
        serve.options.cache_folder = cache_folder();
        return run_serve(std::move(serve), installation);
    }
    if (camera.command->parsed()) {
        return run_camera(camera, installation);
    }
    if (faces.command->parsed()) {
        faces.cache_folder = cache_folder();
        return run_faces(faces, installation);
    }
    if (voice.command->parsed()) {
        voice.cache_folder = cache_folder();
        return run_voice(voice, installation);
    }
    if (forge.command->parsed()) {
        return run_forge(forge, installation);
    }
    if (verify.command->parsed()) {
        verify.cache_folder = cache_folder();
        return run_verify(verify, installation);
    }
    CheckRequest& request = options.request;
    if (!options.camera.empty()) {
        if (const auto chosen = choose_camera(options.camera, options.gallery, request.job); !chosen) {
            std::fprintf(stderr, "bonafide: %s\n", chosen.error().message.c_str());
            return kFailed;
        }
    }
    if (!options.claimed.empty()) {
        if (const auto chosen = choose_person(options.claimed, options.people, installation, request.job); !chosen) {
            return complain(chosen.error().message);
        }
    }
    if (!options.trust_list.empty()) {
        request.job.trust_anchors_pem = read_text(options.trust_list);
    }
    if (provenance.parsed()) {
        request.job.only = {"provenance.*", "metadata.*", "container.*"};
    }
    request.job.cache_folder = cache_folder();
    request.job.maps = !request.maps_folder.empty();
    request.job.presentation = request.format == Format::kHtml || request.format == Format::kPdf;
    // A document for a case file carries its date, even where nobody names the case.
    if (!request.case_number.empty() || !request.examiner.empty() || request.format == Format::kPdf) {
        request.job.case_record = report::CaseRecord{request.case_number, request.examiner, ""};
    }
    request.key_folder = user_data_folder() + "/signing";
    request.colour = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    request.progress = isatty(STDERR_FILENO) != 0;
    return run_check(request, installation);
}

}  // namespace
}  // namespace bonafide::cli

int main(int argc, char** argv) {
    (void)signal(SIGPIPE,
                 SIG_IGN);  // a reader that went away is an error to report, not a silent death in the middle of a scan
    try {
        return bonafide::cli::run(argc, argv);
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "bonafide: %s\n", exception.what());
        return bonafide::cli::kFailed;
    }
}
