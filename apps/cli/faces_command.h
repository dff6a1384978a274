#pragma once

#include "commands.h"
#include "engine/front/face_look.h"
#include "engine/front/person_gallery.h"
#include "passphrase.h"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace bonafide::cli {

/// Where enrolled people are kept, and how it is opened.
struct PeopleChoice {
    std::string gallery;  ///< file; empty: the user's own
    PassphraseChoice passphrase;
};

/// What `faces` was asked to do.
struct FacesRequest {
    std::string file, other;  ///< pictures or films
    std::string drawing;      ///< --draw
    std::string name;
    std::vector<std::string> files;
    PeopleChoice people;
    bool landmarks = false, json = false;
    Limits limits;
    std::string cache_folder;
    CLI::App* command = nullptr;
    CLI::App *detect = nullptr, *compare = nullptr, *enroll = nullptr, *match = nullptr, *list = nullptr,
             *remove = nullptr;
};

/// Adds the command and its subcommands to `app`.
void add_faces(CLI::App& app, FacesRequest& request);
/// Runs the one that was given; an exit code.
int run_faces(const FacesRequest& request, const engine::Installation& installation);

/// Adds the options that tell where people are kept.
void add_people_options(CLI::App& command, PeopleChoice& choice, const std::string& gallery_option);
/// Opens the gallery that `choice` names.
Result<engine::PersonGallery> open_people(const PeopleChoice& choice, const engine::Installation& installation,
                                          engine::PersonGallery::Access access);
/// Fills in the job's claimed person from the gallery; kUsage where nobody is called so.
Result<void> choose_person(const std::string& name, const PeopleChoice& choice,
                           const engine::Installation& installation, engine::Job& job);

// The subcommands, each an exit code.
int detect_faces(const FacesRequest& request, const engine::Installation& installation);
int compare_faces(const FacesRequest& request, const engine::Installation& installation);
int enroll_person(const FacesRequest& request, const engine::Installation& installation);
int match_faces(const FacesRequest& request, const engine::Installation& installation);
int list_people(const FacesRequest& request, const engine::Installation& installation);
int delete_person(const FacesRequest& request, const engine::Installation& installation);

/// A job with what every subcommand sets.
engine::Job faces_job(const FacesRequest& request);
/// Prints JSON in one line; what is no UTF-8 is replaced.
void print_json(const nlohmann::ordered_json& json);

}  // namespace bonafide::cli
