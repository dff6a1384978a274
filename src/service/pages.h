#pragma once

#include "base/result.h"
#include "service/message.h"

#include <map>
#include <memory>
#include <string>

namespace bonafide::service {

/// The built web pages, read once into memory: what is served is what was there at the start, and no request can name a
/// file.
class Pages {
  public:
    /// Reads the files below `folder` whose type is known. A folder that is empty or absent gives a plain page that
    /// says how to come to the real ones. kLimit beyond 64 MiB.
    static Result<Pages> load(const std::string& folder);

    /// A page or one of its files; the first page for a path that names none. Nothing for a missing file below
    /// /assets/.
    std::optional<Response> find(const Request& request) const;

  private:
    struct File {
        std::string type, etag;
        std::string bytes;
    };
    std::map<std::string, File> files_;  ///< by path, "/index.html"
};

}  // namespace bonafide::service
