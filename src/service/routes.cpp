#include "service/routes.h"

#include "base/version.h"
#include "engine/front/worker_process.h"
#include "service/list_query.h"
#include "service/openapi.h"
#include "service/results.h"

#include <filesystem>

namespace bonafide::service {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// A request with what its path names.
struct Routes::Found {
    const Request& request;
    std::string id, name;  ///< of the check; of the map
    std::string actor;     ///< name of the API key
};

/// A path's pattern, "{id}" and "{name}" standing for one segment, or for its beginning.
struct Routes::Route {
    const char* method;
    const char* pattern;
    std::optional<Scope> scope;  ///< nothing: open to whoever reaches the server
    Answer answer;
};

const Routes::Route Routes::kRoutes[] = {
    {"GET", "/readyz", std::nullopt, &Routes::ready},
    {"GET", "/metrics", Scope::kMetrics, &Routes::metrics},
    {"GET", "/v1/openapi.json", std::nullopt, &Routes::description},
    {"GET", "/v1/server", Scope::kRead, &Routes::server},
    {"GET", "/v1/analyzers", Scope::kRead, &Routes::analyzers},
    {"POST", "/v1/checks", Scope::kSubmit, nullptr},  // its body is taken by begin()
    {"POST", "/v1/verify", Scope::kSubmit, nullptr},  // likewise
    {"GET", "/v1/checks", Scope::kRead, &Routes::list},
    {"GET", "/v1/checks/{id}", Scope::kRead, &Routes::show},
    {"DELETE", "/v1/checks/{id}", Scope::kDelete, &Routes::remove},
    {"GET", "/v1/checks/{id}/report", Scope::kRead, &Routes::report},
    {"GET", "/v1/checks/{id}/report.html", Scope::kRead, &Routes::report_page},
    {"GET", "/v1/checks/{id}/report.pdf", Scope::kRead, &Routes::report_document},
    {"GET", "/v1/checks/{id}/report.sig", Scope::kRead, &Routes::report_signature},
    {"GET", "/v1/checks/{id}/report.pdf.sig", Scope::kRead, &Routes::document_signature},
    {"GET", "/v1/checks/{id}/maps", Scope::kRead, &Routes::maps},
    {"GET", "/v1/checks/{id}/maps/{name}.png", Scope::kRead, &Routes::map},
    {"GET", "/v1/checks/{id}/preview.png", Scope::kRead, &Routes::preview},
    {"GET", "/v1/checks/{id}/events", Scope::kRead, &Routes::events},
};

namespace {

constexpr const char* kChecks = "/v1/checks";
constexpr const char* kVerify = "/v1/verify";
constexpr int kDocumentRetryS = 1;
constexpr std::string_view kMapEnding = ".png";

// The page of a report holds text from strangers' files, and is shut in: no origin of its own, no address to send to.
// Its own policy narrows scripts and styles down to the ones it was written with.
constexpr const char* kReportPolicy =
    "sandbox allow-scripts; default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

bool is_plain(std::string_view text, std::size_t most, std::string_view others) {
    return !text.empty() && text.size() <= most && text.front() != '.' &&
           std::all_of(text.begin(), text.end(), [&](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      others.find(c) != std::string_view::npos;
           });
}

std::string_view take_segment(std::string_view& path) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

/// Whether `path` follows `pattern`; what the two placeholders stand for.
bool matches(std::string_view pattern, std::string_view path, std::string& id, std::string& name) {
    while (pattern.starts_with('/') && path.starts_with('/')) {
        const std::string_view wanted = take_segment(pattern);
        std::string_view given = take_segment(path);
        if (wanted == "{id}") {
            if (!is_plain(given, 32, "-_") || given.size() < 20) {
                return false;
            }
            id = given;
        } else if (wanted == "{name}.png") {
            if (!given.ends_with(kMapEnding)) {
                return false;
            }
            given.remove_suffix(kMapEnding.size());
            if (!is_plain(given, 100, ".-_")) {
                return false;
            }
            name = given;
        } else if (wanted != given) {
            return false;
        }
    }
    return pattern.empty() && path.empty();
}

bool is_interface(const std::string& path) {
    return path == "/v1" || path.starts_with("/v1/") || path == "/readyz" || path == "/metrics";
}

/// GET where the request asks for a head alone: the protocol leaves out the body.
std::string_view effective_method(const Request& request) {
    return request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
}

}  // namespace

std::optional<Response> Routes::answer_at_once(const Request& request) {
    const bool reads = effective_method(request) == "GET";
    if (request.path == "/healthz") {
        return reads ? Response::json(200, {{"status", "alive"}})
                     : Response::problem(problems::method_not_allowed("GET, HEAD"), request);
    }
    if (is_interface(request.path)) {
        return std::nullopt;
    }
    if (auto refused = place_.access.refusal_of_origin(request)) {
        return Response::problem(*refused, request);
    }
    if (!reads) {
        return Response::problem(problems::method_not_allowed("GET, HEAD"), request);
    }
    auto page = place_.pages.find(request);
    return page ? *page : Response::problem(problems::not_found("No page has this file."), request);
}

bool Routes::wants_body(const Request& request) const {
    return request.method == "POST" && (request.path == kChecks || request.path == kVerify);
}

Response Routes::answer(const Request& request) {
    std::string allowed;
    for (const Route& route : kRoutes) {
        Found found{request, {}, {}, {}};
        if (!matches(route.pattern, request.path, found.id, found.name)) {
            continue;
        }
        if (effective_method(request) != route.method || route.answer == nullptr) {
            allowed += (allowed.empty() ? "" : ", ") + std::string(route.method) +
                       (std::string_view(route.method) == "GET" ? ", HEAD" : "");
            continue;
        }
        const auto refused = route.scope ? place_.access.refusal(request, *route.scope, found.actor)
                                         : place_.access.refusal_of_origin(request);
        Response response = refused ? Response::problem(*refused, request) : (this->*route.answer)(found);
        response.actor = found.actor;
        return response;
    }
    if (auto refused = place_.access.refusal_of_origin(request)) {
        return Response::problem(*refused, request);
    }
    return Response::problem(allowed.empty()
                                 ? problems::not_found("The interface has no such path; /v1/openapi.json lists them.")
                                 : problems::method_not_allowed(allowed),
                             request);
}

std::unique_ptr<BodySink> Routes::begin(const Request& request, std::optional<std::uint64_t> length,
                                        Response& refusal) {
    std::string actor;
    std::unique_ptr<BodySink> sink;
    if (auto refused = place_.access.refusal(request, Scope::kSubmit, actor)) {
        refusal = Response::problem(*refused, request);
    } else if (place_.stopping) {
        refusal = Response::problem(problems::unavailable("The server is stopping."), request);
    } else if (request.path == kVerify) {
        sink = begin_verification(
            {place_.upload, place_.installation, place_.trusted, place_.stopping, replaying_, verifications_}, request,
            length, refusal);
    } else if (Fetcher::is_meant_by(request)) {
        sink = place_.fetcher.begin(request, actor, refusal);
    } else {
        sink = begin_upload(place_.upload, request, actor, length, refusal);
    }
    refusal.actor = actor;
    return sink;
}

Response Routes::failed(const Found& found, const Error& error) {
    place_.upload.log.error("request.failed", {{"request_id", found.request.id}, {"error", error.message}});
    return Response::problem(problems::from_error(error), found.request);
}

Response Routes::ready(const Found& found) {
    if (place_.stopping) {
        return Response::problem(problems::unavailable("The server is stopping."), found.request);
    }
    if (const auto usable = place_.upload.store.probe(); !usable) {
        return failed(found, usable.error());
    }
    if (place_.upload.folder.free_bytes() < place_.upload.options.min_free_bytes) {
        return Response::problem(problems::no_space(), found.request);
    }
    return Response::json(200, {{"status", "ready"}});
}

Response Routes::metrics(const Found& found) {
    const auto counts = place_.upload.store.counts();
    if (!counts) {
        return failed(found, counts.error());
    }
    Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = place_.upload.metrics.text(*counts, place_.upload.folder.free_bytes());
    return response;
}

Response Routes::description(const Found&) {
    Response response;
    response.body = kOpenApi;
    return response;
}

Response Routes::server(const Found&) {
    const Options& options = place_.upload.options;
    return Response::json(200, {{"version", kVersion},
                                {"max_upload_bytes", options.max_upload_bytes},
                                {"fetches_files", options.allow_fetch},
                                {"makes_callbacks", !options.callback_secret.empty()}});
}

Response Routes::analyzers(const Found& found) {
    const std::lock_guard lock(analyzers_mutex_);
    if (analyzers_.empty()) {
        const auto described = engine::describe_analyzers(place_.installation.worker);
        if (!described) {
            return failed(found, described.error());
        }
        analyzers_ = Json({{"analyzers", Json::parse(*described)}}).dump() + "\n";
    }
    Response response;
    response.body = analyzers_;
    return response;
}

Response Routes::list(const Found& found) {
    const auto query = parse_list_query(found.request.query);
    if (!query) {
        return Response::problem(problems::malformed(query.error().message), found.request);
    }
    const auto page = place_.upload.store.list(*query);
    if (!page) {
        return failed(found, page.error());
    }
    Json checks = Json::array();
    for (const CheckRecord& check : page->checks) {
        checks.push_back(check.json());
    }
    const Json next = page->more ? Json(cursor_of(page->checks.back().seq)) : Json(nullptr);
    return Response::json(200, {{"checks", std::move(checks)}, {"next_cursor", next}});
}

Response Routes::show(const Found& found) {
    const auto check = place_.upload.store.find(found.id);
    if (!check) {
        return failed(found, check.error());
    }
    return *check ? Response::json(200, (*check)->json())
                  : Response::problem(problems::not_found("There is no check with this id."), found.request);
}

Response Routes::remove(const Found& found) {
    const auto removed = place_.upload.store.remove(found.id, found.actor);
    if (!removed) {
        return failed(found, removed.error());
    }
    if (!*removed) {
        return Response::problem(problems::not_found("There is no check with this id."), found.request);
    }
    place_.cancel(found.id);
    place_.upload.folder.remove(found.id);
    place_.hub.changed(found.id);
    Response response;
    response.status = 204;
    response.content_type.clear();
    return response;
}

Response Routes::result_file(const Found& found, const std::string& name, const char* type) {
    const auto check = place_.upload.store.find(found.id);
    if (!check) {
        return failed(found, check.error());
    }
    if (!*check) {
        return Response::problem(problems::not_found("There is no check with this id."), found.request);
    }
    if ((*check)->state != State::kDone) {
        return Response::problem(
            problems::not_done(std::string("It is ") + name_of((*check)->state) + "; see its \"state\"."),
            found.request);
    }
    const fs::path path = place_.upload.folder.results(found.id) / name;
    std::error_code error;
    if (!fs::is_regular_file(path, error)) {
        return Response::problem(problems::not_found("This check has no such file."), found.request);
    }
    Response response;
    response.content_type = type;
    response.file = path.string();
    return response;
}

Response Routes::report(const Found& found) {
    return result_file(found, "report.json", "application/json");
}

Response Routes::report_page(const Found& found) {
    Response response = result_file(found, "report.html", "text/html; charset=utf-8");
    if (!response.file.empty()) {
        response.with("Content-Security-Policy", kReportPolicy);
        response.with("X-Frame-Options", "SAMEORIGIN");
    }
    return response;
}

Response Routes::document_file(const Found& found, const std::string& name, const char* type) {
    // The report is there whenever the results are: its absence explains itself.
    if (Response response = result_file(found, "report.json", "application/json"); response.file.empty()) {
        return response;
    }
    const auto made = place_.documents.make(found.id);
    if (!made) {
        return failed(found, made.error());
    }
    if (*made == Documents::Made::kBusy) {
        return Response::problem(problems::too_many_requests(kDocumentRetryS), found.request);
    }
    return result_file(found, name, type);
}

Response Routes::report_document(const Found& found) {
    Response response = document_file(found, "report.pdf", "application/pdf");
    if (!response.file.empty()) {
        response.with("Content-Disposition", "attachment; filename=\"report.pdf\"");
    }
    return response;
}

Response Routes::report_signature(const Found& found) {
    return result_file(found, "report.json.sig", "application/json");
}

Response Routes::document_signature(const Found& found) {
    return document_file(found, "report.pdf.sig", "application/json");
}

Response Routes::maps(const Found& found) {
    // The report is there whenever the results are: its absence explains itself.
    if (Response response = result_file(found, "report.json", "application/json"); response.file.empty()) {
        return response;
    }
    Json maps = Json::array();
    for (const std::string& name : map_names(place_.upload.folder, found.id)) {
        maps.push_back({{"name", name},
                        {"analyzer", name == "fused" ? Json(nullptr) : Json(name)},
                        {"url", "/v1/checks/" + found.id + "/maps/" + name + ".png"}});
    }
    return Response::json(200, {{"maps", std::move(maps)}});
}

Response Routes::map(const Found& found) {
    return result_file(found, "maps/" + found.name + ".png", "image/png");
}

Response Routes::preview(const Found& found) {
    return result_file(found, "preview.png", "image/png");
}

Response Routes::events(const Found& found) {
    const auto check = place_.upload.store.find(found.id);
    if (!check) {
        return failed(found, check.error());
    }
    if (!*check) {
        return Response::problem(problems::not_found("There is no check with this id."), found.request);
    }
    Response response;
    response.content_type = "text/event-stream";
    if (found.request.method != "HEAD") {
        response.events = follow_check(place_.hub, place_.upload.store, found.id);
    }
    return response;
}

}  // namespace bonafide::service
