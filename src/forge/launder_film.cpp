// What services do to films and recordings. Every save is a save: pictures are coded as H.264 and decoded, sound as
// AAC, Opus or MP3, as often as the steps say; what lies between two saves of one kind is kept without loss for the
// other.
#include "forge/launder_film.h"

#include "features/watermark/watermark.h"
#include "forge/film.h"
#include "forge/film_copy.h"
#include "forge/launder_plan.h"
#include "forge/sound_marking.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace bonafide::forge {
namespace {

namespace watermark = features::watermark;

constexpr std::int64_t kUsualSoundBps = 128'000;
constexpr const char* kPutInAgain = "; watermark put in again";

cv::Size scaled(cv::Size size, double scale) {
    const auto length = [&](int pixels) { return std::max(1, cvRound(pixels * scale)); };
    return {length(size.width), length(size.height)};
}

int margin_of(const Step& step) {
    return cvRound(step.value);
}

/// Of pictures of `size` after `step`; empty where nothing is left.
cv::Size size_after(cv::Size size, const Step& step) {
    switch (step.known->kind) {
        case StepKind::kFit:
            return scaled(size, std::min(1.0, step.value / std::max(size.width, size.height)));
        case StepKind::kResize:
            return scaled(size, step.value);
        case StepKind::kCrop:
            return {size.width - 2 * margin_of(step), size.height - 2 * margin_of(step)};
        default:
            return size;
    }
}

cv::Mat picture_after(const cv::Mat& rgb, const Step& step) {
    if (step.known->kind == StepKind::kCrop) {
        const int margin = margin_of(step);
        return rgb({margin, margin, rgb.cols - 2 * margin, rgb.rows - 2 * margin});
    }
    cv::Mat result;
    const cv::Size size = size_after(rgb.size(), step);
    if (size == rgb.size()) {
        return rgb;
    }
    cv::resize(rgb, result, size, 0, 0, size.width < rgb.cols ? cv::INTER_AREA : cv::INTER_CUBIC);
    return result;
}

/// What a save makes of the pictures of `film`: all that copy_film() has to know but the sound.
Result<CopyOrder> order_for(OpenedFilm& film, const PictureSave& save) {
    CopyOrder copy;
    copy.pictures = &film;
    copy.given_size = film.size();
    cv::Size size = copy.given_size;
    for (const Step& step : save.before) {
        size = size_after(size, step);
        if (size.width < 1 || size.height < 1 || std::max(size.width, size.height) > kLongestFilmPx) {
            return Error{ErrorCode::kUsage, "the steps leave " + std::to_string(std::max(0, size.width)) + " x " +
                                                std::to_string(std::max(0, size.height)) + " px of the film"};
        }
    }
    // H.264 with halved colour has even sides: an odd row or column is cut off, as services do.
    const cv::Size even(size.width & ~1, size.height & ~1);
    const bool by_rate = save.save.known->kind == StepKind::kPictureRate;
    copy.options.pictures = media::PictureCoding{even, film.pictures()->frame_rate_hz};
    if (by_rate) {
        copy.options.pictures->bit_rate_bps = std::llround(save.save.value * 1000);
    } else {
        copy.options.pictures->constant_rate_factor = cvRound(save.save.value);
    }
    copy.change = [before = save.before, even](const cv::Mat& rgb, double) -> Result<cv::Mat> {
        cv::Mat picture = rgb;
        for (const Step& step : before) {
            picture = picture_after(picture, step);
        }
        return picture({{0, 0}, even}).clone();
    };
    return copy;
}

/// A film or recording after some saves.
struct Stage {
    std::vector<std::uint8_t> bytes;  ///< empty: still the file as it was given
    OpenedFilm opened;
    std::optional<bool> was_marked;  ///< whether its sound came in with the mark, once that is known
};

/// Saves `copy`, which reads `stage`, as what comes next; gives what was seen of the mark of its pictures.
Result<watermark::FilmTrace> advance(Stage& stage, CopyOrder copy, const Limits& limits, int threads) {
    copy.options.format = media::WrittenFormat::kMatroska;
    auto copied = copy_film(copy, threads);
    if (!copied) {
        return copied.error();
    }
    Stage next{std::move(copied->bytes), {}, stage.was_marked};
    if (copy.sound != nullptr && !next.was_marked) {
        next.was_marked = sound_is_marked(copied->sound_read.find());
    }
    auto opened = open_film(next.bytes, limits);
    if (!opened) {
        return opened.error();
    }
    next.opened = std::move(*opened);
    stage.opened = {};  // before the bytes that it reads
    stage = std::move(next);
    return copied->frames_read.find();
}

struct Container {
    std::string_view format;
    media::WrittenFormat written;
    bool is_film;
    media::SoundCodec usual;  ///< of its sound where no step says
};
constexpr Container kContainers[] = {
    {"mp4", media::WrittenFormat::kMp4, true, media::SoundCodec::kAac},
    {"m4a", media::WrittenFormat::kMp4, false, media::SoundCodec::kAac},
    {"mp3", media::WrittenFormat::kMp3, false, media::SoundCodec::kMp3},
    {"wav", media::WrittenFormat::kWav, false, media::SoundCodec::kPcm},
};

/// How the sound is saved last. WAV holds what the last step left, decoded; the others hold that step's own bytes.
Result<media::SoundCoding> last_sound(const Container& container, const LaunderPlan& plan,
                                      const media::StreamInfo& sound) {
    const bool is_wav = container.usual == media::SoundCodec::kPcm;
    if (is_wav || plan.sound.empty()) {
        return sound_like(sound, container.usual, kUsualSoundBps);
    }
    const Step& last = plan.sound.back();
    const bool fits = last.known->codec == container.usual ||
                      (container.written == media::WrittenFormat::kMp4 && last.known->codec != media::SoundCodec::kMp3);
    if (!fits) {
        return Error{ErrorCode::kUsage, "the last step saves the sound as " + std::string(last.known->name) + "; in ." +
                                            std::string(container.format) +
                                            " it would be saved once more, which was not asked for"};
    }
    return sound_like(sound, last.known->codec, std::llround(last.value * 1000));
}

/// The sound of `source` after all saves of `saves` but the last `left`.
Result<Stage> sound_after(const ingest::ByteSource& source, const std::vector<Step>& saves, std::size_t left,
                          const Limits& limits, int threads) {
    auto opened = open_film(source, limits);
    if (!opened) {
        return opened.error();
    }
    Stage stage{{}, std::move(*opened), {}};
    for (std::size_t i = 0; i + left < saves.size(); ++i) {
        CopyOrder copy;
        copy.sound = &stage.opened;
        copy.options.sound =
            sound_like(*stage.opened.sound(), saves[i].known->codec, std::llround(saves[i].value * 1000));
        if (auto done = advance(stage, std::move(copy), limits, threads); !done) {
            return done.error();
        }
    }
    return stage;
}

/// Whether `trace` says that a film came in marked.
bool is_marked(const watermark::FilmTrace& trace) {
    return trace.trace.false_alarm_exponent >= watermark::kFoundExponent;
}

/// A copy in which sound that came in with the mark leaves with it.
struct KeptMark {
    Copied copied;
    bool was_marked = false, put_in_again = false;
    double exponent = 0;  ///< of what is found in it; 0 where it came in without
};

/// `was_marked`: of the sound as it was given; not known where `copy` is the first to read it.
Result<KeptMark> copy_keeping_mark(const CopyOrder& copy, std::optional<bool> was_marked, int threads) {
    auto copied = copy_film(copy, threads);
    if (!copied) {
        return copied.error();
    }
    KeptMark kept{std::move(*copied)};
    kept.was_marked =
        copy.sound != nullptr && (was_marked ? *was_marked : sound_is_marked(kept.copied.sound_read.find()));
    if (!kept.was_marked) {
        return kept;
    }
    const auto trace = trace_in_sound(kept.copied.bytes, threads);
    if (!trace) {
        return trace.error();
    }
    kept.exponent = trace->false_alarm_exponent;
    if (!sound_is_marked(*trace)) {
        auto marked = copy_marked(copy, threads);
        if (!marked) {
            return marked.error();
        }
        kept = {std::move(marked->copied), true, true, marked->trace.false_alarm_exponent};
    }
    return kept;
}

Result<Product> laundered_recording(const Container& container, const LaunderPlan& plan, Stage sound, Made made,
                                    int threads) {
    const auto coding = last_sound(container, plan, *sound.opened.sound());
    if (!coding) {
        return coding.error();
    }
    CopyOrder copy;
    copy.sound = &sound.opened;
    copy.options.format = container.written;
    copy.options.sound = *coding;
    auto kept = copy_keeping_mark(copy, sound.was_marked, threads);
    if (!kept) {
        return kept.error();
    }
    made.fake = kept->was_marked;
    made.description = (made.fake ? "a recording of Bonafide's forge, " : "") + made.description +
                       (kept->put_in_again ? kPutInAgain : "");
    made.watermark_exponent = kept->exponent;
    made.watermark_psnr_db = kept->copied.sound_snr_db;
    made.duration_s = kept->copied.duration_s;
    return Product{std::move(kept->copied.bytes), std::move(made)};
}

Result<Product> laundered_film(const Order& order, const Container& container, const LaunderPlan& plan, Stage pictures,
                               std::optional<Stage> sound, Made made, const Limits& limits, int threads) {
    std::optional<watermark::FilmTrace> before;
    Result<CopyOrder> copy = CopyOrder{};
    for (std::size_t i = 0; i < plan.pictures.size(); ++i) {
        copy = order_for(pictures.opened, plan.pictures[i]);
        if (!copy) {
            return copy.error();
        }
        if (i + 1 < plan.pictures.size()) {
            const auto trace = advance(pictures, *copy, limits, threads);
            if (!trace) {
                return trace.error();
            }
            before = before ? before : *trace;
        }
    }
    if (sound) {
        // Both still the file as it was given: read together, in one pass.
        const bool together = pictures.bytes.empty() && sound->bytes.empty();
        copy->sound = together ? &pictures.opened : &sound->opened;
        const auto coding = last_sound(container, plan, *sound->opened.sound());
        if (!coding) {
            return coding.error();
        }
        copy->options.sound = *coding;
    }
    auto kept = copy_keeping_mark(*copy, sound ? sound->was_marked : std::nullopt, threads);
    if (!kept) {
        return kept.error();
    }
    Copied& copied = kept->copied;
    before = before ? before : copied.frames_read.find();
    const auto after = trace_in_film(copied.bytes, threads);
    if (!after) {
        return after.error();
    }
    made.fake = is_marked(*before) || kept->was_marked;
    made.description = (made.fake ? "a film of Bonafide's forge, " : "") + made.description;
    made.watermark_exponent = std::max(after->trace.false_alarm_exponent, kept->exponent);
    // What came in marked does not leave unmarked, whatever the steps do to it.
    made.description += kept->put_in_again ? kPutInAgain : "";
    if (is_marked(*before) && !is_marked(*after)) {
        made.description += kept->put_in_again ? "" : kPutInAgain;
        return mark_film(copied.bytes, std::move(made), order, threads);
    }
    made.width_px = copy->options.pictures->size.width;
    made.height_px = copy->options.pictures->size.height;
    made.frames = copied.frames;
    made.duration_s = copied.duration_s;
    return Product{std::move(copied.bytes), std::move(made)};
}

}  // namespace

