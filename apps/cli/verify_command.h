#pragma once

#include "base/limits.h"
#include "engine/front/installation.h"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace bonafide::cli {

/// What `verify` was asked to do.
struct VerifyRequest {
    const CLI::App* command = nullptr;
    std::string report, file, signature;
    std::vector<std::string> keys;  ///< files or folders; empty: the user's own
    std::string trust_list, cache_folder;
    bool json = false, no_replay = false;
    Limits limits;
};

void add_verify(CLI::App& app, VerifyRequest& request);
/// 2: something could not be read; 1: something does not hold; 3: a question stays open; 0: all that was asked holds.
int run_verify(const VerifyRequest& request, const engine::Installation& installation);

}  // namespace bonafide::cli
