#include "service/problem.h"

#include "service/connection.h"

#include <utility>

namespace bonafide::service {
namespace {

constexpr int kSoonS = 2;

Problem make(int status, const char* name, const char* title, std::string detail, int retry_after_s = 0) {
    return {status, name, title, std::move(detail), retry_after_s, ""};
}

}  // namespace

nlohmann::ordered_json Problem::json(const std::string& instance, const std::string& request_id) const {
    return {{"type", "/problems/" + name}, {"title", title},          {"status", status}, {"detail", detail},
            {"instance", instance},        {"request_id", request_id}};
}

namespace problems {

Problem malformed(std::string detail) {
    return make(400, "malformed", "The request is malformed", std::move(detail));
}
Problem key_missing(std::string detail) {
    return make(401, "key-missing", "An API key is needed", std::move(detail));
}
Problem not_permitted(std::string detail) {
    return make(403, "not-permitted", "The API key does not permit this", std::move(detail));
}
Problem cross_site(std::string detail) {
    return make(403, "cross-site", "Requests from other sites are refused", std::move(detail));
}
Problem fetching_off() {
    return make(403, "fetching-off", "This server fetches nothing",
                "It was started without --allow-fetch. Send the file itself, with a type of its own.");
}
Problem not_found(std::string detail) {
    return make(404, "not-found", "There is no such thing", std::move(detail));
}
Problem method_not_allowed(std::string allow) {
    Problem problem = make(405, "method-not-allowed", "The method does not fit", "Allowed here: " + allow + ".");
    problem.allow = std::move(allow);
    return problem;
}
Problem too_slow() {
    return make(408, "too-slow", "The upload is too slow", "Send at least 2 KiB a second.");
}
Problem not_done(std::string detail) {
    return make(409, "not-done", "The check is not done", std::move(detail));
}
Problem length_required() {
    return make(411, "length-required", "The length is missing",
                "Send Content-Length, or Transfer-Encoding: chunked, with a body.");
}
Problem too_large(std::string detail) {
    return make(413, "too-large", "The upload is too large", std::move(detail));
}
Problem encoding_not_supported(std::string detail) {
    return make(415, "encoding-not-supported", "The encoding is not supported", std::move(detail));
}
Problem wrong_host(std::string detail) {
    return make(421, "wrong-host", "This server does not answer to that name", std::move(detail));
}
Problem key_reused(std::string detail) {
    return make(422, "idempotency-key-reused", "The Idempotency-Key was used for something else", std::move(detail));
}
Problem queue_full(int retry_after_s) {
    return make(429, "queue-full", "The queue is full", "As many checks as this server takes in are waiting.",
                retry_after_s);
}
Problem too_many_requests(int retry_after_s) {
    return make(429, "too-many-requests", "Too many requests", "Slow down; Retry-After says for how long.",
                retry_after_s);
}
Problem header_too_large() {
    return make(431, "header-too-large", "The header is too large", "All header lines together may hold 16 KiB.");
}
Problem fetch_failed(std::string detail) {
    return make(502, "fetch-failed", "The file could not be fetched", std::move(detail));
}
Problem fetch_timed_out(std::string detail) {
    return make(504, "fetch-timed-out", "Fetching the file took too long", std::move(detail));
}
Problem unavailable(std::string detail) {
    return make(503, "unavailable", "Not available at the moment", std::move(detail), kSoonS);
}
Problem no_space() {
    return make(507, "no-space", "The disk is full", "There is no room for uploads. The operator must make some.", 60);
}
Problem internal(std::string detail) {
    return make(500, "internal", "The server failed", std::move(detail));
}

Problem from_error(const Error& error) {
    if (is_busy(error)) {
        return unavailable("The database is locked by another program.");
    }
    if (is_unreachable(error)) {
        return unavailable("The database does not answer. What was accepted before is kept.");
    }
    if (error.code == ErrorCode::kLimit) {
        return no_space();
    }
    // What exactly went wrong names files and is for the log, not for whoever asked.
    return internal("The server could not read or write its data. Its log says more under this request's id.");
}

}  // namespace problems

}  // namespace bonafide::service
