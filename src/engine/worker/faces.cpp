#include "engine/worker/faces.h"

#include "features/faces/draw.h"
#include "features/faces/look.h"
#include "features/faces/recognition.h"
#include "features/media.h"
#include "media/encode.h"
#include "media/encode_film.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::engine {
namespace {

namespace faces = features::faces;

constexpr float kLeastPresence = 0.5F;
constexpr int kDrawingQuality = 92;
/// Frames are looked at no larger than so: what a face of 32 px in it shows is enough, and a film of 4K takes no
/// longer.
constexpr int kLongestFramePx = 1920;
constexpr int kLongestDrawnPx = 1280;

std::optional<SeenIris> seen(const std::optional<faces::Iris>& iris, double scale) {
    return iris ? std::optional<SeenIris>(
                      {iris->centre_px.x * scale, iris->centre_px.y * scale, iris->radius_px * scale})
                : std::nullopt;
}

/// `face` in pixels of the whole picture, which is `scale` times as large as what was looked at.
SeenFace seen(const faces::Face& face, int track, double scale, bool with_landmarks) {
    SeenFace out;
    const cv::Rect2f box = face.box_px();
    out.track = track;
    out.box_px = {box.x * scale, box.y * scale, box.width * scale, box.height * scale};
    out.score = face.detection.score;
    out.presence = face.presence;
    out.yaw_deg = face.pose.yaw_deg;
    out.pitch_deg = face.pose.pitch_deg;
    out.roll_deg = face.pose.roll_deg;
    out.right_eye_opening = face.right_eye_opening;
    out.left_eye_opening = face.left_eye_opening;
    out.mouth_opening = face.mouth_opening;
    out.right_iris = seen(face.right_iris, scale);
    out.left_iris = seen(face.left_iris, scale);
    if (with_landmarks) {
        for (const cv::Point3f& point : face.landmarks_px) {
            out.landmarks_px.push_back({point.x * scale, point.y * scale, point.z * scale});
        }
    }
    return out;
}

SeenPerson seen(const faces::Appearance& appearance, double scale) {
    SeenPerson person;
    person.track = appearance.track;
    person.first_s = appearance.first_s;
    person.last_s = appearance.last_s;
    person.frames = appearance.frames;
    person.largest_px = appearance.largest_px * scale;
    person.samples = static_cast<std::int64_t>(appearance.samples.size());
    if (!appearance.samples.empty()) {
        person.numbers = appearance.mean();
        person.drift = appearance.drift();
    }
    return person;
}

std::vector<cv::Point2f> flat(const faces::Face& face) {
    std::vector<cv::Point2f> points;
    for (std::size_t k = 0; k < face.landmarks_px.size(); ++k) {
        points.push_back(face.point(k));
    }
    return points;
}

/// Lists who appears, and what tells them apart where the job asks for that.
class People {
  public:
    static Result<People> open(const Job& job, const infer::ModelStore& models) {
        People people;
        if (job.face_numbers) {
            auto recogniser = faces::Recogniser::open(models, {});
            if (!recogniser) {
                return recogniser.error();
            }
            people.recogniser_.emplace(std::move(*recogniser));
        }
        return people;
    }
    Result<void> add(const cv::Mat& rgb, int track, const faces::Face& face, double time_s) {
        return collector_.add(recogniser_ ? &*recogniser_ : nullptr, rgb, track, face, time_s);
    }
    std::vector<SeenPerson> seen_at(double scale) const {
        std::vector<SeenPerson> all;
        for (const faces::Appearance& appearance : collector_.appearances()) {
            all.push_back(seen(appearance, scale));
        }
        return all;
    }

