#pragma once

#include "people.h"

#include <CLI/CLI.hpp>

namespace bonafide::cli {

/// Adds `voice` and its subcommands to `app`.
void add_voice(CLI::App& app, PeopleRequest& request);
/// Runs the one that was given; an exit code.
int run_voice(const PeopleRequest& request, const engine::Installation& installation);

}  // namespace bonafide::cli
