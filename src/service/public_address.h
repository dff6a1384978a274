#pragma once

#include <boost/asio/ip/address.hpp>

#include <string>

namespace bonafide::service {

/// Whether `address` belongs to the public internet: not this machine, not a network inside, not one of special
/// purpose, not an IPv6 form that wraps an IPv4 address. IANA's Special-Purpose Address Registries.
bool is_public(const boost::asio::ip::address& address);
/// The same of an address as text; false for what is none.
bool is_public_address(const std::string& address);

}  // namespace bonafide::service
