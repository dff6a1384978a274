#pragma once

#include "service/database.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace bonafide::service {

/// What was done, by whom, to what. Every entry holds the hash of the one before it: one that is changed, taken out or
/// put in later shows. An entry is written in the transaction of what it tells about, so neither stands without the
/// other.
struct AuditEntry {
    std::string event;    ///< "check.accepted", "key.added", ...
    std::string subject;  ///< the check's id, the key's name
    std::string actor;    ///< name of the API key; empty: whoever is on this machine; "service": the service itself
    nlohmann::ordered_json detail = nlohmann::ordered_json::object();
};

/// Adds an entry at the end of the chain, in the transaction that is open.
Result<void> append_audit(Connection& connection, const AuditEntry& entry);

/// The same in a transaction of its own.
Result<void> append_audit(Database& database, const AuditEntry& entry);

/// Hands every entry on as one line of JSON, oldest first. kInvalid, naming the entry, where the chain is broken.
/// Entries taken off the end cannot be missed from inside: whoever needs that keeps the last hash elsewhere.
Result<void> read_audit(Connection& connection, const std::function<void(const std::string& line)>& take);

}  // namespace bonafide::service
