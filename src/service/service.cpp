#include "service/service.h"

#include "base/version.h"
#include "service/audit_log.h"
#include "service/callbacks.h"
#include "service/change_watcher.h"
#include "service/documents.h"
#include "service/housekeeper.h"
#include "service/routes.h"
#include "service/runner.h"
#include "service/server.h"
#include "service/shared_folder.h"
#include "service/times.h"
#include "service/tls.h"

namespace bonafide::service {
namespace {

AccessOptions access_of(const Options& options) {
    AccessOptions access;
    access.key_needed = options.require_key || !is_loopback(options.address);
    access.hosts = {"localhost", "127.0.0.1", "::1"};
    if (const auto own =
            host_name(options.address.find(':') == std::string::npos ? options.address : "[" + options.address + "]")) {
        access.hosts.push_back(*own);
    }
    for (const std::string& name : options.host_names) {
        access.hosts.push_back(host_name(name).value_or(name));
    }
    access.requests_per_minute = options.requests_per_minute;
    return access;
}

}  // namespace

/// In the order in which they need each other; taken down in the reverse one.
struct Service::Parts {
    Parts(Options given, engine::Installation found, Log::Sink sink, DataFolder opened, std::unique_ptr<Database> made,
          Pages loaded, const engine::SigningKey& own, std::vector<engine::PublicKey> vouched, TlsContext trusting)
        : options(std::move(given)),
          installation(std::move(found)),
          log(std::move(sink)),
          folder(std::move(opened)),
          database(std::move(made)),
          pages(std::move(loaded)),
          key(own),
          trusted(std::move(vouched)),
          outgoing_tls(std::move(trusting)) {}

    Options options;
    engine::Installation installation;
    Log log;
    DataFolder folder;
    std::unique_ptr<Database> database;
    Pages pages;
    engine::SigningKey key;
    std::vector<engine::PublicKey> trusted;
    TlsContext outgoing_tls;
    std::atomic<bool> stopping{false};
    Metrics metrics;
    bool shared = database->is_shared();
    CheckStore store{*database, shared ? static_cast<std::int64_t>(options.lease_s * 1000) : 0};
    KeyStore keys{*database};
    EventHub hub;
    Access access{keys, access_of(options)};
    Callbacks callbacks{{options, *database, store, log, outgoing_tls}};
    Documents documents{folder, key, installation.worker, log};
    Runner runner{{options, shared, installation, folder, store, hub, metrics, log, key, documents,
                   [this] { callbacks.notify(); }}};
    Housekeeper housekeeper{{options, shared, folder, store, hub, log}};
    ChangeWatcher watcher{store, hub};
    UploadPlace upload{options, folder, store, metrics, log, [this] { runner.notify(); }};
    Routes routes{{upload, access, hub, fetcher, pages, documents, installation,
                   [this](const std::string& id) { runner.cancel(id); }, stopping, trusted}};
    Server server{{routes, metrics, log, options.max_connections, options.strict_transport}};
    // Taken down before the server, to which it brings answers.
    Fetcher fetcher{{upload, outgoing_tls}};

