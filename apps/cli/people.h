#pragma once

#include "commands.h"
#include "engine/front/person_gallery.h"
#include "passphrase.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bonafide::cli {

/// Where enrolled people are kept, and how it is opened.
struct PeopleChoice {
    std::string gallery;  ///< file; empty: the user's own
    PassphraseChoice passphrase;
};

/// What every command about who is who (`faces`, `voice`) may be asked.
struct PeopleRequest {
    std::string file, other;
    std::string name;
    std::vector<std::string> files;
    PeopleChoice people;
    bool json = false;
    Limits limits;
    std::string cache_folder;
    CLI::App* command = nullptr;
    CLI::App *compare = nullptr, *enroll = nullptr, *match = nullptr, *list = nullptr, *remove = nullptr;
};

/// What such a command calls the media it takes.
struct PeopleWords {
    const char* one;   ///< "A picture or a film"
    const char* many;  ///< "Pictures or films that show this person and nobody else"
};

/// Adds compare, enroll, match, list and delete to request.command, with the options that they share.
void add_people_commands(PeopleRequest& request, const PeopleWords& words);
void add_limits(CLI::App& command, PeopleRequest& request);
void add_format(CLI::App& command, PeopleRequest& request);
/// Adds the options that tell where people are kept.
void add_people_options(CLI::App& command, PeopleChoice& choice, const std::string& gallery_option);

/// Opens the gallery that `choice` names.
Result<engine::PersonGallery> open_people(const PeopleChoice& choice, const engine::Installation& installation,
                                          engine::PersonGallery::Access access);
/// Fills in the job's claimed person from the gallery; kUsage where nobody is called so.
Result<void> choose_person(const std::string& name, const PeopleChoice& choice,
                           const engine::Installation& installation, engine::Job& job);

// Subcommands that are the same whatever is enrolled, each an exit code.
int list_people(const PeopleRequest& request, const engine::Installation& installation);
int delete_person(const PeopleRequest& request, const engine::Installation& installation);

/// One to ten against it: beyond, in words, "probably".
inline constexpr double kProbable = 1;

/// What comparing two samples gives.
struct Comparison {
    double distance = 0;
    double llr = 0;  ///< log10, of one person against two
};

/// A comparison's answer in words, for the two ends of the scale.
struct Answers {
    const char* same;
    const char* other;
};
const char* in_words(double llr, const Answers& answers);
nlohmann::ordered_json as_json(const Comparison& comparison, const Answers& answers);

/// How samples of one kind are taken from files and compared.
template <class Numbers>
struct EnrolmentKind {
    std::function<Result<engine::EnrolledSample<Numbers>>(const std::string& path)> take;
    std::function<Comparison(const Numbers&, const engine::EnrolledPerson&)> compare;
    std::vector<engine::EnrolledSample<Numbers>> engine::EnrolledPerson::*samples;
    const char* counted;  ///< "looks": also the name of their number in JSON
    const char* unlike;   ///< "does not look like the person in the files before it"
    const char* none;     ///< "none of the files shows a face to remember"
};

/// The subcommand `enroll`, an exit code.
template <class Numbers>
int enroll_person(const PeopleRequest& request, const engine::Installation& installation,
                  const EnrolmentKind<Numbers>& kind);

/// Enrolled people by how near they are, nearest first; whom `compare` has nothing to say of are left out.
using Ranking = std::vector<std::pair<Comparison, std::string>>;
Ranking ranked(const std::vector<engine::EnrolledPerson>& people,
               const std::function<std::optional<Comparison>(const engine::EnrolledPerson&)>& compare);
nlohmann::ordered_json as_json(const Ranking& ranking, const Answers& answers);
/// Prints who is nearest to what is called `shown`.
void print_nearest(const std::string& shown, const Ranking& ranking, const Answers& answers);
/// Prints what to keep in mind where somebody was looked for among `people` people.
void print_crowd_note(std::size_t people);

/// Prints JSON in one line; what is no UTF-8 is replaced.
void print_json(const nlohmann::ordered_json& json);

}  // namespace bonafide::cli
