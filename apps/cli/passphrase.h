#pragma once

#include "base/result.h"

#include <optional>
#include <string>

namespace bonafide::cli {

/// How a gallery's passphrase is given: in a file or typed, never as an argument, which others on the machine can read.
struct PassphraseChoice {
    std::string file;  ///< its first line; empty: none
    bool ask = false;
};

/// The passphrase, or nothing where none was chosen. Asks on the terminal without showing what is typed, twice where
/// `is_new`. kIo: the file cannot be read, or there is no terminal; kUsage: empty, or the two differ.
Result<std::optional<std::string>> passphrase_of(const PassphraseChoice& choice, bool is_new);

}  // namespace bonafide::cli
