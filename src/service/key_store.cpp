#include "service/key_store.h"

#include "service/audit_log.h"
#include "service/secrets.h"

#include <array>

namespace bonafide::service {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::array kScopes = {std::pair{Scope::kSubmit, "submit"}, std::pair{Scope::kRead, "read"},
                                std::pair{Scope::kDelete, "delete"}, std::pair{Scope::kMetrics, "metrics"}};

bool is_name(const std::string& name) {
    static constexpr const char* kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return !name.empty() && name.size() <= 64 && name.find_first_not_of(kAllowed) == std::string::npos;
}

std::string joined(const std::set<Scope>& scopes) {
    std::string text;
    for (const Scope scope : scopes) {
        text += (text.empty() ? "" : " ") + std::string(name_of(scope));
    }
    return text;
}

KeyRecord record_of(const Statement& row) {
    KeyRecord record{row.text(0), {}, row.integer(2)};
    const std::string scopes = " " + row.text(1) + " ";
    for (const auto& [scope, name] : kScopes) {
        if (scopes.find(" " + std::string(name) + " ") != std::string::npos) {
            record.scopes.insert(scope);
        }
    }
    return record;
}

}  // namespace

const char* name_of(Scope scope) {
    for (const auto& [value, name] : kScopes) {
        if (value == scope) {
            return name;
        }
    }
    return "";
}

std::optional<Scope> scope_from(const std::string& name) {
    for (const auto& [value, known] : kScopes) {
        if (name == known) {
            return value;
        }
    }
    return std::nullopt;
}

Result<std::string> KeyStore::add(const std::string& name, const std::set<Scope>& scopes) {
    if (!is_name(name)) {
        return Error{ErrorCode::kUsage, "a key's name is made of 1 to 64 letters, digits, '.', '_' and '-'"};
    }
    const std::string key = "bf_" + random_token(kKeyBytes);
    return database_.write([&](Connection& connection) -> Result<std::string> {
        auto transaction = Transaction::begin(connection);
        if (!transaction) {
            return transaction.error();
        }
        const auto now = connection.now_ms();
        if (!now) {
            return now.error();
        }
        auto added = Statement(connection, "INSERT INTO keys VALUES(?, ?, ?, ?) ON CONFLICT DO NOTHING")
                         .bind(name)
                         .bind(sha256_of_text(key))
                         .bind(joined(scopes))
                         .bind(*now)
                         .run();
        if (!added) {
            return added.error();
        }
        if (connection.changes() == 0) {
            return Error{ErrorCode::kUsage, "there is a key named '" + name + "' already"};
        }
        if (auto told = append_audit(connection, {"key.added", name, "", {{"scopes", joined(scopes)}}}); !told) {
            return told.error();
        }
        const auto committed = transaction->commit();
        return committed ? Result<std::string>(key) : committed.error();
    });
}

Result<bool> KeyStore::revoke(const std::string& name) {
    return database_.write([&](Connection& connection) -> Result<bool> {
        auto transaction = Transaction::begin(connection);
        if (!transaction) {
            return transaction.error();
        }
        if (auto removed = Statement(connection, "DELETE FROM keys WHERE name = ?").bind(name).run(); !removed) {
            return removed.error();
        }
        if (connection.changes() == 0) {
            return false;
        }
        if (auto told = append_audit(connection, {"key.revoked", name, "", {}}); !told) {
            return told.error();
        }
        const auto committed = transaction->commit();
        return committed ? Result<bool>(true) : committed.error();
    });
}

Result<std::vector<KeyRecord>> KeyStore::list() {
    return database_.read([](Connection& connection) -> Result<std::vector<KeyRecord>> {
        Statement rows(connection, "SELECT name, scopes, created_ms FROM keys ORDER BY name");
        std::vector<KeyRecord> records;
        for (;;) {
            const auto row = rows.step();
            if (!row) {
                return row.error();
            }
            if (!*row) {
                return records;
            }
            records.push_back(record_of(rows));
        }
    });
}

Result<std::optional<KeyRecord>> KeyStore::find(const std::string& key) {
    return database_.read([&](Connection& connection) -> Result<std::optional<KeyRecord>> {
        Statement row(connection, "SELECT name, scopes, created_ms FROM keys WHERE hash = ?");
        row.bind(sha256_of_text(key));
        const auto found = row.step();
        if (!found) {
            return found.error();
        }
        return *found ? std::optional(record_of(row)) : std::nullopt;
    });
}

}  // namespace bonafide::service
