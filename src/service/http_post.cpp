#include "service/http_post.h"

#include "base/version.h"
#include "service/callback_target.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <array>
#include <chrono>

namespace bonafide::service {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

constexpr std::chrono::seconds kWait{10};
constexpr std::uint64_t kMostAnswerBytes = 64 * 1024;

struct Network {
    std::uint32_t address;
    int bits;
};

constexpr std::uint32_t ip(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    return a << 24 | b << 16 | c << 8 | d;
}

/// IANA IPv4 Special-Purpose Address Registry, with multicast and what is reserved.
constexpr std::array kSpecial = {
    Network{ip(0, 0, 0, 0), 8},      Network{ip(10, 0, 0, 0), 8},     Network{ip(100, 64, 0, 0), 10},
    Network{ip(127, 0, 0, 0), 8},    Network{ip(169, 254, 0, 0), 16}, Network{ip(172, 16, 0, 0), 12},
    Network{ip(192, 0, 0, 0), 24},   Network{ip(192, 0, 2, 0), 24},   Network{ip(192, 88, 99, 0), 24},
    Network{ip(192, 168, 0, 0), 16}, Network{ip(198, 18, 0, 0), 15},  Network{ip(198, 51, 100, 0), 24},
    Network{ip(203, 0, 113, 0), 24}, Network{ip(224, 0, 0, 0), 4},    Network{ip(240, 0, 0, 0), 4}};

bool is_public(const asio::ip::address_v4& address) {
    const auto value = static_cast<std::uint32_t>(address.to_uint());
    return std::none_of(kSpecial.begin(), kSpecial.end(),
                        [&](const Network& network) { return (value ^ network.address) >> (32 - network.bits) == 0; });
}

bool is_public(const asio::ip::address& address) {
    if (address.is_v4()) {
        return is_public(address.to_v4());
    }
    const auto bytes = address.to_v6().to_bytes();
    // Only 2000::/3 is handed out; of it 2001::/23 (special purposes, with Teredo), 2001:db8::/32 (examples) and
    // 2002::/16 (which wraps IPv4) lead elsewhere. Mapped IPv4 addresses lie outside.
    const bool special =
        bytes[0] == 0x20 && ((bytes[1] == 0x01 && bytes[2] < 0x02) ||
                             (bytes[1] == 0x01 && bytes[2] == 0x0D && bytes[3] == 0xB8) || bytes[1] == 0x02);
    return (bytes[0] & 0xE0) == 0x20 && !special;
}

/// One request from its connection to its answer.
class Exchange {
  public:
    Exchange(std::vector<tcp::endpoint> endpoints, http::request<http::string_body> request)
        : endpoints_(std::move(endpoints)), request_(std::move(request)) {
        parser_.body_limit(kMostAnswerBytes);
    }

    Result<int> run() {
        stream_.expires_after(kWait);
        stream_.async_connect(endpoints_, [this](beast::error_code error, const tcp::endpoint&) {
            error_ = error;
            if (!error) {
                http::async_write(stream_, request_,
                                  [this](beast::error_code failed, std::size_t) { on_sent(failed); });
            }
        });
        context_.run();
        if (error_) {
            return Error{ErrorCode::kIo, "no answer: " + error_.message()};
        }
        return static_cast<int>(parser_.get().result_int());
    }

  private:
    void on_sent(beast::error_code error) {
        error_ = error;
        if (!error) {
            http::async_read_header(stream_, buffer_, parser_,
                                    [this](beast::error_code failed, std::size_t) { error_ = failed; });
        }
    }

    asio::io_context context_;
    beast::tcp_stream stream_{context_};
    std::vector<tcp::endpoint> endpoints_;
    http::request<http::string_body> request_;
    http::response_parser<http::string_body> parser_;
    beast::flat_buffer buffer_{kMostAnswerBytes};
    beast::error_code error_;
};

/// Addresses of the target's host that may be connected to.
Result<std::vector<tcp::endpoint>> endpoints_of(const CallbackTarget& target, bool private_addresses) {
    asio::io_context context;
    tcp::resolver resolver(context);
    beast::error_code error;
    const auto found = resolver.resolve(target.host, std::to_string(target.port), error);
    if (error) {
        return Error{ErrorCode::kIo, "the host is not known: " + error.message()};
    }
    std::vector<tcp::endpoint> endpoints;
    for (const auto& entry : found) {
        if (private_addresses || is_public(entry.endpoint().address())) {
            endpoints.push_back(entry.endpoint());
        }
    }
    if (endpoints.empty()) {
        return Error{ErrorCode::kUsage, "the host has no public address"};
    }
    return endpoints;
}

}  // namespace

bool is_public_address(const std::string& address) {
    beast::error_code error;
    const auto parsed = asio::ip::make_address(address, error);
    return !error && is_public(parsed);
}

Result<int> post_json(const std::string& url, const std::string& body,
                      const std::vector<std::pair<std::string, std::string>>& headers, bool private_addresses) {
    const auto target = parse_callback_target(url);
    if (!target) {
        return target.error();
    }
    // What was resolved here is what is connected to: a name that points elsewhere a moment later gains nothing.
    auto endpoints = endpoints_of(*target, private_addresses);
    if (!endpoints) {
        return endpoints.error();
    }
    http::request<http::string_body> request(http::verb::post, target->target, 11);
    request.set(http::field::host, target->authority);
    request.set(http::field::user_agent, std::string("bonafide/") + kVersion);
    request.set(http::field::content_type, "application/json");
    request.set(http::field::connection, "close");
    for (const auto& [name, value] : headers) {
        request.set(name, value);
    }
    request.body() = body;
    request.prepare_payload();
    return Exchange(std::move(*endpoints), std::move(request)).run();
}

}  // namespace bonafide::service
