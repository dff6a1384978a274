#pragma once

#include "engine/front/face_look.h"
#include "people.h"

#include <CLI/CLI.hpp>

#include <string>

namespace bonafide::cli {

/// What `faces` was asked to do.
struct FacesRequest : PeopleRequest {
    std::string drawing;  ///< --draw
    bool landmarks = false;
    CLI::App* detect = nullptr;
};

/// Adds the command and its subcommands to `app`.
void add_faces(CLI::App& app, FacesRequest& request);
/// Runs the one that was given; an exit code.
int run_faces(const FacesRequest& request, const engine::Installation& installation);

// The subcommands, each an exit code.
int detect_faces(const FacesRequest& request, const engine::Installation& installation);
int compare_faces(const FacesRequest& request, const engine::Installation& installation);
int enroll_face(const FacesRequest& request, const engine::Installation& installation);
int match_faces(const FacesRequest& request, const engine::Installation& installation);

/// A job with what every subcommand sets.
engine::Job faces_job(const FacesRequest& request);

}  // namespace bonafide::cli