  private:
    std::optional<faces::Recogniser> recogniser_;
    faces::AppearanceCollector collector_;
};

Result<LookedForFaces> look_at_picture(const Job& job, const media::Image& image, const infer::ModelStore& models) {
    if (job.face_drawing == "webm") {
        return Error{ErrorCode::kUsage, "it is a picture: draw it into a .png or .jpg"};
    }
    auto detector = faces::Detector::open(models, {});
    auto mesh = faces::Mesh::open(models, {});
    auto people = People::open(job, models);
    for (const Error* error :
         {detector ? nullptr : &detector.error(), mesh ? nullptr : &mesh.error(), people ? nullptr : &people.error()}) {
        if (error != nullptr) {
            return *error;
        }
    }
    const cv::Mat rgb = faces::as_8_bit(image.rgb);
    const auto found = faces::faces_in(*detector, *mesh, rgb, {}, kLeastPresence, true);
    if (!found) {
        return found.error();
    }
    LookedForFaces looked;
    looked.faces.kind = "image";
    looked.faces.width_px = rgb.cols;
    looked.faces.height_px = rgb.rows;
    if (!image.damage.empty()) {
        looked.faces.problems.push_back(image.damage);
    }
    cv::Mat drawing;
    if (!job.face_drawing.empty()) {
        drawing = rgb.clone();
    }
    SeenFrame frame;
    for (std::size_t i = 0; i < found->size(); ++i) {
        const faces::Face& face = found->at(i);
        const int number = static_cast<int>(i);
        frame.faces.push_back(seen(face, number, 1, true));
        if (auto added = people->add(rgb, number, face, 0); !added) {
            return added.error();
        }
        if (!drawing.empty()) {
            faces::draw(drawing, face, flat(face), number);
        }
    }
    if (!frame.faces.empty()) {
        looked.faces.seen.push_back(std::move(frame));
    }
    looked.faces.people = people->seen_at(1);
    if (!drawing.empty()) {
        looked.drawing =
            job.face_drawing == "png" ? media::encode_png(drawing) : media::encode_jpeg(drawing, kDrawingQuality);
        if (looked.drawing.empty()) {
            return Error{ErrorCode::kLimit, "the picture is too large to be drawn as " + job.face_drawing};
        }
    }
    return looked;
}

/// Watches a film pass by.
class FilmWatcher final : public media::StreamSink {
  public:
    FilmWatcher(const Job& job, faces::Tracker tracker, People people, double rate_hz)
        : job_(job), tracker_(std::move(tracker)), people_(std::move(people)), rate_hz_(rate_hz) {
        looked_.faces.kind = "video";
    }

    void on_frame(const media::VideoFrame& frame) override {
        if (!failure_) {
            if (auto watched = watch(frame); !watched) {
                failure_ = watched.error();
            }
        }
    }

    Result<LookedForFaces> finish(const media::ReadSummary& summary) {
        if (failure_) {
            return *failure_;
        }
        SeenFaces& seen_faces = looked_.faces;
        if (seen_faces.width_px == 0) {
            return Error{ErrorCode::kInvalid, "not one picture of it could be decoded" +
                                                  (summary.problems.empty() ? "" : ": " + summary.problems.front())};
        }
        seen_faces.frames = summary.frames;
        seen_faces.cuts = tracker_.cuts();
        seen_faces.people = people_.seen_at(scale_);
        seen_faces.problems = summary.problems;
        if (listed_ < met_) {
            seen_faces.problems.push_back("only the first " + std::to_string(listed_) +
                                          " faces are told one by one; the people are complete");
        }
        if (film_) {
            auto bytes = film_->finish();
            if (!bytes) {
                return bytes.error();
            }
            looked_.drawing = std::move(*bytes);
        }
        return std::move(looked_);
    }

  private:
    Result<void> watch(const media::VideoFrame& frame) {
        const cv::Mat rgb = frame.rgb(kLongestFramePx);
        if (rgb.empty()) {
            return {};  // the summary tells what could not be decoded
        }
        note_size(frame, rgb);
        const auto found = tracker_.next(rgb, frame.time_s);
        if (!found) {
            return found.error();
        }
        SeenFrame seen_frame{frame.index, frame.time_s, {}};
        const std::size_t most = job_.face_landmarks ? kMostSeenFacesWithLandmarks : kMostSeenFaces;
        for (const faces::TrackedFace& tracked : *found) {
            ++met_;
            if (listed_ < most) {
                ++listed_;
                seen_frame.faces.push_back(seen(tracked.face, tracked.track, scale_, job_.face_landmarks));
            }
            if (auto added = people_.add(rgb, tracked.track, tracked.face, frame.time_s); !added) {
                return added;
            }
        }
        if (!seen_frame.faces.empty()) {
            looked_.faces.seen.push_back(std::move(seen_frame));
        }
        return job_.face_drawing.empty() ? Result<void>() : draw(rgb, *found, frame.time_s);
    }

