#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bonafide::forge {

/// What the forge is asked to make of a picture, film or recording. Travels to the worker.
struct Order {
    std::string kind = {};                ///< "blend", "swap", "animal", "mouth", "video", "reconstruct", "face", ...
    std::string format = "png";           ///< of the result: "png", "jpeg", "webp"; "mp4"; "m4a", "mp3", "wav"
    std::uint64_t seed = 1;               ///< of all that is drawn at random
    bool label = true;                    ///< draw the visible label; credential and watermark there are always
    std::string mask = {};                ///< blend: the mask's shape; empty: drawn at random
    std::string animal = {};              ///< animal: one of the drawn ones; empty: the second picture shows it
    std::vector<double> places = {};      ///< animal: of that picture: x, y of left eye, right eye and mouth, px
    bool all_faces = false;               ///< of a film: change everybody, not one person alone
    std::vector<double> person_at = {};   ///< of a film: x, y in px of the first face to lie there; empty: the largest
    std::string profile = {};             ///< launder: a named list of steps that come first; empty: none
    std::vector<std::string> steps = {};  ///< launder: "fit=1080", "jpeg=70", ... in order
    std::string upsampling = {};          ///< reconstruct: the layer (reconstruct.h)
    std::string driver = {};              ///< mouth: "sound" or "mouth" of what is given second
    std::string model = {};               ///< face: made_up_face.h; swap: "autoencoder", or "mesh" (also: "")
    std::uint64_t to_seed = 0;            ///< face: the last one's, where there are several
    int faces = 1;                        ///< face: how many, on the way from `seed` to `to_seed`
    std::string voice = {};               ///< voice: "resynthesise", "splice", "convert", "mimic"
    std::string vocoder = {};             ///< voice: vocoder.h; what renders it
    int moves = 3;                        ///< voice, splice: pieces to be moved
    std::string person = {};              ///< whose likeness, as the consent record names them
    std::string consent = {};             ///< the record's text
    std::string consent_signer = {};      ///< public key of this installation
};

/// What was made. Comes back from the worker, and into the content credential.
struct Made {
    std::string kind = {};
    std::string format = {};
    std::string description = {};  ///< for a person
    bool fake = true;    ///< false: the picture still shows what it showed (laundering a picture without mark)
    bool label = false;  ///< the visible label is drawn on it
    int width_px = 0, height_px = 0;      ///< 0: a recording
    std::int64_t frames = 0;              ///< 0: no film
    double duration_s = 0;                ///< of a film or recording
    double watermark_psnr_db = 0;         ///< of the watermark's own change; 0 where none was put in
    double watermark_exponent = 0;        ///< of what is found in the result as it was saved
    double watermark_exponent_after = 0;  ///< after half size and JPEG 60 together; 0 where none was put in
    std::string consent_sha256 = {};      ///< of the record; empty: none was needed
    std::string purpose = {};             ///< as it states
};

}  // namespace bonafide::forge
