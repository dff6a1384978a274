#include "service/metrics.h"

#include "base/version.h"

#include <unistd.h>

#include <fstream>
#include <sstream>

namespace bonafide::service {
namespace {

void head(std::ostringstream& out, const char* name, const char* type, const char* help) {
    out << "# HELP " << name << " " << help << "\n# TYPE " << name << " " << type << "\n";
}

template <class Value>
void figure(std::ostringstream& out, const char* name, const char* type, const char* help, Value value) {
    head(out, name, type, help);
    out << name << " " << value << "\n";
}

}  // namespace

void Metrics::count_request(const std::string& method, int status) {
    // A made-up method must not make a series of its own.
    const bool known = method == "GET" || method == "HEAD" || method == "POST" || method == "DELETE";
    const std::lock_guard lock(mutex_);
    ++requests_[{known ? method : "other", status}];
}

void Metrics::count_check(const char* end, double seconds) {
    const std::lock_guard lock(mutex_);
    Ended& ended = ended_[end];
    ++ended.count;
    ended.seconds += seconds;
}

std::string Metrics::text(const std::map<State, std::int64_t>& checks, std::uint64_t free_bytes) const {
    std::ostringstream out;
    head(out, "bonafide_build_info", "gauge", "Version of the program.");
    out << "bonafide_build_info{version=\"" << kVersion << "\",revision=\"" << kRevision << "\"} 1\n";
    head(out, "bonafide_checks", "gauge", "Checks by state.");
    for (const auto& [state, count] : checks) {
        out << "bonafide_checks{state=\"" << name_of(state) << "\"} " << count << "\n";
    }
    {
        const std::lock_guard lock(mutex_);
        head(out, "bonafide_http_requests_total", "counter", "Answered requests.");
        for (const auto& [key, count] : requests_) {
            out << "bonafide_http_requests_total{method=\"" << key.first << "\",status=\"" << key.second << "\"} "
                << count << "\n";
        }
        head(out, "bonafide_check_seconds", "summary", "Time of attempts at checks, by how they ended.");
        for (const auto& [end, ended] : ended_) {
            out << "bonafide_check_seconds_sum{end=\"" << end << "\"} " << ended.seconds << "\n"
                << "bonafide_check_seconds_count{end=\"" << end << "\"} " << ended.count << "\n";
        }
    }
    figure(out, "bonafide_received_bytes_total", "counter", "Bytes of uploads.", received_bytes_.load());
    figure(out, "bonafide_connections", "gauge", "Open connections.", connections_.load());
    figure(out, "bonafide_uploads", "gauge", "Uploads under way.", uploads_.load());
    figure(out, "bonafide_free_bytes", "gauge", "Room on the data folder's disk.", free_bytes);
    figure(out, "process_resident_memory_bytes", "gauge", "Memory of the server, workers apart.", resident_bytes());
    return out.str();
}

std::uint64_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::uint64_t size = 0, resident = 0;
    statm >> size >> resident;
    return statm ? resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace bonafide::service
