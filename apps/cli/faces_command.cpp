// `bonafide faces`: where faces are, and who is who (docs/guide/faces.md).
#include "faces_command.h"

namespace bonafide::cli {

engine::Job faces_job(const FacesRequest& request) {
    engine::Job job;
    job.limits = request.limits;
    job.cache_folder = request.cache_folder;
    return job;
}

void add_faces(CLI::App& app, FacesRequest& request) {
    request.command = app.add_subcommand("faces", "Where faces are, and who is who");
    request.command->require_subcommand(1);

    request.detect = request.command->add_subcommand(
        "detect", "Boxes, landmarks, direction of the head, eyes and mouth; of a film, who is followed through it");
    request.detect->add_option("FILE", request.file, "A picture or a film")->required();
    request.detect
        ->add_option("--draw", request.drawing,
                     "Draw what was seen: a picture into a .png or .jpg, a film into a .webm")
        ->type_name("OUT");
    request.detect->add_flag(
        "--landmarks", request.landmarks,
        "With --format json: the 468 landmarks of every frame of a film (of a picture they come anyway)");
    request.detect->footer("Exit codes: 0 a face was found, 3 none was, 2 the file could not be looked at.");
    add_limits(*request.detect, request);
    add_format(*request.detect, request);

    add_people_commands(request, {"A picture or a film", "Pictures or films that show this person and nobody else"});
}

int run_faces(const FacesRequest& request, const engine::Installation& installation) {
    if (request.detect->parsed()) {
        return detect_faces(request, installation);
    }
    if (request.compare->parsed()) {
        return compare_faces(request, installation);
    }
    if (request.enroll->parsed()) {
        return enroll_face(request, installation);
    }
    if (request.match->parsed()) {
        return match_faces(request, installation);
    }
    return request.list->parsed() ? list_people(request, installation) : delete_person(request, installation);
}

}  // namespace bonafide::cli
