#pragma once

#include "forge/film_copy.h"
#include "forge/film_faces.h"
#include "forge/make.h"

#include <opencv2/core.hpp>

#include <functional>
#include <string>

namespace bonafide::forge {

/// `size` brought within 720 p (1280 x 720 px either way up) and to even sides.
cv::Size film_size(cv::Size size);

/// make() for the kinds that change faces, on a film: `order.format` "mp4". Times and sound are kept; every frame is
/// labelled (where ordered) and marked, and the mark is looked for in what was saved. kUsage where there is no face to
/// change, where the film is too small or too dark to carry the mark, and as make().
Result<Product> make_film(const Order& order, const Given& given, const infer::ModelStore& models, const Limits& limits,
                          int threads);

/// What is done to the pictures of a film before they are marked and written.
struct FilmWork {
    OpenedFilm* film = nullptr;  ///< the pictures; null: `still` is shown all the time
    cv::Mat still;               ///< CV_8UC3, of a film_size()
    std::int64_t still_frames = 0;
    double still_rate_hz = 25;
    OpenedFilm* sound = nullptr;       ///< null: a silent film; may be the same as `film`
    bool sound_fits_pictures = false;  ///< as CopyOrder
    ChangeFrame change;
    std::function<bool()> new_scene;  ///< whether one began with the last frame; empty: never
    /// Asked after the last of so many frames: what is to be said of them, or why nothing comes of the film.
    std::function<Result<std::string>(std::int64_t frames)> outcome;
    Made made;  ///< what can be said of it beforehand
};

/// The one way out for films: every frame changed, labelled (where ordered) and marked, and a look at what was saved.
/// Errors as make_film().
Result<Product> make_marked_film(const Order& order, const FilmWork& work, int threads);

/// kUsage where the film is too small to be marked, kUnsupported where it holds no pictures, and errors of open_film().
Result<OpenedFilm> open_film_to_mark(const ingest::ByteSource& source, const Limits& limits);

/// Whom `order` names in a film whose pictures get `size`; kUsage where it names a place outside.
Result<WhoIsMeant> who_is_meant(const Order& order, double least_px, cv::Size size);

/// Said where nobody was found to change.
Error no_face_in_film(const WhoIsMeant& who);

/// `film` (an MP4 of ours) with the mark put into every frame, and nothing else changed but a save: what laundering has
/// washed out.
Result<Product> mark_film(const std::vector<std::uint8_t>& film, Made made, const Order& order, int threads);

}  // namespace bonafide::forge
