#pragma once

#include "base/result.h"

#include <libpq-fe.h>

namespace bonafide::service {

/// PostgreSQL's own client library, loaded when a server first needs it: with what it links in turn it would cost every
/// start of the program some milliseconds, and most installations an unused package (docs/adr/0016-postgresql.md).
struct Libpq {
    decltype(&PQconninfoParse) parse = nullptr;
    decltype(&PQconninfoFree) free_parsed = nullptr;
    decltype(&PQfreemem) free_text = nullptr;
    decltype(&PQconnectdbParams) connect = nullptr;
    decltype(&PQfinish) finish = nullptr;
    decltype(&PQstatus) status = nullptr;
    decltype(&PQtransactionStatus) transaction_status = nullptr;
    decltype(&PQparameterStatus) parameter = nullptr;
    decltype(&PQerrorMessage) message = nullptr;
    decltype(&PQsocket) socket = nullptr;
    decltype(&PQsetNoticeReceiver) on_notice = nullptr;
    decltype(&PQsendQuery) send = nullptr;
    decltype(&PQsendQueryParams) send_with = nullptr;
    decltype(&PQconsumeInput) consume = nullptr;
    decltype(&PQisBusy) is_busy = nullptr;
    decltype(&PQgetResult) result = nullptr;
    decltype(&PQresultStatus) result_status = nullptr;
    decltype(&PQresultErrorField) error_field = nullptr;
    decltype(&PQcmdTuples) changed = nullptr;
    decltype(&PQntuples) rows = nullptr;
    decltype(&PQgetisnull) is_null = nullptr;
    decltype(&PQgetvalue) value = nullptr;
    decltype(&PQgetlength) length = nullptr;
    decltype(&PQclear) clear = nullptr;

    /// Loads it, once a process. kUnsupported, naming the package, where it is not there.
    static const Result<Libpq>& load();
};

}  // namespace bonafide::service
