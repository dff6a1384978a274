#include "service/public_address.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace bonafide::service {
namespace {

namespace ip = boost::asio::ip;

struct Network {
    std::uint32_t address;
    int bits;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    return a << 24 | b << 16 | c << 8 | d;
}

/// IANA IPv4 Special-Purpose Address Registry, with multicast and what is reserved. The last is public by its number
/// alone: machines rented from Azure reach their platform's own services there.
constexpr std::array kSpecial = {
    Network{v4(0, 0, 0, 0), 8},       Network{v4(10, 0, 0, 0), 8},     Network{v4(100, 64, 0, 0), 10},
    Network{v4(127, 0, 0, 0), 8},     Network{v4(169, 254, 0, 0), 16}, Network{v4(172, 16, 0, 0), 12},
    Network{v4(192, 0, 0, 0), 24},    Network{v4(192, 0, 2, 0), 24},   Network{v4(192, 88, 99, 0), 24},
    Network{v4(192, 168, 0, 0), 16},  Network{v4(198, 18, 0, 0), 15},  Network{v4(198, 51, 100, 0), 24},
    Network{v4(203, 0, 113, 0), 24},  Network{v4(224, 0, 0, 0), 4},    Network{v4(240, 0, 0, 0), 4},
    Network{v4(168, 63, 129, 16), 32}};

bool is_public_v4(const ip::address_v4& address) {
    const auto value = static_cast<std::uint32_t>(address.to_uint());
    return std::none_of(kSpecial.begin(), kSpecial.end(), [&](const Network& network) {
        return std::uint64_t{value ^ network.address} >> (32 - network.bits) == 0;
    });
}

}  // namespace

bool is_public(const ip::address& address) {
    if (address.is_v4()) {
        return is_public_v4(address.to_v4());
    }
    const auto bytes = address.to_v6().to_bytes();
    // Only 2000::/3 is handed out; of it 2001::/23 (special purposes, with Teredo), 2001:db8::/32 and 3fff::/20
    // (examples) and 2002::/16 (which wraps IPv4) lead elsewhere. Mapped IPv4 addresses and NAT64 lie outside.
    const bool special =
        (bytes[0] == 0x20 && ((bytes[1] == 0x01 && bytes[2] < 0x02) ||
                              (bytes[1] == 0x01 && bytes[2] == 0x0D && bytes[3] == 0xB8) || bytes[1] == 0x02)) ||
        (bytes[0] == 0x3F && bytes[1] == 0xFF && bytes[2] < 0x10);
    return (bytes[0] & 0xE0) == 0x20 && !special;
}

bool is_public_address(const std::string& address) {
    boost::system::error_code error;
    const auto parsed = ip::make_address(address, error);
    return !error && is_public(parsed);
}

}  // namespace bonafide::service
