#pragma once

#include "base/limits.h"
#include "service/log.h"

#include <cstdint>
#include <string>
#include <vector>

namespace bonafide::service {

/// How a service runs. Every default stands here and nowhere else; each has an option of its name in `bonafide serve`.
struct Options {
    std::string data_folder;
    std::string database_url;              ///< of a PostgreSQL server that several servers share; empty: SQLite
    std::size_t database_connections = 8;  ///< to it at a time
    double lease_s = 60;       ///< servers that share a queue take up the checks of one that vanished after so long
    std::string pages_folder;  ///< built web pages; empty or absent: a plain page that says so
    std::string address = "127.0.0.1";    ///< to listen on; any that is not loopback needs an API key to exist
    std::uint16_t port = 8080;            ///< 0: one that is free
    std::vector<std::string> host_names;  ///< further names to answer to while no key is needed
    std::string tls_certificate;          ///< PEM file of the chain shown to clients; empty: plain HTTP
    std::string tls_key;                  ///< PEM file of its private key; both or none
    bool strict_transport = false;        ///< tell browsers to use TLS alone for this host name, whatever the port
    bool require_key = false;             ///< ask for keys on loopback too: behind a proxy
    double requests_per_minute = 600;     ///< of one key
    std::uint64_t max_upload_bytes = 2ULL << 30;
    std::uint64_t min_free_bytes = 256ULL << 20;  ///< uploads are refused below so much room on the disk
    std::size_t max_queue = 1000;                 ///< checks that wait
    std::size_t max_connections = 4000;
    int jobs = 0;                 ///< checks at a time; 0: one a processor
    int max_attempts = 3;         ///< at a check whose analysis, or the whole service, breaks off
    double keep_days = 30;        ///< after which a finished check is deleted; 0: never
    bool no_media = false;        ///< delete media as soon as the check is done, and keep no picture drawn from it
    int drain_s = 30;             ///< how long a stop waits for requests and checks under way
    std::string callback_secret;  ///< signs call-backs; empty: none are made
    bool callback_private_addresses = false;  ///< call-backs may go to addresses that are not public
    std::vector<std::string> trusted_keys;  ///< PEM files, or folders of them, with which reports may be signed besides
    std::string authorities_file;           ///< PEM certificates trusted by requests to others, besides the system's
    bool allow_fetch = false;               ///< fetch files whose address is sent in their place
    bool fetch_private_addresses = false;   ///< also from addresses that are not public
    Limits limits;                          ///< of one analysis
    std::string cache_folder;               ///< for compiled models; empty: none
};

}  // namespace bonafide::service
