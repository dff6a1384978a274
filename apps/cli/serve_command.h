#pragma once

#include "commands.h"
#include "service/options.h"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace bonafide::cli {

/// What `serve` was asked to do.
struct ServeRequest {
    service::Options options;
    std::string callback_secret_file;
    std::string database_file;
    CLI::Option *lease = nullptr, *database_connections = nullptr;
    std::string key_name;
    std::vector<std::string> scopes;
    bool json = false;
    CLI::App* command = nullptr;
    CLI::App *add_key = nullptr, *list_keys = nullptr, *revoke_key = nullptr, *audit = nullptr;
};

/// Adds the command and its subcommands to `app`.
void add_serve(CLI::App& app, ServeRequest& request);
/// Runs the server until it is told to stop, or the subcommand that was given; an exit code.
int run_serve(ServeRequest request, const engine::Installation& installation);

}  // namespace bonafide::cli
