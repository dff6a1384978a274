#include "verify_command.h"

#include "base/hash.h"
#include "commands.h"
#include "engine/front/verification.h"
#include "output.h"
#include "report/text_safety.h"
#include "report/words.h"
#include "terminal.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace bonafide::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;

/// The whole of a regular file; nothing where there is none.
Result<std::optional<std::string>> read_file(const std::string& path) {
    std::error_code error;
    if (!fs::exists(path, error)) {
        return std::optional<std::string>();
    }
    if (!fs::is_regular_file(path, error) || fs::file_size(path, error) > kMostBytes) {
        return Error{ErrorCode::kLimit, path + " is no regular file, or far larger than any report"};
    }
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return stream ? Result<std::optional<std::string>>(text.str()) : Error{ErrorCode::kIo, "cannot read " + path};
}

/// Whom this user trusts without saying so: nobody but their own key, which is not made for the purpose.
std::vector<std::string> default_keys() {
    const std::string own = user_data_folder() + "/signing/signing-key.pub.pem";
    std::error_code error;
    return fs::exists(own, error) ? std::vector<std::string>{own} : std::vector<std::string>{};
}

ExitCode exit_code_of(const engine::Verification& verification) {
    switch (verification.outcome()) {
        case engine::Verification::Outcome::kHolds:
            return kClean;
        case engine::Verification::Outcome::kOpen:
            return kInconclusive;
        case engine::Verification::Outcome::kRefuted:
            return kFound;
    }
    return kFailed;
}

void print(const char* label, const std::string& text) {
    std::printf("%-12s %s\n", label, report::visible(text).c_str());
}

void print_list(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
        std::printf("%-12s   - %s\n", "", report::visible(line).c_str());
    }
}

void print_text(const engine::Verification& verification) {
    print("Report", verification.report_id);
    print("  of", verification.report.input.path + ", " + std::string(title_of(verification.report.verdict)));
    print("Signature",
          std::string(engine::name_of(verification.signature.state)) + ": " + verification.signature.reason);
    if (!verification.signature.fingerprint.empty()) {
        print("  key", verification.signature.fingerprint);
    }
    print("File", verification.file_in_words());
    print("Replay", verification.replay_in_words());
    print_list(verification.comparison.differences);
    if (!verification.comparison.versions.empty()) {
        print("Versions", "not those of the report:");
        print_list(verification.comparison.versions);
    }
}

}  // namespace

void add_verify(CLI::App& app, VerifyRequest& request) {
    CLI::App& command =
        *app.add_subcommand("verify", "Is a report as it was signed, of this file, and does the analysis repeat?");
    request.command = &command;
    command.add_option("REPORT", request.report, "A report as JSON or PDF")->required();
    command.add_option("FILE", request.file, "The file it is about: compares the hash and repeats the analysis");
    command
        .add_option("--signature", request.signature, "The signature's file (default: REPORT.sig, where there is one)")
        ->type_name("FILE");
    command
        .add_option("--key", request.keys,
                    "A public key (PEM) that is trusted, or a folder of them (repeatable; default: your own)")
        ->take_all()
        ->type_name("PATH");
    command.add_flag("--no-replay", request.no_replay, "Compare the file's hash alone");
    command.add_option("--trust-list", request.trust_list, "Certificates (PEM), as for the check that is repeated")
        ->check(CLI::ExistingFile);
    command.add_flag("--json", request.json, "As JSON");
    command.footer(
        "Exit codes: 2 something could not be read, or wrong usage; 1 something does not hold: an invalid signature, "
        "another file,\nanother result; 3 a question stays open: no signature, an unknown key, other versions that "
        "find something else;\n0 the signature is valid and, where FILE is given, it is that file and the analysis "
        "repeats.");
}

int run_verify(const VerifyRequest& request, const engine::Installation& installation) {
    const auto document = read_file(request.report);
    if (!document) {
        return complain(document.error().message);
    }
    if (!*document) {
        return complain("cannot read " + request.report + ": there is no such file");
    }
    const std::string signature_path = request.signature.empty() ? request.report + ".sig" : request.signature;
    const auto signature = read_file(signature_path);
    if (!signature) {
        return complain(signature.error().message);
    }
    if (!*signature && !request.signature.empty()) {
        return complain("cannot read " + request.signature + ": there is no such file");
    }
    const auto trusted = engine::read_public_keys(request.keys.empty() ? default_keys() : request.keys);
    if (!trusted) {
        return complain(trusted.error().message);
    }
    engine::VerificationJob job;
    job.trusted = *trusted;
    job.limits = request.limits;
    job.cache_folder = request.cache_folder;
    job.replay = !request.no_replay;
    if (!request.trust_list.empty()) {
        const auto anchors = read_file(request.trust_list);
        if (!anchors || !*anchors) {
            return complain("cannot read " + request.trust_list);
        }
        job.trust_anchors_pem = **anchors;
    }
    auto verification = engine::verify(**document, *signature, job);
    if (!verification) {
        return complain(request.report + " is no report that can be verified: " + verification.error().message);
    }
    if (!request.file.empty()) {
        if (auto compared = engine::verify_file(*verification, request.file, job, installation); !compared) {
            return complain(request.file + ": " + compared.error().message);
        }
    }
    if (request.json) {
        std::printf("%s\n", engine::to_json(*verification).dump(2).c_str());
    } else {
        print_text(*verification);
    }
    return exit_code_of(*verification);
}

}  // namespace bonafide::cli
