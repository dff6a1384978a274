#include "service/connection.h"

#include <utility>

namespace bonafide::service {
namespace {

constexpr std::string_view kBusy = "the database is locked by another process";
constexpr std::string_view kUnreachable = "the database cannot be reached: ";

}  // namespace

Error busy_error() {
    return {ErrorCode::kIo, std::string(kBusy)};
}

bool is_busy(const Error& error) {
    return error.message == kBusy;
}

Error unreachable_error(const std::string& why) {
    return {ErrorCode::kIo, std::string(kUnreachable) + why};
}

bool is_unreachable(const Error& error) {
    return error.message.starts_with(kUnreachable);
}

Statement& Statement::bind(std::int64_t value) {
    driver_->bind(value);
    return *this;
}

Statement& Statement::bind(double value) {
    driver_->bind(value);
    return *this;
}

Statement& Statement::bind(std::string_view value) {
    driver_->bind(value);
    return *this;
}

Statement& Statement::bind_null() {
    driver_->bind_null();
    return *this;
}

Result<void> Statement::run() {
    const auto stepped = step();
    return stepped ? Result<void>() : stepped.error();
}

std::optional<std::int64_t> Statement::maybe_integer(int column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
}

std::optional<double> Statement::maybe_number(int column) const {
    return is_null(column) ? std::nullopt : std::optional(number(column));
}

std::optional<std::string> Statement::maybe_text(int column) const {
    return is_null(column) ? std::nullopt : std::optional(text(column));
}

Result<Transaction> Transaction::begin(Connection& connection) {
    if (auto begun = connection.begin(); !begun) {
        return begun.error();
    }
    return Transaction(connection);
}

Transaction::Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() {
    if (connection_ != nullptr) {
        (void)connection_->run("ROLLBACK");
    }
}

Result<void> Transaction::commit() {
    auto committed = connection_->run("COMMIT");
    if (committed) {
        connection_ = nullptr;
    }
    return committed;
}

}  // namespace bonafide::service
