#pragma once

#include "commands.h"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace bonafide::cli {

/// What `camera` was asked to do.
struct CameraRequest {
    std::string gallery;  ///< folder; empty: the user's own
    std::string name;
    std::string file;
    std::vector<std::string> pictures;
    bool json = false;
    Limits limits;
    CLI::App* command = nullptr;
    CLI::App *enroll = nullptr, *match = nullptr, *list = nullptr, *remove = nullptr;
};

/// Adds the command and its subcommands to `app`.
void add_camera(CLI::App& app, CameraRequest& request);
/// Runs the one that was given; an exit code.
int run_camera(const CameraRequest& request, const engine::Installation& installation);

/// Fills in the job's camera from the gallery; kUsage where there is none of that name.
Result<void> choose_camera(const std::string& name, const std::string& gallery, engine::Job& job);

}  // namespace bonafide::cli
