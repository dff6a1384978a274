#pragma once

#include "engine/front/installation.h"
#include "engine/front/speech.h"
#include "engine/protocol/job.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bonafide::engine {

/// A finished picture: label, watermark and content credential as the forge's rules have it (docs/adr/0011).
struct ForgedFile {
    std::vector<std::uint8_t> bytes;
    forge::Made made;
};

/// What is forged of.
struct ForgeSources {
    std::string path;    ///< the picture, film or recording; empty: the kind takes none
    std::string second;  ///< the other one, where the kind takes two; else empty
    /// What is to be said: of "voice" and "mimic" in the voice of `second`, where there is no `path`; of "video" by the
    /// person of `path` in the voice of `second`.
    std::optional<Sentence> sentence = {};
};

/// Makes what `job.forge` orders of `sources`. One worker looks at pictures and recordings, another one, which sees
/// only what the first has made, holds the signing key of `key_folder` (made at first use). A sentence is spoken by a
/// program (speech.h) that sees nothing else, and a video of a sentence takes one worker more, for the voice. Nothing
/// is written but keys. An error in words where it cannot be done; consent is checked before anything else.
Result<ForgedFile> forge_file(const ForgeSources& sources, Job job, const Installation& installation,
                              const std::string& key_folder);

}  // namespace bonafide::engine
