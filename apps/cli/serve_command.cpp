// `bonafide serve`: the HTTP service, its API keys and its audit log (docs/guide/service.md).
#include "serve_command.h"

#include "service/audit_log.h"
#include "service/data_folder.h"
#include "service/key_store.h"
#include "service/service.h"
#include "service/shared_folder.h"
#include "service/times.h"

#include <nlohmann/json.hpp>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace bonafide::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLeastSecretBytes = 16;

int complain(const std::string& message) {
    std::fprintf(stderr, "bonafide: %s\n", message.c_str());
    return kFailed;
}

std::string default_folder() {
    if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/') {
        return std::string(data) + "/bonafide/service";
    }
    const char* home = std::getenv("HOME");
    return std::string(home != nullptr ? home : ".") + "/.local/share/bonafide/service";
}

/// The first line of a file; kUsage where it is too short to be a secret.
Result<std::string> read_secret(const std::string& path) {
    std::ifstream stream(path);
    std::string secret;
    if (!std::getline(stream, secret) || secret.size() < kLeastSecretBytes) {
        return Error{ErrorCode::kUsage, path + " must hold a line of at least 16 characters"};
    }
    return secret;
}

/// Where the address of a PostgreSQL server may stand that is not to be read by everybody who lists processes.
constexpr const char* kDatabaseVariable = "BONAFIDE_DATABASE";

/// Whether the address of a server has a password in it, in either of its two places.
bool holds_password(const std::string& url) {
    const std::size_t begin = url.find("//"), at = url.find('@');
    return url.find("password=") != std::string::npos ||
           (begin != std::string::npos && at != std::string::npos && url.find(':', begin) < at);
}

/// Finds out which database is meant: an option, a file or a variable names a server, else it is the folder's own.
Result<void> find_database(ServeRequest& request) {
    std::string& url = request.options.database_url;
    if (!request.database_file.empty()) {
        if (!url.empty()) {
            return Error{ErrorCode::kUsage, "--database and --database-file exclude each other"};
        }
        std::ifstream stream(request.database_file);
        if (!std::getline(stream, url) || url.empty()) {
            return Error{ErrorCode::kUsage,
                         request.database_file + " must hold the database's address in its first line"};
        }
    } else if (!url.empty() && holds_password(url)) {
        std::fprintf(stderr,
                     "bonafide: everybody on this machine can read a password in --database; use --database-file or "
                     "the variable %s\n",
                     kDatabaseVariable);
    } else if (const char* given = std::getenv(kDatabaseVariable); url.empty() && given != nullptr) {
        url = given;
    }
    if (url.empty() && (request.lease->count() > 0 || request.database_connections->count() > 0)) {
        return Error{ErrorCode::kUsage, "--lease and --database-connections go with --database alone"};
    }
    return {};
}

/// Each connection is an open file, and most systems begin with room for about a thousand.
void allow_many_files() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 65536);
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

void write_log_line(const std::string& line) {
    const std::string whole = line + "\n";
    (void)!write(STDERR_FILENO, whole.data(), whole.size());
}

/// Those that stop the server, and with TLS the one that has it read its certificate anew.
sigset_t awaited_signals(bool encrypted) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    if (encrypted) {
        sigaddset(&signals, SIGHUP);
    }
    return signals;
}

int serve(ServeRequest& request, const engine::Installation& installation) {
    service::Options& options = request.options;
    if (!request.callback_secret_file.empty()) {
        auto secret = read_secret(request.callback_secret_file);
        if (!secret) {
            return complain(secret.error().message);
        }
        options.callback_secret = std::move(*secret);
    }
    if (options.pages_folder.empty()) {
        options.pages_folder = installation.pages_folder;
    }
    allow_many_files();
    // A limit on the size of files is an error to report, not the end of the server.
    (void)signal(SIGXFSZ, SIG_IGN);
    // Threads inherit the mask: only this one is asked to stop.
    const bool encrypted = !options.tls_certificate.empty();
    const sigset_t signals = awaited_signals(encrypted);
    (void)pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    auto opened = service::Service::open(options, installation, write_log_line);
    if (!opened) {
        return complain(opened.error().message);
    }
    if (const auto started = (*opened)->start(); !started) {
        return complain(started.error().message);
    }
    const bool bracketed = options.address.find(':') != std::string::npos;
    std::printf("Bonafide answers at %s://%s%s%s:%u/ until it is stopped (Ctrl-C).\n", encrypted ? "https" : "http",
                bracketed ? "[" : "", options.address.c_str(), bracketed ? "]" : "",
                static_cast<unsigned>((*opened)->port()));
    (void)std::fflush(stdout);
    int received = 0;
    while (sigwait(&signals, &received) == 0 && received == SIGHUP) {
        (*opened)->reload();
    }
    // Whoever asks a second time does not want to wait.
    const sigset_t stopping = awaited_signals(false);
    (void)pthread_sigmask(SIG_UNBLOCK, &stopping, nullptr);
    (*opened)->stop();
    return kClean;
}

