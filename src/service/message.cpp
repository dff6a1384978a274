#include "service/message.h"

#include "service/percent.h"

namespace bonafide::service {
const std::string& Request::header(const std::string& name) const {
    static const std::string kNone;
    const auto found = headers.find(name);
    return found != headers.end() ? found->second : kNone;
}

Response Response::json(int status, const nlohmann::ordered_json& json) {
    Response response;
    response.status = status;
    response.body = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    return response;
}

Response Response::problem(const Problem& problem, const Request& request) {
    // The query may hold what the sender would not want to see stored beside a problem.
    Response response = json(problem.status, problem.json(request.path, request.id));
    response.content_type = "application/problem+json";
    if (problem.retry_after_s > 0) {
        response.with("Retry-After", std::to_string(problem.retry_after_s));
    }
    if (!problem.allow.empty()) {
        response.with("Allow", problem.allow);
    }
    if (problem.status == 401) {
        response.with("WWW-Authenticate", "Bearer");
    }
    return response;
}

Response& Response::with(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
}

std::optional<Target> parse_target(std::string_view target) {
    if (target.empty() || target.front() != '/') {
        return std::nullopt;
    }
    const std::size_t question = target.find('?');
    auto path = percent_decoded(target.substr(0, question), false);
    if (!path) {
        return std::nullopt;
    }
    Target parsed{std::move(*path), {}};
    std::string_view rest = question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
    while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        const std::size_t equals = pair.find('=');
        auto name = percent_decoded(pair.substr(0, equals), true);
        auto value =
            percent_decoded(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
        if (!name || !value) {
            return std::nullopt;
        }
        if (!name->empty()) {
            parsed.query[std::move(*name)] = std::move(*value);
        }
    }
    return parsed;
}

}  // namespace bonafide::service
