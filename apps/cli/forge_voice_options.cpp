// What `bonafide forge voice` takes on the command line.
#include "forge_command.h"

namespace bonafide::cli {
namespace {

void add_recording(CLI::App& command, ForgeRequest& request) {
    add_forge_common(command, request, "The recording, or the film whose sound it is: 2 s to 5 minutes",
                     ".wav, .m4a or .mp3");
    command.add_option("--seed", request.order.seed, "Of all that is drawn at random")->capture_default_str();
}

}  // namespace

void add_forge_voice(ForgeRequest& request) {
    request.voice = request.command->add_subcommand("voice", "A recording of a voice, made anew or cut");
    request.voice->require_subcommand(1);
    request.resynthesise = request.voice->add_subcommand(
        "resynthesise",
        "The same voice and words passed through a vocoder: what synthetic speech leaves in a recording");
    add_recording(*request.resynthesise, request);
    request.order.vocoder = "griffin-lim";
    request.resynthesise->add_option("--vocoder", request.order.vocoder, "griffin-lim, lpc or world")
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
    request.convert->add_option("--person", request.order.person,
                                "Whose voice that is, as the consent record names them");
    request.convert->add_option("--consent", request.consent_file,
                                "The consent record (see `bonafide forge consent new`)");
}

}  // namespace bonafide::cli
