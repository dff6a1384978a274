#pragma once

#include "base/result.h"

#include <nlohmann/json.hpp>

#include <string>

namespace bonafide::service {

/// Why a request was not answered as asked, as RFC 9457 has it.
struct Problem {
    int status = 500;
    std::string name;  ///< "/problems/NAME" is its type
    std::string title;
    std::string detail;
    int retry_after_s = 0;  ///< 0: no word about another try
    std::string allow;      ///< methods that would work, for 405

    nlohmann::ordered_json json(const std::string& instance, const std::string& request_id) const;
};

/// Each kind of problem in one place. `detail` says what is wrong with this request, and what to do about it.
namespace problems {
Problem malformed(std::string detail);               ///< 400
Problem key_missing(std::string detail);             ///< 401
Problem not_permitted(std::string detail);           ///< 403
Problem cross_site(std::string detail);              ///< 403
Problem fetching_off();                              ///< 403
Problem not_found(std::string detail);               ///< 404
Problem method_not_allowed(std::string allow);       ///< 405
Problem too_slow();                                  ///< 408
Problem not_done(std::string detail);                ///< 409
Problem length_required();                           ///< 411
Problem too_large(std::string detail);               ///< 413
Problem encoding_not_supported(std::string detail);  ///< 415
Problem wrong_host(std::string detail);              ///< 421
Problem key_reused(std::string detail);              ///< 422
Problem queue_full(int retry_after_s);               ///< 429
Problem too_many_requests(int retry_after_s);        ///< 429
Problem header_too_large();                          ///< 431
Problem fetch_failed(std::string detail);            ///< 502
Problem unavailable(std::string detail);             ///< 503
Problem fetch_timed_out(std::string detail);         ///< 504
Problem no_space();                                  ///< 507
Problem internal(std::string detail);                ///< 500
/// What an error of the store or the disk means for whoever asked: 503 where another try may help, else 500.
Problem from_error(const Error& error);
}  // namespace problems

}  // namespace bonafide::service
