#pragma once

#include "engine/front/installation.h"
#include "engine/front/signature.h"
#include "service/upload.h"

#include <atomic>
#include <mutex>
#include <optional>

namespace bonafide::service {

/// What `POST /v1/verify` needs of the service. All references outlive it.
struct VerifyPlace {
    UploadPlace upload;
    const engine::Installation& installation;
    const std::vector<engine::PublicKey>& trusted;
    const std::atomic<bool>& stopping;
    std::mutex& replaying;            ///< held by the one request whose analysis is repeated
    std::atomic<int>& verifications;  ///< under way: each holds a report in memory
};

/// Starts to take in the body: a report (JSON or PDF) as it is, or a form with the parts "report", "signature" and
/// "file", of which the report alone must be there. The answer waits for the analysis of "file". Null where the request
/// is refused: `refusal` says why.
std::unique_ptr<BodySink> begin_verification(const VerifyPlace& place, const Request& request,
                                             std::optional<std::uint64_t> length, Response& refusal);

}  // namespace bonafide::service