Result<std::unique_ptr<service::Database>> open_database(const ServeRequest& request) {
    if (!request.options.database_url.empty()) {
        return service::Database::connect(request.options.database_url, request.options.database_connections);
    }
    const auto folder = service::DataFolder::open(request.options.data_folder);
    return folder ? service::open_database(request.options, *folder) : folder.error();
}

int add_key(const ServeRequest& request, service::KeyStore& keys) {
    std::set<service::Scope> scopes;
    for (const std::string& name : request.scopes) {
        scopes.insert(*service::scope_from(name));
    }
    if (scopes.empty()) {
        scopes = {service::Scope::kSubmit, service::Scope::kRead, service::Scope::kDelete};
    }
    const auto key = keys.add(request.key_name, scopes);
    if (!key) {
        return complain(key.error().message);
    }
    std::printf("%s\n", key->c_str());
    std::fprintf(stderr, "bonafide: this is the only time that the key is shown; the service keeps its hash alone\n");
    return kClean;
}

int list_keys(const ServeRequest& request, service::KeyStore& keys) {
    const auto records = keys.list();
    if (!records) {
        return complain(records.error().message);
    }
    Json list = Json::array();
    for (const service::KeyRecord& record : *records) {
        Json scopes = Json::array();
        std::string joined;
        for (const service::Scope scope : record.scopes) {
            scopes.push_back(service::name_of(scope));
            joined += (joined.empty() ? "" : ", ") + std::string(service::name_of(scope));
        }
        const std::string made = service::rfc3339(record.created_ms);
        if (request.json) {
            list.push_back({{"name", record.name}, {"scopes", scopes}, {"created_at", made}});
        } else {
            std::printf("%-24s %-34s %s\n", record.name.c_str(), joined.c_str(), made.c_str());
        }
    }
    if (request.json) {
        std::printf("%s\n", list.dump(2).c_str());
    }
    return kClean;
}

int print_audit(service::Database& database) {
    const auto read = database.read([](service::Connection& connection) {
        return service::read_audit(connection, [](const std::string& line) { std::printf("%s\n", line.c_str()); });
    });
    return read ? kClean : complain(read.error().message);
}

void add_database_options(CLI::App& command, ServeRequest& request) {
    service::Options& options = request.options;
    const char* group = "Several servers with one queue";
    command
        .add_option("--database", options.database_url,
                    "PostgreSQL server that they share: postgresql://USER@HOST/NAME (default: the variable "
                    "BONAFIDE_DATABASE, else SQLite in the data folder)")
        ->type_name("URL")
        ->group(group);
    command.add_option("--database-file", request.database_file, "File whose first line is that address")
        ->check(CLI::ExistingFile)
        ->group(group);
    request.lease = command
                        .add_option("--lease", options.lease_s,
                                    "Seconds after which the checks of a server that vanished are taken up by another")
                        ->check(CLI::Range(1.0, 86400.0))
                        ->capture_default_str()
                        ->group(group);
    request.database_connections =
        command.add_option("--database-connections", options.database_connections, "Connections to it at a time")
            ->check(CLI::Range(2, 200))
            ->capture_default_str()
            ->group(group);
}

