#include "service/fetch.h"

#include "service/file_name.h"
#include "service/http_exchange.h"
#include "service/percent.h"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <utility>

namespace bonafide::service {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostRequestBytes = 16 * 1024;
constexpr int kMostAtOnce = 4;
constexpr int kRetryS = 5;
constexpr int kMostRedirections = 5;
constexpr std::chrono::seconds kWait{300};  ///< for the whole file
/// As of uploads: after so long it must have come faster than this, on average.
constexpr std::chrono::seconds kSlowStart{60};
constexpr double kLeastBytesPerSecond = 2048;
/// Below, ports other than the web's belong to protocols that an HTTP request must not be spoken to.
constexpr std::uint16_t kFirstFreePort = 1024;

/// The address in `{"url": "..."}`; kUsage in words where there is none.
Result<RemoteUrl> address_in(const std::string& body) {
    const auto json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object() || json.size() != 1 || !json.contains("url") || !json["url"].is_string()) {
        return Error{ErrorCode::kUsage, "The body must be a JSON object with the one member \"url\", a string."};
    }
    auto url = parse_remote_url(json["url"].get<std::string>());
    if (!url) {
        return Error{ErrorCode::kUsage, "url: " + url.error().message + "."};
    }
    return url;
}

bool is_usual_port(const RemoteUrl& url) {
    return url.port == 80 || url.port == 443 || url.port >= kFirstFreePort;
}

/// What went wrong, in words that say nothing of the network inside: whether a name is known there, for one.
Problem problem_of(const Error& error) {
    switch (error.code) {
        case ErrorCode::kUsage:
            return problems::fetch_failed("Its host is not known, or has no public address.");
        case ErrorCode::kLimit:
            return problems::fetch_timed_out("The other server took too long.");
        case ErrorCode::kInvalid:
            return problems::fetch_failed(
                "The other server's certificate cannot be trusted, or what it answers is no HTTP.");
        default:
            return problems::fetch_failed("There was no connection to the other server, or it broke off.");
    }
}

std::string name_in(const AnswerHead& head, const RemoteUrl& url) {
    if (const auto given = head.headers.find("content-disposition"); given != head.headers.end()) {
        if (const auto disposition = parse_parameterised(given->second)) {
            if (std::string name = file_name_of(*disposition); !name.empty()) {
                return name;
            }
        }
    }
    const std::string path = url.target.substr(0, url.target.find('?'));
    return percent_decoded(path.substr(path.rfind('/') + 1), false).value_or("");
}

/// Where one answer lands: in the upload, unless it leads on.
class Landing final : public AnswerSink {
  public:
    Landing(UploadSink& upload, const RemoteUrl& url, const Request& request, std::uint64_t most_bytes)
        : upload_(upload), url_(url), request_(request), most_bytes_(most_bytes) {}

    bool head(const AnswerHead& head) override {
        if (head.status >= 301 && head.status <= 308 && head.status != 304 && head.headers.count("location") > 0) {
            redirection = head.headers.at("location");
            return false;
        }
        const auto coding = head.headers.find("content-encoding");
        if (head.status != 200) {
            refuse(problems::fetch_failed("The other server answered with the status " + std::to_string(head.status) +
                                          "."));
        } else if (coding != head.headers.end() && coding->second != "identity") {
            refuse(problems::fetch_failed("The other server sends the file encoded, although it was asked not to."));
        } else if (head.length && *head.length > most_bytes_) {
            refuse(problems::too_large("This server takes files of up to " + std::to_string(most_bytes_) + " bytes."));
        } else {
            upload_.suggest_name(name_in(head, url_));
        }
        return !refusal;
    }

    bool take(std::span<const std::uint8_t> piece) override {
        received_bytes_ += piece.size();
        const std::chrono::duration<double> passed = Clock::now() - began_;
        if (passed > kSlowStart && static_cast<double>(received_bytes_) < kLeastBytesPerSecond * passed.count()) {
            refuse(problems::fetch_timed_out("The other server sends less than 2 KiB a second."));
        } else {
            refusal = upload_.take(piece);
        }
        return !refusal;
    }

    std::optional<Response> refusal;
    std::optional<std::string> redirection;

  private:
    void refuse(const Problem& problem) { refusal = Response::problem(problem, request_); }

    UploadSink& upload_;
    const RemoteUrl& url_;
    const Request& request_;
    std::uint64_t most_bytes_, received_bytes_ = 0;
    Clock::time_point began_ = Clock::now();
};

/// One fetch, from the first connection to the answer.
struct Fetch {
    Request request;
    RemoteUrl url;
    std::unique_ptr<UploadSink> upload;