Result<Product> make_laundered_film(const Order& order, const Given& given, const Limits& limits, int threads) {
    const auto* container = std::find_if(std::begin(kContainers), std::end(kContainers),
                                         [&](const Container& each) { return each.format == order.format; });
    auto film = open_film(given.picture, limits);
    const auto steps = film_steps_of(order);
    if (!film || !steps) {
        return !film ? film.error() : steps.error();
    }
    const bool has_pictures = film->pictures() != nullptr, has_sound = film->sound() != nullptr;
    if (container == std::end(kContainers) || !(container->is_film ? has_pictures : has_sound)) {
        return Error{ErrorCode::kUsage, has_pictures ? "a film is saved as .mp4, its sound alone as .m4a, .mp3 or .wav"
                                                     : "a recording is saved as .m4a, .mp3 or .wav"};
    }
    const auto plan = planned(*steps, container->is_film);
    if (!plan) {
        return plan.error();
    }
    if (!plan->sound.empty() && !has_sound && order.profile.empty()) {
        return Error{ErrorCode::kUsage, "the film is silent: there is no sound to save"};
    }
    std::optional<Stage> sound;
    if (has_sound) {
        const bool decoded_at_last = container->usual == media::SoundCodec::kPcm;
        auto stage = sound_after(given.picture, plan->sound, decoded_at_last ? 0 : 1, limits, threads);
        if (!stage) {
            return stage.error();
        }
        sound = std::move(*stage);
    }
    Made made{.kind = order.kind, .format = order.format, .description = "laundered:", .fake = false};
    for (const std::string& step : *steps) {
        made.description += " " + step;
    }
    return container->is_film ? laundered_film(order, *container, *plan, Stage{{}, std::move(*film), {}},
                                               std::move(sound), std::move(made), limits, threads)
                              : laundered_recording(*container, *plan, std::move(*sound), std::move(made), threads);
}

}  // namespace bonafide::forge