void add_server_options(CLI::App& command, ServeRequest& request) {
    service::Options& options = request.options;
    const auto size = CLI::AsSizeValue(false);
    command.add_option("--address", options.address, "IP address to listen on")->capture_default_str();
    command.add_option("--port", options.port, "Port; 0: one that is free")->capture_default_str();
    command.add_option("--pages", options.pages_folder, "Folder of the web pages (default: those installed)")
        ->type_name("DIR");
    command.add_option("--jobs", options.jobs, "Checks at a time (default: one a processor)")
        ->check(CLI::Range(1, 1024));
    command.add_option("--host-name", options.host_names, "A further name to answer to (repeatable)")
        ->take_all()
        ->type_name("NAME")
        ->group("Access");
    command.add_option("--tls-certificate", options.tls_certificate, "Speak TLS: certificate chain, own first (PEM)")
        ->type_name("FILE")
        ->group("Access");
    command.add_option("--tls-key", options.tls_key, "Private key of that certificate (PEM, without passphrase)")
        ->type_name("FILE")
        ->group("Access");
    command
        .add_flag("--hsts", options.strict_transport,
                  "Tell browsers to use TLS alone for this host name, on all its ports, for a year")
        ->group("Access");
    command.add_flag("--require-key", options.require_key, "Ask for API keys on loopback too: behind a proxy")
        ->group("Access");
    command.add_option("--rate", options.requests_per_minute, "Requests a minute of one API key")
        ->check(CLI::Range(1.0, 1e6))
        ->capture_default_str()
        ->group("Access");
    command
        .add_option("--trusted-key", options.trusted_keys,
                    "A further public key (PEM) whose reports are called valid, or a folder of them (repeatable)")
        ->take_all()
        ->type_name("FILE|DIR")
        ->group("Access");
    command.add_option("--keep-days", options.keep_days, "Delete checks so long after their end; 0: never")
        ->check(CLI::Range(0.0, 1e5))
        ->capture_default_str()
        ->group("Data");
    command
        .add_flag("--no-media", options.no_media, "Delete media as soon as it is checked, and keep no preview of it")
        ->group("Data");
    command.add_option("--min-free", options.min_free_bytes, "Room to leave on the disk, bytes (k, m, g allowed)")
        ->transform(size)
        ->capture_default_str()
        ->group("Data");
    command.add_option("--max-upload", options.max_upload_bytes, "Largest upload, bytes (k, m, g allowed)")
        ->transform(size)
        ->check(CLI::PositiveNumber)
        ->capture_default_str()
        ->group("Limits");
    command.add_option("--max-queue", options.max_queue, "Checks that may wait")
        ->capture_default_str()
        ->group("Limits");
    command.add_option("--max-connections", options.max_connections, "Connections at a time")
        ->check(CLI::PositiveNumber)
        ->capture_default_str()
        ->group("Limits");
    command.add_option("--max-attempts", options.max_attempts, "Attempts at a check whose analysis breaks off")
        ->check(CLI::Range(1, 100))
        ->capture_default_str()
        ->group("Limits");
    command.add_option("--timeout", options.limits.time_s, "Seconds a check may take")
        ->check(CLI::Range(0.01, 1e7))
        ->capture_default_str()
        ->group("Limits");
    command.add_option("--max-memory", options.limits.memory_bytes, "Memory an analysis may take, bytes")
        ->transform(size)
        ->capture_default_str()
        ->group("Limits");
    command.add_option("--drain", options.drain_s, "Seconds that a stop waits for what is under way")
        ->check(CLI::Range(0, 86400))
        ->capture_default_str()
        ->group("Limits");
    command
        .add_option("--callback-secret", request.callback_secret_file,
                    "File whose first line signs call-backs; without it none are made")
        ->check(CLI::ExistingFile)
        ->group("Other servers");
    command.add_flag("--allow-fetch", options.allow_fetch, "Fetch files whose address is sent in their place")
        ->group("Other servers");
    command
        .add_flag("--fetch-private", options.fetch_private_addresses, "Fetch from addresses that are not public too")
        ->group("Other servers");
    command
        .add_option("--ca-file", options.authorities_file,
                    "Certificates (PEM) that requests to other servers trust besides the system's")
        ->type_name("FILE")
        ->group("Other servers");
    command
        .add_flag("--callback-private", options.callback_private_addresses, "Call back addresses that are not public")
        ->group("Other servers");
}

}  // namespace

void add_serve(CLI::App& app, ServeRequest& request) {
    CLI::App& command = *app.add_subcommand("serve", "HTTP service with a queue and web pages");
    request.command = &command;
    request.options.data_folder = default_folder();
    command.add_option("--data", request.options.data_folder, "Folder of the database, media and reports")
        ->type_name("DIR")
        ->capture_default_str();
    add_database_options(command, request);
    add_server_options(command, request);
    CLI::App& keys = *command.add_subcommand("keys", "API keys, which every address but loopback needs");
    keys.require_subcommand(1);
    request.add_key = keys.add_subcommand("add", "Make a key and show it, once");
    request.add_key->add_option("NAME", request.key_name, "Of whoever uses it")->required();
    request.add_key
        ->add_option("--scope", request.scopes,
                     "submit, read, delete or metrics (repeatable; default: submit, read and delete)")
        ->take_all()
        ->check(CLI::IsMember({"submit", "read", "delete", "metrics"}));
    request.list_keys = keys.add_subcommand("list", "Names, scopes and dates");
    request.list_keys->add_flag("--json", request.json, "As JSON");
    request.revoke_key = keys.add_subcommand("revoke", "Make a key useless, at once");
    request.revoke_key->add_option("NAME", request.key_name, "Of the key")->required();
    request.audit = command.add_subcommand("audit", "Print the audit log as JSON lines, and check its chain");
    for (CLI::App* sub : {&keys, request.add_key, request.list_keys, request.revoke_key, request.audit}) {
        sub->fallthrough();  // --data and --database may stand behind them
    }
}

int run_serve(ServeRequest request, const engine::Installation& installation) {
    if (auto found = find_database(request); !found) {
        return complain(found.error().message);
    }
    const bool uses_database = request.add_key->parsed() || request.list_keys->parsed() ||
                               request.revoke_key->parsed() || request.audit->parsed();
    if (!uses_database) {
        return serve(request, installation);
    }
    auto database = open_database(request);
    if (!database) {
        return complain(database.error().message);
    }
    service::KeyStore keys(**database);
    if (request.add_key->parsed()) {
        return add_key(request, keys);
    }
    if (request.list_keys->parsed()) {
        return list_keys(request, keys);
    }
    if (request.audit->parsed()) {
        return print_audit(**database);
    }
    const auto revoked = keys.revoke(request.key_name);
    if (!revoked || !*revoked) {
        return complain(revoked ? "there is no key named '" + request.key_name + "'" : revoked.error().message);
    }
    return kClean;
}

}  // namespace bonafide::cli
