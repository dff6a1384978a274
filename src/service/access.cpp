#include "service/access.h"

#include <algorithm>
#include <utility>

namespace bonafide::service {
namespace {

/// Wrong keys from one address, a minute. A key holds 256 random bits; this keeps guessing out of the logs, not out of
/// luck.
constexpr double kGuessesPerMinute = 10;
constexpr std::string_view kBearer = "Bearer ";

bool all_digits(std::string_view text) {
    return text.size() <= 5 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// What stands behind "http://" or "https://".
std::optional<std::string_view> authority_of(std::string_view origin) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (origin.starts_with(scheme)) {
            return origin.substr(scheme.size());
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> host_name(std::string_view host) {
    std::string_view name = host, port;
    if (host.starts_with('[')) {
        const std::size_t end = host.find(']');
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        name = host.substr(1, end - 1);
        port = host.substr(end + 1);
    } else if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
        name = host.substr(0, colon);
        port = host.substr(colon);
    }
    if (name.empty() || (!port.empty() && (port.front() != ':' || !all_digits(port.substr(1))))) {
        return std::nullopt;
    }
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return lower;
}

Access::Access(KeyStore& keys, AccessOptions options)
    : keys_(keys),
      options_(std::move(options)),
      of_keys_(options_.requests_per_minute),
      of_guesses_(kGuessesPerMinute) {}

std::optional<Problem> Access::refusal_of_origin(const Request& request) const {
    const auto name = host_name(request.header("host"));
    if (!name) {
        return problems::malformed("The Host header is missing or malformed.");
    }
    // Where a key is needed, a foreign name that points here gains nothing: it has no key.
    if (!options_.key_needed &&
        std::find(options_.hosts.begin(), options_.hosts.end(), *name) == options_.hosts.end()) {
        return problems::wrong_host("Ask for this server by its own name or address, or start it with --host-name.");
    }
    const std::string& origin = request.header("origin");
    if (!origin.empty() && authority_of(origin) != std::optional<std::string_view>(request.header("host"))) {
        return problems::cross_site("The Origin header names another site.");
    }
    const std::string& site = request.header("sec-fetch-site");
    if (site == "cross-site" || site == "same-site") {
        // A link that a person follows is no request of the other site's script.
        const bool followed_link = request.method == "GET" && request.header("sec-fetch-mode") == "navigate" &&
                                   request.header("sec-fetch-dest") == "document";
        if (!followed_link) {
            return problems::cross_site("A page of another site asked for this.");
        }
    }
    return std::nullopt;
}

std::optional<Problem> Access::refusal_of_key(const Request& request, Scope scope, std::string& actor) {
    const std::string& given = request.header("authorization");
    if (given.empty()) {
        return options_.key_needed ? std::optional(problems::key_missing(
                                         "Send \"Authorization: Bearer KEY\" with a key of this server."))
                                   : std::nullopt;
    }
    if (const int wait = of_guesses_.wait_s(request.remote); wait > 0) {
        return problems::too_many_requests(wait);
    }
    const auto key = given.starts_with(kBearer) ? keys_.find(given.substr(kBearer.size()))
                                                : Result<std::optional<KeyRecord>>(std::nullopt);
    if (!key) {
        return problems::from_error(key.error());
    }
    if (!*key) {
        (void)of_guesses_.take(request.remote);
        return problems::key_missing("That is no key of this server.");
    }
    actor = (*key)->name;
    if (const int wait = of_keys_.take(actor); wait > 0) {
        return problems::too_many_requests(wait);
    }
    if ((*key)->scopes.count(scope) == 0) {
        return problems::not_permitted(std::string("This needs a key with the scope '") + name_of(scope) + "'.");
    }
    return std::nullopt;
}

std::optional<Problem> Access::refusal(const Request& request, Scope scope, std::string& actor) {
    if (auto refused = refusal_of_origin(request)) {
        return refused;
    }
    return refusal_of_key(request, scope, actor);
}

}  // namespace bonafide::service
