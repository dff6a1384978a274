// What `bonafide forge` takes on the command line.
#include "forge_command.h"

namespace bonafide::cli {
namespace {

void add_common(CLI::App& command, ForgeRequest& request, bool takes_file = true) {
    add_forge_common(command, request, takes_file ? "The picture, or film where the kind takes one" : "",
                     ".png, .jpg or .webp; of a film .mp4; of sound .m4a, .mp3 or .wav");
}

void add_fake(CLI::App& command, ForgeRequest& request, bool takes_file = true) {
    add_common(command, request, takes_file);
    command.add_flag("--no-visible-label", request.no_label,
                     "Draw no label; content credential and watermark are there all the same");
}

/// For the kinds that take a film.
void add_film(CLI::App& command, ForgeRequest& request) {
    CLI::Option* all = command.add_flag("--all-faces", request.order.all_faces,
                                        "Of a film: change everybody (default: one person, through all scenes)");
    command
        .add_option("--person-at", request.order.person_at,
                    "Of a film: change the person whose face is the first to lie over this place, X,Y in px of the "
                    "result (default: the largest face where there first is one)")
        ->delimiter(',')
        ->expected(2)
        ->excludes(all);
}

void add_launder(ForgeRequest& request) {
    CLI::App& command = *request.launder;
    add_common(command, request);
    command.add_option("--profile", request.profile,
                       "social, messenger, forum, screenshot or reposted; of films social, messenger or reposted; "
                       "before any step");
    const auto step = [&](const std::string& name, const char* meaning) {
        command.add_option("--" + name, request.steps[name], meaning)
            ->expected(1)
            ->take_all()
            ->group("Steps, in the order given, repeatable");
    };
    step("fit", "Longer side at most, 16 to 16384 px");
    step("resize", "By this factor, 0.05 to 4");
    step("crop", "Off every side, 0 to 4096 px");
    step("jpeg", "Save as JPEG of this quality, 1 to 100, with halved colour");
    step("webp", "Save as WebP of this quality, 0 to 100");
    step("h264", "Of a film: save as H.264 with this constant rate factor, 0 (fine) to 51");
    step("h264-rate", "Of a film: save as H.264 of so many kbit/s, 16 to 50000");
    step("aac", "Save the sound as AAC of so many kbit/s, 8 to 512");
    step("opus", "Save the sound as Opus of so many kbit/s, 6 to 510");
    step("mp3", "Save the sound as MP3 of so many kbit/s, 32 to 320");
}

/// Whose mouth is moved.
void add_speaker(CLI::App& command, ForgeRequest& request) {
    command
        .add_option("--person-at", request.order.person_at,
                    "Of a film: whose face is the first to lie over this place, X,Y in px of the result (default: the "
                    "largest face where there first is one)")
        ->delimiter(',')
        ->expected(2);
    command.add_option("--person", request.order.person, "Whose mouth that is, as the consent record names them");
    command.add_option("--consent", request.consent_file, "The consent record (see `bonafide forge consent new`)");
}

void add_video(ForgeRequest& request) {
    request.video = request.command->add_subcommand(
        "video",
        "A film in which a person says something else: voice and mouth together, from a film or a picture; needs that "
        "person's consent");
    add_fake(*request.video, request);
    CLI::Option* sound =
        request.video->add_option("--sound", request.sound, "What is said, as a recording or the sound of a film");
    add_sentence(*request.video, request);
    request.video->get_option("--text")->excludes(sound)->needs(request.video->get_option("--sample"));
    request.video->get_option("--sample")->excludes(sound);
    add_speaker(*request.video, request);
    request.video->footer(
        "A text is spoken as `forge voice mimic` does, for which the record must be for voice as well as for mouth; "
        "the "
        "mouth moves as by `forge mouth --sound`. Pictures and sound carry the mark.");
}

void add_mouth(ForgeRequest& request) {
    request.mouth = request.command->add_subcommand(
        "mouth", "A person's mouth moved to other speech, in a film or a picture; needs that person's consent");
    add_fake(*request.mouth, request);
    CLI::Option* sound =
        request.mouth->add_option("--sound", request.sound, "A recording, or a film, whose speech moves the mouth");
    CLI::Option* clip = request.mouth->add_option("--mouth-of", request.face, "A clip whose mouth is followed");
    sound->excludes(clip);
    add_speaker(*request.mouth, request);
    request.mouth->footer(
        "The sound, or that of the clip, becomes the film's: cut where the film ends, silent where it is shorter. A "
        "picture becomes a film of 25 Hz, as long as the sound.");
}

void add_reconstruct(ForgeRequest& request) {
    request.reconstruct = request.command->add_subcommand(
        "reconstruct",
        "A picture passed through a small autoencoder: what generators' up-sampling leaves in a picture");
    add_fake(*request.reconstruct, request);
    request.order.upsampling = "nearest";
    request.reconstruct
        ->add_option("--upsampling", request.order.upsampling,
                     "The layer that enlarges: transposed, nearest, bilinear, shuffle")
        ->capture_default_str();
}

void add_face_of_nobody(ForgeRequest& request) {
    request.face_of_nobody =
        request.command->add_subcommand("face", "A person who does not exist, made up by a small network");
    CLI::App& command = *request.face_of_nobody;
    add_fake(command, request, false);
    command.add_option("--model", request.face_model, "The network: vae, gan")->capture_default_str();
    command.add_option("--seed", request.order.seed, "Which face")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    CLI::Option* to_seed =
        command.add_option("--to-seed", request.order.to_seed, "Several faces, on the way to this one")
            ->check(CLI::NonNegativeNumber);
    CLI::Option* steps =
        command.add_option("--steps", request.order.faces, "How many faces that is, both ends counted")
            ->check(CLI::Range(2, 9))
            ->needs(to_seed);
    to_seed->needs(steps);
}

}  // namespace

void add_forge_common(CLI::App& command, ForgeRequest& request, const std::string& file, const std::string& endings) {
    if (!file.empty()) {
        command.add_option("FILE", request.file, file)->required();
    }
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

void add_forge(CLI::App& app, ForgeRequest& request) {
    request.command = app.add_subcommand("forge", "Make fakes that are always marked, for training and testing");
    request.command->require_subcommand(1);
    request.blend = request.command->add_subcommand(
        "blend", "A face blended with a slightly changed copy of itself: what a face exchange leaves at its edge");
    add_fake(*request.blend, request);
    request.blend->add_option("--mask", request.order.mask,
                              "Shape of what is exchanged: face, below-brows, lower, inner, patch (default: drawn)");
    request.blend->add_option("--seed", request.order.seed, "Of all that is drawn at random")->capture_default_str();

    request.swap =
        request.command->add_subcommand("swap", "One person's face onto another; needs that person's consent");
    add_fake(*request.swap, request);
    add_film(*request.swap, request);
    request.swap
        ->add_option("--model", request.swap_model,
                     "mesh: the face of a picture, warped; autoencoder: what a network of train/swap_autoencoder makes")
        ->check(CLI::IsMember({"mesh", "autoencoder"}))
        ->capture_default_str();
    request.swap->add_option("--face", request.face, "mesh: the picture with the face to put on");
    request.swap->add_option("--network", request.network, "autoencoder: the trained network, as ONNX");
    request.swap->add_option("--person", request.order.person, "Whose face that is, as the consent record names them");
    request.swap->add_option("--consent", request.consent_file,
                             "The consent record (see `bonafide forge consent new`)");

    request.animal = request.command->add_subcommand("animal", "An animal's face on a person");
    add_fake(*request.animal, request);
    add_film(*request.animal, request);
    request.animal->add_option("--animal", request.order.animal, "A drawn one: cat, dog, bear, fox, rabbit");
    CLI::Option* picture =
        request.animal->add_option("--picture", request.face, "A picture of the animal, from in front");
    request.animal
        ->add_option(
            "--places", request.order.places,
            "Where that picture has the left eye, the right eye and the middle of the mouth: X,Y,X,Y,X,Y in px")
        ->delimiter(',')
        ->expected(6)
        ->needs(picture);
    request.animal->add_option("--seed", request.order.seed, "Of the fur")->capture_default_str();

    add_mouth(request);
    add_video(request);
    add_reconstruct(request);
    add_face_of_nobody(request);
    add_forge_voice(request);

    request.launder = request.command->add_subcommand(
        "launder", "What happens to a picture, film or recording on its way through the net");
    add_launder(request);

    request.consent = request.command->add_subcommand("consent", "Signed records of what a person agrees to");
    request.consent->require_subcommand(1);
    request.consent_new = request.consent->add_subcommand("new", "Make a record, signed with this installation's key");
    request.consent_new->add_option("--person", request.record.person, "Who agrees")->required();
    request.consent_new->add_option("--purpose", request.record.purpose, "satire, research, art, education or testing")
        ->required();
    request.consent_new->add_option("--until", request.record.until, "Last day, such as 2027-01-31")->required();
    request.consent_new->add_option("--for", request.record.kinds, "Kind of forgery (repeatable): swap, mouth, voice")
        ->required()
        ->take_all();
    request.consent_new->add_option("-o,--output", request.output, "Where the record goes")->required();
    request.consent_show = request.consent->add_subcommand("show", "What a record says, and whether it holds");
    request.consent_show->add_option("FILE", request.consent_file, "The record")->required();
    request.consent_show->add_flag("--json", request.json, "As JSON");
    request.consent_show->footer(
        "Exit codes: 0 it holds, 3 it ended or was signed elsewhere, 2 it is no unchanged record.");
    for (CLI::App* command : {request.consent_new, request.consent_show}) {
        command->add_option("--keys", request.keys, "Folder of the keys")->type_name("DIR");
    }
}

}  // namespace bonafide::cli
