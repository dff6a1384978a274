#include "service/server.h"

#include "service/session.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <fcntl.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace bonafide::service {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

constexpr int kNetworkThreads = 2;
constexpr std::size_t kWorkers = 6;
constexpr std::chrono::milliseconds kAcceptPause{100};  ///< after an error such as too many open files
constexpr std::chrono::milliseconds kDrainLook{20};

void keep_from_children(int fd) {
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

}  // namespace

bool is_loopback(const std::string& address) {
    boost::system::error_code error;
    const auto parsed = asio::ip::make_address(address, error);
    return !error && parsed.is_loopback();
}

struct Server::State {
    explicit State(const Place& given) : place(given), workers(kWorkers) {}

    void accept();
    void on_accepted(const boost::system::error_code& error, tcp::socket socket);
    void forget_closed();

    Place place;
    asio::thread_pool workers;  // outlives the sessions, which the network's handlers hold
    asio::io_context network{kNetworkThreads};
    // While all that is left of a stop is with the workers, the network has nothing to do, and must not end for that.
    asio::executor_work_guard<asio::io_context::executor_type> kept_running{network.get_executor()};
    tcp::acceptor acceptor{asio::make_strand(network)};
    asio::steady_timer pause{acceptor.get_executor()};
    std::atomic<bool> draining{false};
    std::mutex mutex;
    std::vector<std::weak_ptr<Session>> sessions;
    TlsContext tls;
    std::vector<std::thread> threads;
};

void Server::State::accept() {
    acceptor.async_accept(
        asio::make_strand(network),
        [this](const boost::system::error_code& error, tcp::socket socket) { on_accepted(error, std::move(socket)); });
}

void Server::State::forget_closed() {
    std::erase_if(sessions, [](const auto& session) { return session.expired(); });
}

void Server::State::on_accepted(const boost::system::error_code& error, tcp::socket socket) {
    if (draining || error == asio::error::operation_aborted) {
        return;
    }
    if (error) {
        place.log.error("accept.failed", {{"error", error.message()}});
        pause.expires_after(kAcceptPause);
        pause.async_wait([this](const boost::system::error_code& stopped) {
            if (!stopped) {
                accept();
            }
        });
        return;
    }
    keep_from_children(socket.native_handle());
    boost::system::error_code ignored;
    const auto remote = socket.remote_endpoint(ignored).address().to_string();
    socket.set_option(tcp::no_delay(true), ignored);
    {
        const std::lock_guard lock(mutex);
        if (sessions.size() >= place.most_connections) {
            forget_closed();
        }
        if (sessions.size() < place.most_connections) {
            auto session = std::make_shared<Session>(
                std::move(socket), remote,
                SessionPlace{place.handler, place.metrics, place.log, workers, draining, place.strict_transport}, tls);
            sessions.push_back(session);
            session->start();
        } else {
            place.log.warning("connection.refused", {{"remote", remote}, {"connections", sessions.size()}});
        }
    }
    accept();
}

Server::Server(const Place& place) : state_(std::make_unique<State>(place)) {}

Server::~Server() {
    stop(0);
}

Result<void> Server::listen(const std::string& address, std::uint16_t port) {
    boost::system::error_code error;
    const auto parsed = asio::ip::make_address(address, error);
    if (error) {
        return Error{ErrorCode::kUsage, "'" + address + "' is no IP address"};
    }
    const tcp::endpoint endpoint(parsed, port);
    tcp::acceptor& acceptor = state_->acceptor;
    acceptor.open(endpoint.protocol(), error);
    if (!error) {
        keep_from_children(acceptor.native_handle());
        acceptor.set_option(asio::socket_base::reuse_address(true), error);
    }
    if (!error) {
        acceptor.bind(endpoint, error);
    }
    if (!error) {
        acceptor.listen(asio::socket_base::max_listen_connections, error);
    }
    if (error) {
        return Error{ErrorCode::kIo,
                     "cannot listen on " + address + ", port " + std::to_string(port) + ": " + error.message()};
    }
    return {};
}

void Server::use_tls(TlsContext context) {
    const std::lock_guard lock(state_->mutex);
    state_->tls = std::move(context);
}

std::uint16_t Server::port() const {
    boost::system::error_code ignored;
    return state_->acceptor.local_endpoint(ignored).port();
}

void Server::start() {
    state_->accept();
    for (int number = 0; number < kNetworkThreads; ++number) {
        state_->threads.emplace_back([state = state_.get()] { state->network.run(); });
    }
}

void Server::stop(int drain_s) {
    State& state = *state_;
    if (state.threads.empty()) {
        return;
    }
    state.draining = true;
    asio::post(state.acceptor.get_executor(), [&state] {
        boost::system::error_code ignored;
        state.acceptor.close(ignored);
        state.pause.cancel();
    });
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(drain_s);
    for (;;) {
        {
            const std::lock_guard lock(state.mutex);
            state.forget_closed();
            for (const auto& weak : state.sessions) {
                if (const auto session = weak.lock()) {
                    session->drain();
                }
            }
            if (state.sessions.empty()) {
                break;
            }
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            break;
        }
        std::this_thread::sleep_for(kDrainLook);
    }
    state.network.stop();
    for (std::thread& thread : state.threads) {
        thread.join();
    }
    state.threads.clear();
    state.workers.join();
}

}  // namespace bonafide::service
