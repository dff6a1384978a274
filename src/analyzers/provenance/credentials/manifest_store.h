#pragma once

#include "base/result.h"
#include "ingest/byte_source.h"
#include "ingest/identify.h"

#include <optional>
#include <string>

namespace bonafide::analyzers::credentials {

/// What reading an input's manifest store gave. Exactly one of the three holds, `json`, `absent` or `broken`.
struct StoreReading {
    std::string json;     ///< the manifest store with its validation results, as libc2pa reports it; not to be trusted
    bool absent = false;  ///< there is none in the file
    std::string remote_url;  ///< with `absent`: where the file says that its manifest lies; never fetched
    std::string broken;      ///< a store is there, or may be there, but cannot be read: the library's words
};

/// The media type under which libc2pa reads `identity`'s container, or nothing where it reads no such container.
std::optional<std::string> readable_media_type(const ingest::Identity& identity);

/// Reads and validates the manifest store in `source` without a file, a network or a process of its own.
/// `trust_anchors_pem` are certificates in PEM that signers may chain to; empty: no signer is trusted. kLimit where the
/// library wants to read the input many times over, kUsage where the anchors are no certificates, kInternal where the
/// library cannot be set up.
Result<StoreReading> read_manifest_store(const ingest::ByteSource& source, const std::string& media_type,
                                         const std::string& trust_anchors_pem);

/// Whether the C2PA superbox (ISO 19566-5 with the type of C2PA 2.2) stands anywhere in the first
/// `most_bytes` of `source`.
bool holds_manifest_box(const ingest::ByteSource& source, std::uint64_t most_bytes);

/// Name and version of the validator, for reports: "c2pa-rs/0.91.3".
std::string library_version();

}  // namespace bonafide::analyzers::credentials