    void note_size(const media::VideoFrame& frame, const cv::Mat& rgb) {
        if (looked_.faces.width_px != 0) {
            return;
        }
        const int longest = std::max(frame.luma.cols, frame.luma.rows), shown = std::max(rgb.cols, rgb.rows);
        scale_ = longest > shown ? static_cast<double>(longest) / shown : 1.0;
        looked_.faces.width_px = std::llround(rgb.cols * scale_);
        looked_.faces.height_px = std::llround(rgb.rows * scale_);
    }

    Result<void> draw(const cv::Mat& rgb, const std::vector<faces::TrackedFace>& found, double time_s) {
        cv::Mat drawing = rgb.clone();
        for (const faces::TrackedFace& tracked : found) {
            faces::draw(drawing, tracked.face, tracked.smoothed_px, tracked.track);
        }
        if (!film_) {
            const double factor = std::min(1.0, static_cast<double>(kLongestDrawnPx) / std::max(rgb.cols, rgb.rows));
            film_size_ = cv::Size(cvRound(rgb.cols * factor) & ~1, cvRound(rgb.rows * factor) & ~1);
            auto film = media::FilmEncoder::create(film_size_, rate_hz_);
            if (!film) {
                return film.error();
            }
            film_ = std::move(*film);
        }
        if (drawing.size() != film_size_) {
            cv::resize(drawing, drawing, film_size_, 0, 0, cv::INTER_AREA);
        }
        return film_->add(drawing, time_s);
    }

    const Job& job_;
    faces::Tracker tracker_;
    People people_;
    double rate_hz_;
    double scale_ = 1;
    LookedForFaces looked_;
    std::size_t met_ = 0, listed_ = 0;
    std::unique_ptr<media::FilmEncoder> film_;
    cv::Size film_size_;
    std::optional<Error> failure_;
};

Result<LookedForFaces> look_at_film(const Job& job, media::StreamReader& reader, const infer::ModelStore& models) {
    if (!reader.table().video) {
        return Error{ErrorCode::kUnsupported, "it is a recording of sound: there is nothing to see"};
    }
    if (!job.face_drawing.empty() && job.face_drawing != "webm") {
        return Error{ErrorCode::kUsage, "it is a film: draw it into a .webm"};
    }
    faces::TrackerOptions options;
    options.with_irises = true;
    auto tracker = faces::Tracker::open(models, {}, options);
    auto people = People::open(job, models);
    if (!tracker || !people) {
        return tracker ? people.error() : tracker.error();
    }
    const media::StreamInfo& stream = reader.table().streams[static_cast<std::size_t>(*reader.table().video)];
    FilmWatcher watcher(job, std::move(*tracker), std::move(*people), stream.frame_rate_hz);
    media::ReadOptions wanted;
    wanted.frames = true;
    wanted.threads = job.threads;
    const auto summary = reader.read(wanted, watcher);
    return summary ? watcher.finish(*summary) : Result<LookedForFaces>(summary.error());
}

}  // namespace

Result<LookedForFaces> look_for_faces(const Job& job, const ingest::ByteSource& source,
                                      const infer::ModelStore& models) {
    const auto media = features::Media::open(ingest::identify(source), source, job.limits);
    if (!media) {
        return media.error();
    }
    if ((*media)->image() != nullptr) {
        return look_at_picture(job, *(*media)->image(), models);
    }
    return look_at_film(job, *(*media)->reader(), models);
}

}  // namespace bonafide::engine
