#pragma once

#include "service/check_store.h"
#include "service/data_folder.h"
#include "service/log.h"
#include "service/message.h"
#include "service/metrics.h"
#include "service/multipart.h"
#include "service/options.h"
#include "service/secrets.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace bonafide::service {

/// What an upload needs of the service.
struct UploadPlace {
    const Options& options;
    DataFolder& folder;
    CheckStore& store;
    Metrics& metrics;
    Log& log;
    std::function<void()> accepted;  ///< a check waits: runners may look
};

/// A file on its way to becoming a check.
class UploadSink : public BodySink {
  public:
    /// The name of the file, where the request itself gives none.
    virtual void suggest_name(const std::string& name) = 0;
};

/// Starts to take in the body of `POST /v1/checks`: raw, or multipart/form-data with exactly one part "file". It goes
/// straight to disk; the check exists once finish() has answered 202. Null where the request is refused: `refusal` says
/// why. `length`: of the body where it is known.
std::unique_ptr<UploadSink> begin_upload(const UploadPlace& place, const Request& request, const std::string& actor,
                                         std::optional<std::uint64_t> length, Response& refusal);

}  // namespace bonafide::service
