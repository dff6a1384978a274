#pragma once

#include "engine/front/installation.h"
#include "service/access.h"
#include "service/documents.h"
#include "service/event_hub.h"
#include "service/fetch.h"
#include "service/pages.h"
#include "service/verify_upload.h"

#include <atomic>
#include <functional>
#include <mutex>
#include <string>

namespace bonafide::service {

/// What the interface answers with. All references outlive it.
struct RoutePlace {
    UploadPlace upload;
    Access& access;
    EventHub& hub;
    Fetcher& fetcher;
    const Pages& pages;
    Documents& documents;
    engine::Installation installation;
    std::function<void(const std::string& id)> cancel;  ///< ends the analysis of a check that is deleted
    const std::atomic<bool>& stopping;
    const std::vector<engine::PublicKey>& trusted;  ///< with which reports may be signed that /v1/verify calls valid
};

/// The HTTP interface (openapi.json): finds what a path means, asks whether it is permitted, and answers. Thread-safe.
class Routes final : public Handler {
  public:
    explicit Routes(RoutePlace place) : place_(std::move(place)) {}

    std::optional<Response> answer_at_once(const Request& request) override;
    bool wants_body(const Request& request) const override;
    Response answer(const Request& request) override;
    std::unique_ptr<BodySink> begin(const Request& request, std::optional<std::uint64_t> length,
                                    Response& refusal) override;

  private:
    struct Found;
    using Answer = Response (Routes::*)(const Found& found);
    struct Route;
    static const Route kRoutes[];

    Response ready(const Found& found);
    Response metrics(const Found& found);
    Response list(const Found& found);
    Response show(const Found& found);
    Response remove(const Found& found);
    Response report(const Found& found);
    Response report_page(const Found& found);
    Response report_document(const Found& found);
    Response report_signature(const Found& found);
    Response document_signature(const Found& found);
    Response maps(const Found& found);
    Response map(const Found& found);
    Response preview(const Found& found);
    Response events(const Found& found);
    Response analyzers(const Found& found);
    Response server(const Found& found);
    Response description(const Found& found);

    /// A file of a check's results; a problem where the check is not done, or has no such file.
    Response result_file(const Found& found, const std::string& name, const char* type);
    /// report.pdf, or its signature, which are made when they are first asked for.
    Response document_file(const Found& found, const std::string& name, const char* type);
    Response failed(const Found& found, const Error& error);

    RoutePlace place_;
    std::mutex analyzers_mutex_;
    std::mutex replaying_;
    std::atomic<int> verifications_{0};
    std::string analyzers_;  ///< answer of /v1/analyzers, once known
};

}  // namespace bonafide::service