    Response run(const Outgoing& outgoing, std::uint64_t most_bytes) {
        const auto refused = [&](const Problem& problem) { return Response::problem(problem, request); };
        const Clock::time_point deadline = Clock::now() + kWait;
        for (int redirections = 0; redirections <= kMostRedirections; ++redirections) {
            if (!is_usual_port(url)) {
                return refused(problems::fetch_failed("Of the ports below 1024 only 80 and 443 are asked."));
            }
            Landing landing(*upload, url, request, most_bytes);
            const OutgoingRequest asked{url, "GET", {{"Accept", "*/*"}, {"Accept-Encoding", "identity"}}, "", deadline};
            const auto done = exchange(asked, outgoing, landing);
            if (landing.refusal) {
                return *landing.refusal;
            }
            if (!done) {
                return refused(outgoing.stopping ? problems::unavailable("The server is stopping.")
                                                 : problem_of(done.error()));
            }
            if (!landing.redirection) {
                return upload->finish();
            }
            auto next = resolve_reference(url, *landing.redirection);
            if (!next || (url.encrypted && !next->encrypted)) {
                return refused(problems::fetch_failed("The other server leads on to an address that is not followed."));
            }
            url = std::move(*next);
        }
        return refused(problems::fetch_failed("The other server leads on more than five times."));
    }
};

}  // namespace

struct Fetcher::State {
    explicit State(Place given) : place(std::move(given)) {
        if (place.upload.options.allow_fetch) {
            pool.emplace(kMostAtOnce);
        }
    }

    Response run(Fetch& fetch) {
        const Options& options = place.upload.options;
        try {
            return fetch.run({place.tls, options.fetch_private_addresses, stopping}, options.max_upload_bytes);
        } catch (const std::exception& exception) {
            place.upload.log.error("fetch.failed", {{"request_id", fetch.request.id}, {"error", exception.what()}});
            return Response::problem(problems::internal("The server failed; its log says more."), fetch.request);
        }
    }

    Place place;
    std::atomic<bool> stopping{false};
    std::atomic<int> under_way{0};
    std::optional<asio::thread_pool> pool;
};

namespace {

/// Takes the address in.
template <class State>
class AddressSink final : public BodySink {
  public:
    AddressSink(State& state, const Request& request, std::unique_ptr<UploadSink> upload)
        : state_(state), request_(request), upload_(std::move(upload)) {}

    std::optional<Response> take(std::span<const std::uint8_t> piece) override {
        if (body_.size() + piece.size() > kMostRequestBytes) {
            return Response::problem(problems::too_large("A body of the type application/json may have 16 KiB."),
                                     request_);
        }
        body_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        return std::nullopt;
    }

    Response finish() override {
        auto url = address_in(body_);
        if (!url) {
            return Response::problem(problems::malformed(url.error().message), request_);
        }
        if (state_.under_way.fetch_add(1) >= kMostAtOnce) {
            --state_.under_way;
            return Response::problem(problems::too_many_requests(kRetryS), request_);
        }
        auto fetch = std::make_shared<Fetch>(Fetch{request_, std::move(*url), std::move(upload_)});
        Response response;
        response.later = [&state = state_, fetch](std::function<void(Response)> tell) {
            asio::post(*state.pool, [&state, fetch, tell = std::move(tell)] {
                Response answer = state.run(*fetch);
                fetch->upload.reset();
                --state.under_way;
                tell(std::move(answer));
            });
        };
        return response;
    }

  private:
    State& state_;
    Request request_;
    std::unique_ptr<UploadSink> upload_;
    std::string body_;
};

}  // namespace

Fetcher::Fetcher(Place place) : state_(std::make_unique<State>(std::move(place))) {}

Fetcher::~Fetcher() {
    stop();
}

void Fetcher::stop() {
    state_->stopping = true;
    if (state_->pool) {
        state_->pool->join();
    }
}

bool Fetcher::is_meant_by(const Request& request) {
    const auto type = parse_parameterised(request.header("content-type"));
    return type && type->word == "application/json";
}

std::unique_ptr<BodySink> Fetcher::begin(const Request& request, const std::string& actor, Response& refusal) {
    const UploadPlace& place = state_->place.upload;
    if (!place.options.allow_fetch) {
        refusal = Response::problem(problems::fetching_off(), request);
        return nullptr;
    }
    // What is wrong with the request in other ways is said before anything is fetched for it.
    auto upload = begin_upload(place, request, actor, std::nullopt, refusal);
    if (upload == nullptr) {
        return nullptr;
    }
    return std::make_unique<AddressSink<State>>(*state_, request, std::move(upload));
}

}  // namespace bonafide::service
