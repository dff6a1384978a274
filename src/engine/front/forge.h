#pragma once

#include "engine/front/installation.h"
#include "engine/protocol/job.h"

#include <cstdint>
#include <string>
#include <vector>

namespace bonafide::engine {

/// A finished picture: label, watermark and content credential as the forge's rules have it (docs/adr/0011).
struct ForgedFile {
    std::vector<std::uint8_t> bytes;
    forge::Made made;
};

/// Makes what `job.forge` orders of the picture at `path` (empty where the kind takes none), and of the one at
/// `second_path` where the kind takes two (else empty). One worker looks at the pictures, another one, which sees only
/// what the first has made, holds the signing key of `key_folder` (made at first use). Nothing is written but keys. An
/// error in words where it cannot be done.
Result<ForgedFile> forge_file(const std::string& path, const std::string& second_path, Job job,
                              const Installation& installation, const std::string& key_folder);

}  // namespace bonafide::engine