    /// With the certificate and key that the options name.
    Result<void> use_tls();
};

Result<void> Service::Parts::use_tls() {
    if (options.tls_certificate.empty() && options.tls_key.empty()) {
        return options.strict_transport ? Result<void>(Error{ErrorCode::kUsage, "--hsts needs TLS"}) : Result<void>();
    }
    if (options.tls_certificate.empty() || options.tls_key.empty()) {
        return Error{ErrorCode::kUsage, "TLS needs both --tls-certificate and --tls-key"};
    }
    auto read = read_server_certificate(options.tls_certificate, options.tls_key);
    if (!read) {
        return read.error();
    }
    server.use_tls(std::move(read->context));
    const bool expired = read->expires_ms <= now_ms();
    log.write(expired || read->key_open_to_others ? "warning" : "info", "tls.certificate",
              {{"expires_at", rfc3339(read->expires_ms)},
               {"expired", expired},
               {"key_readable_by_all", read->key_open_to_others}});
    return {};
}

Service::Service(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Service::~Service() = default;

Result<std::unique_ptr<Service>> Service::open(Options options, engine::Installation installation, Log::Sink log) {
    auto folder = DataFolder::open(options.data_folder);
    if (!folder) {
        return folder.error();
    }
    const bool shared = !options.database_url.empty();
    if (auto locked = folder->lock(shared ? DataFolder::Use::kShared : DataFolder::Use::kAlone); !locked) {
        return locked.error();
    }
    auto database = open_database(options, *folder);
    if (!database) {
        return database.error();
    }
    if (shared) {
        if (auto bound = bind_folder(**database, *folder); !bound) {
            return bound.error();
        }
    }
    auto pages = Pages::load(options.pages_folder);
    if (!pages) {
        return pages.error();
    }
    auto key = engine::SigningKey::open(folder->signing().string());
    if (!key) {
        return key.error();
    }
    auto trusted = engine::read_public_keys(options.trusted_keys);
    if (!trusted) {
        return trusted.error();
    }
    trusted->push_back(key->public_key());
    auto outgoing_tls = make_client_tls(options.authorities_file);
    if (!outgoing_tls) {
        return outgoing_tls.error();
    }
    auto parts = std::make_unique<Parts>(std::move(options), std::move(installation), std::move(log),
                                         std::move(*folder), std::move(*database), std::move(*pages), *key,
                                         std::move(*trusted), std::move(*outgoing_tls));
    if (access_of(parts->options).key_needed) {
        const auto keys = parts->keys.list();
        if (!keys) {
            return keys.error();
        }
        if (keys->empty()) {
            return Error{ErrorCode::kUsage,
                         "listening on " + parts->options.address +
                             " needs an API key: make one with `bonafide serve keys add NAME`, or listen on 127.0.0.1"};
        }
    }
    if (auto encrypted = parts->use_tls(); !encrypted) {
        return encrypted.error();
    }
    if (auto bound = parts->server.listen(parts->options.address, parts->options.port); !bound) {
        return bound.error();
    }
    return std::unique_ptr<Service>(new Service(std::move(parts)));
}

Result<void> Service::start() {
    Parts& parts = *parts_;
    Recovered recovered;
    if (!parts.shared) {
        auto found = parts.store.recover_running(parts.options.max_attempts);
        if (!found) {
            return found.error();
        }
        recovered = std::move(*found);
        // Where servers share, both happen while they run: others may be at work.
        parts.housekeeper.sweep();
    }
    for (const std::string& id : recovered.given_up) {
        parts.log.error("check.given_up", {{"check", id}, {"error", "the service was killed on every attempt"}});
        if (parts.options.no_media) {
            parts.folder.remove_media(id);
        }
    }
    if (auto told = append_audit(*parts.database,
                                 {"server.started", parts.options.address, "service", {{"version", kVersion}}});
        !told) {
        return told;
    }
    parts.runner.start();
    parts.housekeeper.start();
    parts.callbacks.start();
    if (parts.shared) {
        parts.watcher.start();
    }
    parts.server.start();
    parts.log.info("server.started", {{"address", parts.options.address},
                                      {"port", port()},
                                      {"tls", !parts.options.tls_certificate.empty()},
                                      {"requeued", recovered.waiting.size()},
                                      {"version", kVersion}});
    return {};
}

void Service::reload() {
    if (const auto read = parts_->use_tls(); !read) {
        parts_->log.error("tls.reload_failed", {{"error", read.error().message}});
    }
}

std::uint16_t Service::port() const {
    return parts_->server.port();
}

void Service::stop() {
    Parts& parts = *parts_;
    parts.log.info("server.stopping", {});
    parts.stopping = true;
    // New checks are refused from here on; those who follow one still see its end.
    parts.runner.stop(parts.options.drain_s);
    parts.hub.changed_all();
    parts.server.stop(parts.options.drain_s);
    parts.fetcher.stop();
    parts.callbacks.stop();
    parts.housekeeper.stop();
    parts.watcher.stop();
    (void)append_audit(*parts.database, {"server.stopped", "", "service", {}});
    parts.log.info("server.stopped", {});
}

}  // namespace bonafide::service
