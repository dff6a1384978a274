#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "engine/protocol/forge.h"
#include "report/report.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::engine {

/// File descriptors of a worker, beside standard input (the job) and standard error (its last words).
inline constexpr int kInputFd = 3;
inline constexpr int kOutputFd = 4;
inline constexpr int kMaskFd = 5;  ///< the mask, or the second picture of a forgery, where the job names one

/// What a worker can do with its input.
enum class Task {
    kCheck,              ///< the main job: a report
    kCameraPlanes,       ///< what one picture says about its camera's sensor: CameraPlanes (protocol/camera.h)
    kCameraFingerprint,  ///< the input is CameraSums, not a picture: the fingerprint's file
    kFaces,              ///< where faces are, and who is who: SeenFaces (protocol/faces.h)
    kVoices,             ///< who speaks: HeardVoices (protocol/voices.h)
    kForge,              ///< makes of a picture what `forge` orders: marked, still without its credential
    kForgeSeal,          ///< the input is what kForge made: the same with a content credential
};

/// What a worker is asked to do with the one input it is given. Travels as JSON on its standard input.
struct Job {
    Task task = Task::kCheck;
    std::string path;  ///< as the user gave it: shown, never opened
    std::string sha256;
    Limits limits;
    std::vector<std::string> only, skip;                              ///< globs over analyzer ids; `only` empty: all
    std::map<std::string, std::map<std::string, double>> parameters;  ///< analyzer id -> parameter -> value
    double prior = 0.5;
    int threads = 1;
    bool maps = false;          ///< send full-size maps
    bool presentation = false;  ///< send what an HTML page shows
    bool preview = false;       ///< send a picture anew as "preview.png", upright, at most 1,600 px
    bool localise = false;      ///< send the shade counts of every map (worker/localise.h)
    std::string mask;      ///< a picture that is white where the input was changed; opened by whoever starts the worker
    bool launder = false;  ///< analyse the input as a social network would pass it on (worker/launder.h)
    std::string data_folder;  ///< models/manifest.json, models/calibration.json
    std::vector<std::string> model_folders;
    std::string cache_folder;
    std::string trust_anchors_pem;
    std::string camera;       ///< name of the camera whose fingerprint is compared; empty: none
    std::string camera_file;  ///< where its fingerprint lies
    std::string claimed;      ///< name of the person who is said to be shown or heard; empty: nobody
    /// What is known of that person's face, one entry a look (evidence::FaceNumbers), and of their voice, one entry a
    /// recording (evidence::VoiceNumbers); at least one of both.
    std::vector<std::vector<float>> claimed_looks, claimed_voices;
    bool face_landmarks = false;  ///< kFaces: all landmarks of every frame (of pictures they come anyway)
    bool face_numbers = false;    ///< kFaces: what tells people apart
    std::string face_drawing;     ///< kFaces: "png", "jpeg" or "webm", drawn with what was seen; empty: none
    forge::Order forge;           ///< kForge
    std::string second;           ///< kForge: the second picture, where it takes one; shown, never opened
    ForgeSeal seal;               ///< kForgeSeal
    /// For the report alone: stays with whoever asks, and is not sent. The time is filled in where a record is given.
    std::optional<report::CaseRecord> case_record;
};

std::string to_json(const Job& job);
Result<Job> parse_job(std::string_view json);

}  // namespace bonafide::engine
