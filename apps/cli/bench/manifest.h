#pragma once

#include "base/result.h"

#include <string>
#include <vector>

namespace bonafide::cli {

/// One line of a manifest.
struct BenchRow {
    std::string file;  ///< as written
    std::string path;  ///< as it can be opened
    bool manipulated = false;
    std::string label, kind;  ///< the kind is the label where none is given
    std::string group;        ///< empty: a group of its own
    std::string mask;         ///< as it can be opened; empty: none given
    std::size_t line = 0;
};

struct Manifest {
    std::vector<BenchRow> rows;
    std::string sha256;
};

/// Reads a CSV (RFC 4180, UTF-8) with the columns file and label, and optionally kind, group and mask; others are
/// ignored. Relative paths start at the manifest's folder. Labels that mean genuine: `genuine_labels`, and "real",
/// "authentic", "genuine" and "bona_fide"; any other means manipulated or synthetic. kInvalid with every problem found,
/// one a line: columns missing, lines too short, files or masks that are not there, files listed twice.
Result<Manifest> read_manifest(const std::string& path, const std::vector<std::string>& genuine_labels);

/// `most` rows drawn at random, in the order of the manifest; all where `most` is 0 or there are no more.
void draw_rows(Manifest& manifest, std::size_t most, std::uint64_t seed);

/// The cells of a CSV text, a vector a line; empty lines are skipped. Quotes may hold commas, line breaks and doubled
/// quotes.
std::vector<std::vector<std::string>> parse_csv(const std::string& text);

}  // namespace bonafide::cli
