#pragma once

#include "service/database.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace bonafide::service {

/// What an API key may do.
enum class Scope { kSubmit, kRead, kDelete, kMetrics };
const char* name_of(Scope scope);  ///< "submit", "read", "delete", "metrics"
std::optional<Scope> scope_from(const std::string& name);

struct KeyRecord {
    std::string name;
    std::set<Scope> scopes;
    std::int64_t created_ms = 0;
};

/// API keys. The database holds the SHA-256 of each and never the key itself: with 256 random bits in it, a key cannot
/// be found from its hash by guessing, so a slow hash would add nothing. Thread-safe.
class KeyStore {
  public:
    explicit KeyStore(Database& database) : database_(database) {}

    /// Makes a key and returns it: the only time that it can be seen. kUsage where the name is taken, or is not made of
    /// 1 to 64 letters, digits, '.', '_' and '-'.
    Result<std::string> add(const std::string& name, const std::set<Scope>& scopes);
    /// False where there is none of that name.
    Result<bool> revoke(const std::string& name);
    Result<std::vector<KeyRecord>> list();
    /// Whose key `key` is; nothing where it is nobody's.
    Result<std::optional<KeyRecord>> find(const std::string& key);

  private:
    Database& database_;
};

}  // namespace bonafide::service
