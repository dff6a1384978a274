#pragma once

// JSON of what travels between the program and a worker that forges; for the sources of this folder alone.
#include "engine/protocol/forge.h"

#include <nlohmann/json.hpp>

namespace bonafide::forge {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, kind, format, seed, label, mask, animal, places, all_faces, person_at,
                                   profile, steps, upsampling, driver, model, to_seed, faces, voice, vocoder, moves,
                                   person, consent, consent_signer)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Made, kind, format, description, fake, label, width_px, height_px, frames,
                                   duration_s, watermark_psnr_db, watermark_exponent, watermark_exponent_after,
                                   consent_sha256, purpose)

}  // namespace bonafide::forge

namespace bonafide::engine {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ForgeSeal, made, key_pem, certificates_pem)

}  // namespace bonafide::engine
