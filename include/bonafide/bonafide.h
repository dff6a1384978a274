#pragma once

/// \file
/// Bonafide: is a piece of media genuine, manipulated or synthetic; where, why, and how sure?
///
///     bonafide::Report report = bonafide::check("photo.jpg");
///     std::cout << report.verdict() << "\n" << report.json() << "\n";

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#if defined(__GNUC__)
#define BONAFIDE_API __attribute__((visibility("default")))
#else
#define BONAFIDE_API
#endif

namespace bonafide {

/// How to check. Every field has the default of the command-line option of the same name.
struct BONAFIDE_API CheckOptions {
    CheckOptions();  ///< the defaults, which stand in one place inside the library

    std::vector<std::string> only;                                    ///< analyzer ids or globs; empty: all
    std::vector<std::string> skip;                                    ///< analyzer ids or globs
    std::map<std::string, std::map<std::string, double>> parameters;  ///< analyzer id -> parameter -> value
    double prior = 0.5;          ///< probability, before looking, that the media is manipulated or synthetic; in (0, 1)
    double time_s;               ///< wall clock an input
    std::uint64_t size_bytes;    ///< largest input
    std::uint64_t pixels;        ///< of one picture or frame
    double duration_s;           ///< of a film or recording
    std::uint32_t streams;       ///< in a container
    std::uint64_t memory_bytes;  ///< resident in the worker process
    int threads = 0;             ///< in the worker; 0: one a processor
    bool maps = false;           ///< keep full-size maps, for Report::artifacts()
    bool presentation = true;    ///< keep previews, waveform and the like, for Report::html()
    std::string trust_anchors_pem;  ///< certificates whose content credentials are trusted, PEM; empty: none
    std::string worker;             ///< path of bonafide-worker; empty: where this library was installed
};

/// What was found. Reports are values: they hold no process and no file.
class BONAFIDE_API Report {
  public:
    Report(const Report&);
    Report(Report&&) noexcept;
    Report& operator=(const Report&);
    Report& operator=(Report&&) noexcept;
    ~Report();

    /// likely_authentic, inconclusive, likely_manipulated, likely_synthetic, not_applicable or failed.
    std::string verdict() const;
    std::string summary() const;  ///< one sentence
    std::string json() const;     ///< bonafide.report/1
    std::string text() const;     ///< plain, without colour
    std::string html() const;     ///< one self-contained page
    /// Files that go with the report by relative name: "maps/<analyzer>.png", "preview.jpg", ...
    const std::map<std::string, std::vector<std::uint8_t>>& artifacts() const;

    struct State;
    explicit Report(std::shared_ptr<const State> state);

  private:
    std::shared_ptr<const State> state_;
};

/// Checks one file in a process of its own. Never throws for what the file holds: a file that cannot be read or
/// analysed gives the verdict "failed". Throws std::invalid_argument where `options` name an analyzer or parameter that
/// does not exist or a value out of range, and std::runtime_error where the installation is incomplete. Thread-safe.
BONAFIDE_API Report check(const std::string& path, const CheckOptions& options = CheckOptions());

/// "0.1.0".
BONAFIDE_API const char* version();

}  // namespace bonafide
