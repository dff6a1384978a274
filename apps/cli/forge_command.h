#pragma once

#include "commands.h"
#include "engine/front/speech.h"
#include "forge/identity/consent.h"

#include <CLI/CLI.hpp>

#include <map>
#include <string>
#include <vector>

namespace bonafide::cli {

/// What `forge` was asked to do.
struct ForgeRequest {
    CLI::App *command = nullptr, *blend = nullptr, *swap = nullptr, *animal = nullptr, *launder = nullptr;
    CLI::App *reconstruct = nullptr, *mouth = nullptr, *video = nullptr, *face_of_nobody = nullptr;
    CLI::App *voice = nullptr, *resynthesise = nullptr, *splice = nullptr, *convert = nullptr, *mimic = nullptr;
    CLI::App *consent = nullptr, *consent_new = nullptr, *consent_show = nullptr;
    std::string file, face, sound, output, keys;
    std::string profile, consent_file, face_model = "vae", swap_model = "mesh", network;
    std::string likened_vocoder;  ///< of "convert", "mimic" and "video"
    engine::Sentence sentence;    ///< of "mimic" and "video"
    bool no_label = false, json = false;
    std::map<std::string, std::vector<std::string>> steps;  ///< of launder: name to values, each in its own order
    forge::Order order;
    forge::Consent record;
    Limits limits;
};

/// Adds the command `forge` with its own commands to `app`; `request` must outlive it.
void add_forge(CLI::App& app, ForgeRequest& request);

/// What all kinds take: FILE, where the result goes, keys and limits. `endings`: of the result's name, in words.
void add_forge_common(CLI::App& command, ForgeRequest& request, const std::string& file, const std::string& endings);

/// The text that a person is to say, and the sample of their voice.
void add_sentence(CLI::App& command, ForgeRequest& request);

/// Adds `forge voice` with its own commands.
void add_forge_voice(ForgeRequest& request);

/// Runs whichever of them was parsed.
int run_forge(ForgeRequest& request, const engine::Installation& installation);

}  // namespace bonafide::cli
