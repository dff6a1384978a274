#include "forge/mouth/make.h"

#include "forge/consented.h"
#include "forge/face.h"
#include "forge/film.h"
#include "forge/film_copy.h"
#include "forge/film_faces.h"
#include "forge/mouth/from_clip.h"
#include "forge/mouth/from_sound.h"
#include "forge/mouth/person.h"
#include "forge/mouth/render.h"
#include "forge/picture.h"
#include "ingest/identify.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::forge {
namespace {

using features::faces::Face;

constexpr double kStillRate_hz = 25;

/// What drives the mouth.
struct Driver {
    MouthCurve curve;
    OpenedFilm source;
    double duration_s = 0;
};

Result<Driver> driven_by_sound(OpenedFilm source, int threads) {
    if (source.sound() == nullptr) {
        return Error{ErrorCode::kUsage, "it has no sound"};
    }
    SpeechListener listener;
    ReadFilm reading;
    reading.on_sound = [&](const media::SoundBlock& block) { listener.add(block.mono_16k); };
    const auto end_s = read_film(source, reading, threads);
    if (!end_s) {
        return end_s.error();
    }
    listener.finish();
    if (const auto heard = listener.no_speech()) {
        return Error{ErrorCode::kUsage, "no speech was found, but " + *heard};
    }
    return Driver{mouth_saying(listener.frames()), std::move(source), *end_s};
}

Result<Driver> driven_by_mouth(OpenedFilm source, const infer::ModelStore& models, int threads) {
    const cv::Size size = film_size(source.size());
    if (size.empty()) {
        return Error{ErrorCode::kUsage, "it holds no pictures"};
    }
    auto watcher = MouthWatcher::open(models, threads);
    if (!watcher) {
        return watcher.error();
    }
    ReadFilm reading;
    reading.size = size;
    reading.on_frame = [&](const cv::Mat& rgb, double time_s) { return watcher->next(rgb, time_s); };
    const auto end_s = read_film(source, reading, threads);
    if (!end_s) {
        return end_s.error();
    }
    auto curve = mouth_like(watcher->seen());
    return curve ? Result<Driver>(Driver{std::move(*curve), std::move(source), *end_s}) : Result<Driver>(curve.error());
}

Result<Driver> read_driver(const Order& order, const Given& given, const infer::ModelStore& models,
                           const Limits& limits, int threads) {
    if ((order.driver != "sound" && order.driver != "mouth") || given.second == nullptr) {
        return Error{ErrorCode::kUsage, "either a sound (--sound) or another clip (--mouth-of) drives the mouth"};
    }
    const bool by_sound = order.driver == "sound";
    auto source = open_film(*given.second, limits);
    auto driver = !source    ? Result<Driver>(source.error())
                  : by_sound ? driven_by_sound(std::move(*source), threads)
                             : driven_by_mouth(std::move(*source), models, threads);
    return driver ? std::move(driver)
                  : Result<Driver>(
                        Error{driver.error().code,
                              (by_sound ? "the sound: " : "the clip with the other mouth: ") + driver.error().message});
}

/// What every film that speaks has.
FilmWork speaking(Driver& driver, Made made) {
    FilmWork work;
    work.sound = driver.source.sound() != nullptr ? &driver.source : nullptr;
    work.sound_fits_pictures = true;
    work.made = std::move(made);
    return work;
}

Result<Product> speaking_picture(const Order& order, const Given& given, Driver& driver, Made made,
                                 const infer::ModelStore& models, const Limits& limits, int threads) {
    const auto read = read_picture(given.picture, limits);
    if (!read) {
        return read.error();
    }
    if (!order.person_at.empty()) {
        return Error{ErrorCode::kUsage, "the place of a person is for films; of a picture the largest face speaks"};
    }
    cv::Mat picture;
    const cv::Size size = film_size(read->size());
    cv::resize(*read, picture, size, 0, 0, read->cols > size.width ? cv::INTER_AREA : cv::INTER_CUBIC);
    const auto face = largest_face(picture, models, threads, kSmallestSpeakingFacePx);
    if (!face) {
        return face.error();
    }
    MouthStudy study;
    study.add(picture, *face);
    const MouthOwner owner = study.owner();
    FilmWork work = speaking(driver, std::move(made));
    work.still = picture;
    work.still_frames = std::max<std::int64_t>(2, std::llround(driver.duration_s * kStillRate_hz));
    work.still_rate_hz = kStillRate_hz;
    work.change = [&](const cv::Mat& rgb, double time_s) {
        return Result<cv::Mat>(hold_mouth(rgb, *face, owner, driver.curve.at(time_s)));
    };
    return make_marked_film(order, work, threads);
}

Result<Product> speaking_film(const Order& order, const Given& given, Driver& driver, Made made,
                              const infer::ModelStore& models, const Limits& limits, int threads) {
    auto film = open_film_to_mark(given.picture, limits);
    if (!film) {
        return film.error();
    }
    const cv::Size size = film_size(film->size());
    const auto who = who_is_meant(order, kSmallestSpeakingFacePx, size);
    if (!who) {
        return who.error();
    }
    // Twice over the film: how the mouth is at rest is known at the end of it.
    auto first = FilmFaces::open(models, threads, *who), again = FilmFaces::open(models, threads, *who);
    if (!first || !again) {
        return first ? again.error() : first.error();
    }
    MouthStudy study;
    ReadFilm reading;
    reading.size = size;
    reading.on_frame = [&](const cv::Mat& rgb, double time_s) -> Result<void> {
        const auto found = first->next(rgb, time_s);
        if (!found) {
            return found.error();
        }
        for (const Face& face : *found) {
            study.add(rgb, face);
        }
        return {};
    };
    if (const auto end_s = read_film(*film, reading, threads); !end_s) {
        return end_s.error();
    }
    if (study.empty()) {
        return no_face_in_film(*who);
    }
    const MouthOwner owner = study.owner();
    FilmWork work = speaking(driver, std::move(made));
    work.film = &*film;
    work.change = [&](const cv::Mat& rgb, double time_s) -> Result<cv::Mat> {
        const auto found = again->next(rgb, time_s);
        if (!found) {
            return found.error();
        }
        cv::Mat changed = rgb;
        for (const Face& face : *found) {
            changed = hold_mouth(changed, face, owner, driver.curve.at(time_s));
        }
        return changed;
    };
    work.new_scene = [&] { return again->cut(); };
    work.outcome = [&](std::int64_t frames) -> Result<std::string> {
        return ", in " + std::to_string(again->frames_changed()) + " of " + std::to_string(frames) +
               " frames of a film";
    };
    return make_marked_film(order, work, threads);
}

}  // namespace

Result<Product> make_mouth(const Order& order, const Given& given, const infer::ModelStore& models,
                           const Limits& limits, int threads) {
    Made made;
    if (auto consented = take_consent(order, made); !consented) {
        return consented.error();
    }
    if (order.format != "mp4") {
        return Error{ErrorCode::kUsage, "what speaks is a film, and is saved as .mp4, not as " + order.format};
    }
    if (order.all_faces) {
        return Error{ErrorCode::kUsage, "one person speaks, not all"};
    }
    auto driver = read_driver(order, given, models, limits, threads);
    if (!driver) {
        return driver.error();
    }
    made.kind = order.kind;
    made.label = order.label;
    made.description = order.driver == "sound" ? "a person's mouth moved to speech that is not theirs"
                                               : "a person's mouth moved like that of another clip";
    const bool is_film = ingest::identify(given.picture).kind == ingest::MediaKind::kVideo;
    return is_film ? speaking_film(order, given, *driver, std::move(made), models, limits, threads)
                   : speaking_picture(order, given, *driver, std::move(made), models, limits, threads);
}

}  // namespace bonafide::forge
