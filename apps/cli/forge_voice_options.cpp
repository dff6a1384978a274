// What `bonafide forge voice` takes on the command line.
#include "forge_command.h"

namespace bonafide::cli {
namespace {

void add_recording(CLI::App& command, ForgeRequest& request) {
    add_forge_common(command, request, "The recording, or the film whose sound it is: 2 s to 5 minutes",
                     ".wav, .m4a or .mp3");
    command.add_option("--seed", request.order.seed, "Of all that is drawn at random")->capture_default_str();
}

/// Whose voice a voice is moved towards.
void add_likened(CLI::App& command, ForgeRequest& request) {
    command.add_option("--person", request.order.person, "Whose voice that is, as the consent record names them");
    command.add_option("--consent", request.consent_file, "The consent record (see `bonafide forge consent new`)");
    command.add_option("--vocoder", request.likened_vocoder,
                       "What renders it, as of `resynthesise` (default: of convert world, else neural)");
}

}  // namespace

void add_sentence(CLI::App& command, ForgeRequest& request) {
    command.add_option("--text", request.sentence.text,
                       "What is said, up to " + std::to_string(engine::kMostCharacters) +
                           " characters; espeak-ng, which must be installed, speaks it");
    command.add_option("--sample", request.face, "A recording of the voice, five seconds or more of speech");
    command.add_option("--language", request.sentence.language, "Of the text, as espeak-ng names it: en, de, pt-br")
        ->capture_default_str();
}

void add_forge_voice(ForgeRequest& request) {
    request.voice = request.command->add_subcommand("voice", "A recording of a voice, made anew or cut");
    request.voice->require_subcommand(1);
    request.resynthesise = request.voice->add_subcommand(
        "resynthesise",
        "The same voice and words passed through a vocoder or a coder: what those leave in a recording");
    add_recording(*request.resynthesise, request);
    request.order.vocoder = "griffin-lim";
    request.resynthesise
        ->add_option("--vocoder", request.order.vocoder,
                     "griffin-lim, lpc, world or neural; or a coder and its kbit/s: aac=48, opus=24, mp3=64")
        ->capture_default_str();
    request.splice = request.voice->add_subcommand(
        "splice", "Words cut out at quiet moments and put between others, drawn at random");
    add_recording(*request.splice, request);
    request.splice->add_option("--moves", request.order.moves, "So many pieces are moved, 1 to 100")
        ->capture_default_str();
    request.convert = request.voice->add_subcommand(
        "convert", "The words of one recording with pitch and timbre of another voice; needs that person's consent");
    add_recording(*request.convert, request);
    request.convert->add_option("--voice", request.face, "A sample of the voice to move towards")->required();
    add_likened(*request.convert, request);
    request.mimic = request.voice->add_subcommand(
        "mimic", "A text spoken with the timbre of a short sample of a voice; needs that person's consent");
    add_forge_common(*request.mimic, request, "", ".wav, .m4a or .mp3");
    add_sentence(*request.mimic, request);
    request.mimic->get_option("--text")->required();
    request.mimic->get_option("--sample")->required();
    request.mimic->add_option("--seed", request.order.seed, "Of all that is drawn at random")->capture_default_str();
    add_likened(*request.mimic, request);
}

}  // namespace bonafide::cli
