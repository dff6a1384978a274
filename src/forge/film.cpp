// Films: what a kind does to a face, done frame by frame on the tracks of faces. Limits: every frame is made by itself
// from steadied landmarks, so that colours may waver where the light does.
#include "forge/film.h"

#include "features/watermark/film.h"
#include "forge/face_change.h"
#include "forge/label.h"

#include <algorithm>
#include <cmath>

namespace bonafide::forge {
namespace {

namespace watermark = features::watermark;

constexpr int kLongestPx = 1280, kShortestPx = 720;
constexpr int kFineRateFactor = 20;
constexpr std::int64_t kFineSoundBps = 160'000;

/// Marks and labels the frames of a film.
class Marking {
  public:
    Marking(const Order& order, bool labelled) : label_(labelled ? label_of(order.kind) : "") {}
    cv::Mat operator()(const cv::Mat& rgb, bool new_scene) {
        cv::Mat marked = marker_.next(rgb, new_scene);
        if (!label_.empty()) {
            draw_label(marked, label_);
        }
        return marked;
    }
    double psnr_db() const { return marker_.psnr_db(); }

  private:
    std::string label_;
    watermark::FilmMarker marker_;
};

Result<void> can_be_marked(cv::Size size) {
    if (std::max(size.width, size.height) < 2 * watermark::kSmallestSidePx) {
        return Error{ErrorCode::kUsage,
                     "the film is too small to carry the forge's watermark: its longer side must have at least " +
                         std::to_string(2 * watermark::kSmallestSidePx) + " px"};
    }
    return {};
}

/// What was saved is looked at.
Result<Product> finished(Copied copied, Made made, cv::Size size, const Marking& marking, int threads) {
    const auto trace = trace_in_film(copied.bytes, threads);
    if (!trace) {
        return trace.error();
    }
    made.format = "mp4";
    made.width_px = size.width;
    made.height_px = size.height;
    made.frames = copied.frames;
    made.duration_s = copied.duration_s;
    made.watermark_psnr_db = marking.psnr_db();
    made.watermark_exponent = trace->trace.false_alarm_exponent;
    if (made.watermark_exponent < watermark::kFoundExponent || 2 * trace->frames_found <= trace->frames) {
        return Error{ErrorCode::kUsage,
                     "the film cannot carry the forge's watermark: too much of it is nearly all black or white, or it "
                     "is too narrow; nothing leaves the forge without it"};
    }
    return Product{std::move(copied.bytes), std::move(made)};
}

}  // namespace

cv::Size film_size(cv::Size size) {
    if (size.empty()) {
        return {};
    }
    const double scale = std::min({1.0, static_cast<double>(kLongestPx) / std::max(size.width, size.height),
                                   static_cast<double>(kShortestPx) / std::min(size.width, size.height)});
    const auto even = [&](int length) { return std::max(2, 2 * static_cast<int>(std::lround(length * scale / 2))); };
    // Rounding to even sides must not leave 720 p.
    const int longest = std::min(kLongestPx, even(std::max(size.width, size.height)));
    const int shortest = std::min(kShortestPx, even(std::min(size.width, size.height)));
    return size.width >= size.height ? cv::Size(longest, shortest) : cv::Size(shortest, longest);
}

Result<OpenedFilm> open_film_to_mark(const ingest::ByteSource& source, const Limits& limits) {
    auto film = open_film(source, limits);
    if (!film) {
        return film;
    }
    const cv::Size size = film_size(film->size());
    if (size.empty()) {
        return Error{ErrorCode::kUnsupported, "it holds no pictures"};
    }
    if (const auto fits = can_be_marked(size); !fits) {
        return fits.error();
    }
    return film;
}

Result<WhoIsMeant> who_is_meant(const Order& order, double least_px, cv::Size size) {
    WhoIsMeant who{order.all_faces, std::nullopt, least_px};
    if (order.person_at.empty()) {
        return who;
    }
    const cv::Rect2d frame(0, 0, size.width, size.height);
    if (order.all_faces || order.person_at.size() != 2 ||
        !frame.contains(cv::Point2d(order.person_at[0], order.person_at[1]))) {
        return Error{ErrorCode::kUsage, "the place of the person is two numbers inside the " +
                                            std::to_string(size.width) + " x " + std::to_string(size.height) +
                                            " px of the result, and does not go with all faces"};
    }
    who.at = cv::Point2f(static_cast<float>(order.person_at[0]), static_cast<float>(order.person_at[1]));
    return who;
}

Error no_face_in_film(const WhoIsMeant& who) {
    return {ErrorCode::kUsage, "no face of at least " + std::to_string(static_cast<int>(who.least_px)) +
                                   " px from forehead to chin was found in the film" +
                                   (who.at ? " at that place" : "")};
}

Result<Product> make_marked_film(const Order& order, const FilmWork& work, int threads) {
    const cv::Size size = work.film != nullptr ? film_size(work.film->size()) : work.still.size();
    if (const auto fits = can_be_marked(size); !fits) {
        return fits.error();
    }
    CopyOrder copy;
    copy.pictures = work.film;
    copy.still = work.still;
    copy.still_frames = work.still_frames;
    copy.still_rate_hz = work.still_rate_hz;
    copy.given_size = size;
    const double rate_hz = work.film != nullptr ? work.film->pictures()->frame_rate_hz : work.still_rate_hz;
    copy.options.pictures = media::PictureCoding{size, rate_hz, kFineRateFactor, 0};
    if (work.sound != nullptr && work.sound->sound() != nullptr) {
        copy.sound = work.sound;
        copy.sound_fits_pictures = work.sound_fits_pictures;
        copy.options.sound = sound_like(*work.sound->sound(), media::SoundCodec::kAac, kFineSoundBps);
    }
    copy.options.comment = label_of(order.kind);
    Marking marking(order, work.made.label);
    copy.change = [&](const cv::Mat& rgb, double time_s) -> Result<cv::Mat> {
        const auto changed = work.change(rgb, time_s);
        return changed ? Result<cv::Mat>(marking(*changed, work.new_scene && work.new_scene())) : changed;
    };
    auto copied = copy_film(copy, threads);
    if (!copied) {
        return copied.error();
    }
    Made made = work.made;
    if (work.outcome) {
        const auto outcome = work.outcome(copied->frames);
        if (!outcome) {
            return outcome.error();
        }
        made.description += *outcome;
    }
    return finished(std::move(*copied), std::move(made), size, marking, threads);
}

Result<Product> make_film(const Order& order, const Given& given, const infer::ModelStore& models, const Limits& limits,
                          int threads) {
    auto change = prepare_change(order, given, models, limits, threads);
    if (!change) {
        return change.error();
    }
    if (order.format != "mp4") {
        return Error{ErrorCode::kUsage, "a film is saved as .mp4, not as " + order.format};
    }
    auto film = open_film_to_mark(given.picture, limits);
    if (!film) {
        return film.error();
    }
    const auto who = who_is_meant(order, change->least_px, film_size(film->size()));
    if (!who) {
        return who.error();
    }
    auto faces = FilmFaces::open(models, threads, *who);
    if (!faces) {
        return faces.error();
    }
    FilmWork work;
    work.film = work.sound = &*film;
    work.change = [&](const cv::Mat& rgb, double time_s) -> Result<cv::Mat> {
        const auto found = faces->next(rgb, time_s);
        if (!found) {
            return found.error();
        }
        cv::Mat changed = rgb;
        for (const features::faces::Face& face : *found) {
            auto next = change->change(changed, face);
            if (!next) {
                return next.error();
            }
            changed = std::move(*next);
        }
        return changed;
    };
    work.new_scene = [&] { return faces->cut(); };
    work.made = std::move(change->made);
    work.made.kind = order.kind;
    work.made.label = order.label;
    work.outcome = [&](std::int64_t frames) -> Result<std::string> {
        if (faces->frames_changed() == 0) {
            return no_face_in_film(*who);
        }
        return ", in " + std::to_string(faces->frames_changed()) + " of " + std::to_string(frames) +
               " frames of a film";
    };
    return make_marked_film(order, work, threads);
}

Result<Product> mark_film(const std::vector<std::uint8_t>& bytes, Made made, const Order& order, int threads) {
    const auto source = ingest::open_memory(bytes);
    auto film = open_film_to_mark(*source, {});
    if (!film) {
        return film.error();
    }
    FilmWork work;
    work.film = work.sound = &*film;
    work.change = [](const cv::Mat& rgb, double) { return Result<cv::Mat>(rgb); };
    work.made = std::move(made);
    work.made.label = false;
    return make_marked_film(order, work, threads);
}

}  // namespace bonafide::forge
