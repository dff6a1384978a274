#include "service/libpq.h"

#include <dlfcn.h>

namespace bonafide::service {
namespace {

/// The name that has stood for this interface since 2006.
constexpr const char* kLibrary = "libpq.so.5";

template <class Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
}

Result<Libpq> load_library() {
    // Never closed: what it links keeps state for the life of the process.
    void* library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        return Error{ErrorCode::kUnsupported,
                     "PostgreSQL needs its client library, libpq (Debian's package libpq5), which is not installed"};
    }
    Libpq found;
    const bool whole =
        find(library, "PQconninfoParse", found.parse) && find(library, "PQconninfoFree", found.free_parsed) &&
        find(library, "PQfreemem", found.free_text) && find(library, "PQconnectdbParams", found.connect) &&
        find(library, "PQfinish", found.finish) && find(library, "PQstatus", found.status) &&
        find(library, "PQtransactionStatus", found.transaction_status) &&
        find(library, "PQparameterStatus", found.parameter) && find(library, "PQerrorMessage", found.message) &&
        find(library, "PQsocket", found.socket) && find(library, "PQsetNoticeReceiver", found.on_notice) &&
        find(library, "PQsendQuery", found.send) && find(library, "PQsendQueryParams", found.send_with) &&
        find(library, "PQconsumeInput", found.consume) && find(library, "PQisBusy", found.is_busy) &&
        find(library, "PQgetResult", found.result) && find(library, "PQresultStatus", found.result_status) &&
        find(library, "PQresultErrorField", found.error_field) && find(library, "PQcmdTuples", found.changed) &&
        find(library, "PQntuples", found.rows) && find(library, "PQgetisnull", found.is_null) &&
        find(library, "PQgetvalue", found.value) && find(library, "PQgetlength", found.length) &&
        find(library, "PQclear", found.clear);
    if (!whole) {
        return Error{ErrorCode::kUnsupported, std::string(kLibrary) + " lacks a function of PostgreSQL's interface"};
    }
    return found;
}

}  // namespace

const Result<Libpq>& Libpq::load() {
    static const Result<Libpq> loaded = load_library();
    return loaded;
}

}  // namespace bonafide::service
