// Options of `bonafide forge` that all kinds share, and those of `forge voice`.
#include "forge_command.h"

namespace bonafide::cli {
namespace {

void add_recording(CLI::App& command, ForgeRequest& request) {
    add_forge_common(command, request, "The recording, or the film whose sound it is: 2 s to 5 minutes",
                     ".wav, .m4a or .mp3");
    command.add_option("--seed", request.order.seed, "Of all that is drawn at random")->capture_default_str();
}

}  // namespace

void add_forge_common(CLI::App& command, ForgeRequest& request, const std::string& file, const std::string& endings) {
    command.add_option("FILE", request.file, file)->required();
    command.add_option("-o,--output", request.output, "Where the result goes: " + endings)->required();
    command.add_flag("--json", request.json, "Say as JSON what was made");
    command
        .add_option("--keys", request.keys,
                    "Folder of the keys (default: bonafide/forge in XDG_DATA_HOME or ~/.local/share)")
        ->type_name("DIR");
    const auto size = CLI::AsSizeValue(false);
    command.add_option("--timeout", request.limits.time_s, "Seconds it may take")
        ->check(CLI::Range(0.01, 1e7))
        ->group("Limits");
    command.add_option("--max-pixels", request.limits.pixels, "Largest picture, pixels")
        ->transform(size)
        ->group("Limits");
    command.add_option("--max-size", request.limits.size_bytes, "Largest file, bytes")
        ->transform(size)
        ->group("Limits");
    command.add_option("--max-memory", request.limits.memory_bytes, "Memory it may take, bytes")
        ->transform(size)
        ->group("Limits");
}

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
