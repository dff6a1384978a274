// What services do to films and recordings. Every save is a save: pictures are coded as H.264 and decoded, sound as
// AAC, Opus or MP3, as often as the steps say; what lies between two saves of one kind is kept without loss for the
// other.
#include "forge/launder_film.h"

#include "features/watermark/watermark.h"
#include "forge/film.h"
#include "forge/film_copy.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>

namespace bonafide::forge {
namespace {

namespace watermark = features::watermark;

constexpr int kLongestPx = 4096;
constexpr std::int64_t kUsualSoundBps = 128'000;

enum class Kind { kFit, kResize, kCrop, kRateFactor, kPictureRate, kSound };
struct Known {
    std::string_view name;
    double least, most;
    Kind kind;
    media::SoundCodec codec = media::SoundCodec::kAac;
};
constexpr Known kKnown[] = {{"fit", 16, kLongestPx, Kind::kFit},
                            {"resize", 0.05, 4, Kind::kResize},
                            {"crop", 0, 2048, Kind::kCrop},
                            {"h264", 0, 51, Kind::kRateFactor},
                            {"h264-rate", 16, 50'000, Kind::kPictureRate},
                            {"aac", 8, 512, Kind::kSound, media::SoundCodec::kAac},
                            {"opus", 6, 510, Kind::kSound, media::SoundCodec::kOpus},
                            {"mp3", 32, 320, Kind::kSound, media::SoundCodec::kMp3}};

struct Step {
    const Known* known = nullptr;
    double value = 0;
};

/// One save of pictures, and what is done to them before it.
struct PictureSave {
    std::vector<Step> before;
    Step save;
};
struct Plan {
    std::vector<PictureSave> pictures;
    std::vector<Step> sound;
};

Result<Step> parsed(const std::string& text) {
    const std::size_t equals = text.find('=');
    const auto* known = std::find_if(std::begin(kKnown), std::end(kKnown), [&](const Known& each) {
        return each.name == std::string_view(text).substr(0, equals);
    });
    char* end = nullptr;
    const bool has_value = equals != std::string::npos && equals + 1 < text.size();
    const double value = has_value ? std::strtod(text.c_str() + equals + 1, &end) : NAN;
    if (known == std::end(kKnown) || (end != nullptr && *end != '\0') ||
        !(value >= known->least && value <= known->most)) {
        return Error{ErrorCode::kUsage, "'" + text + "' is no step of films or recordings; there are " +
                                            std::string(describe_film_steps())};
    }
    return Step{known, value};
}

Result<Plan> planned(const std::vector<std::string>& steps, bool is_film) {
    Plan plan;
    std::vector<Step> waiting;
    for (const std::string& text : steps) {
        const auto step = parsed(text);
        if (!step) {
            return step.error();
        }
        if (step->known->kind == Kind::kSound) {
            plan.sound.push_back(*step);
        } else if (!is_film) {
            return Error{ErrorCode::kUsage, "'" + text + "' is for pictures, and this is a recording"};
        } else if (step->known->kind == Kind::kRateFactor || step->known->kind == Kind::kPictureRate) {
            plan.pictures.push_back({std::move(waiting), *step});
            waiting.clear();
        } else {
            waiting.push_back(*step);
        }
    }
    if (!waiting.empty()) {
        return Error{ErrorCode::kUsage, "after the last change of size a film has to be saved: h264 or h264-rate"};
    }
    if (is_film && plan.pictures.empty()) {
        return Error{ErrorCode::kUsage, "a film's pictures have to be saved: h264 or h264-rate, or a profile"};
    }
    if (plan.pictures.empty() && plan.sound.empty()) {
        return Error{ErrorCode::kUsage, "nothing is to be done: give a profile or steps"};
    }
    return plan;
}

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
        case Kind::kFit:
            return scaled(size, std::min(1.0, step.value / std::max(size.width, size.height)));
        case Kind::kResize:
            return scaled(size, step.value);
        case Kind::kCrop:
            return {size.width - 2 * margin_of(step), size.height - 2 * margin_of(step)};
        default:
            return size;
    }
}

cv::Mat picture_after(const cv::Mat& rgb, const Step& step) {
    if (step.known->kind == Kind::kCrop) {
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
        if (size.width < 1 || size.height < 1 || std::max(size.width, size.height) > kLongestPx) {
            return Error{ErrorCode::kUsage, "the steps leave " + std::to_string(std::max(0, size.width)) + " x " +
                                                std::to_string(std::max(0, size.height)) + " px of the film"};
        }
    }
    // H.264 with halved colour has even sides: an odd row or column is cut off, as services do.
    const cv::Size even(size.width & ~1, size.height & ~1);
    const bool by_rate = save.save.known->kind == Kind::kPictureRate;
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
};

/// Saves `copy`, which reads `stage`, as what comes next.
Result<watermark::FilmTrace> advance(Stage& stage, CopyOrder copy, const Limits& limits, int threads) {
    copy.options.format = media::WrittenFormat::kMatroska;
    auto copied = copy_film(copy, threads);
    if (!copied) {
        return copied.error();
    }
    Stage next{std::move(copied->bytes), {}};
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
Result<media::SoundCoding> last_sound(const Container& container, const Plan& plan, const media::StreamInfo& sound) {
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

Result<std::vector<std::string>> steps_for(const Order& order) {
    std::vector<std::string> steps;
    if (!order.profile.empty()) {
        std::string names;
        const Profile* named = nullptr;
        for (const Profile& profile : film_profiles()) {
            named = profile.name == order.profile ? &profile : named;
            names += (names.empty() ? "" : ", ") + std::string(profile.name);
        }
        if (named == nullptr) {
            return Error{ErrorCode::kUsage, "'" + order.profile + "' is no profile of films; there are " + names};
        }
        steps = named->steps;
    }
    steps.insert(steps.end(), order.steps.begin(), order.steps.end());
    return steps;
}

/// The sound of `source` after all saves of `saves` but the last `left`.
Result<Stage> sound_after(const ingest::ByteSource& source, const std::vector<Step>& saves, std::size_t left,
                          const Limits& limits, int threads) {
    auto opened = open_film(source, limits);
    if (!opened) {
        return opened.error();
    }
    Stage stage{{}, std::move(*opened)};
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

Result<Product> laundered_recording(const Container& container, const Plan& plan, Stage sound, Made made, int threads) {
    const auto coding = last_sound(container, plan, *sound.opened.sound());
    if (!coding) {
        return coding.error();
    }
    CopyOrder copy;
    copy.sound = &sound.opened;
    copy.options.format = container.written;
    copy.options.sound = *coding;
    auto copied = copy_film(copy, threads);
    if (!copied) {
        return copied.error();
    }
    made.duration_s = copied->duration_s;
    return Product{std::move(copied->bytes), std::move(made)};
}

Result<Product> laundered_film(const Order& order, const Container& container, const Plan& plan, Stage pictures,
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
    auto copied = copy_film(*copy, threads);
    if (!copied) {
        return copied.error();
    }
    before = before ? before : copied->frames_read.find();
    const auto after = trace_in_film(copied->bytes, threads);
    if (!after) {
        return after.error();
    }
    made.fake = is_marked(*before);
    made.description = (made.fake ? "a film of Bonafide's forge, " : "") + made.description;
    made.watermark_exponent = after->trace.false_alarm_exponent;
    if (made.fake && !is_marked(*after)) {
        // What came in marked does not leave unmarked, whatever the steps do to it.
        made.description += "; watermark put in again";
        return mark_film(copied->bytes, std::move(made), order, threads);
    }
    made.width_px = copy->options.pictures->size.width;
    made.height_px = copy->options.pictures->size.height;
    made.frames = copied->frames;
    made.duration_s = copied->duration_s;
    return Product{std::move(copied->bytes), std::move(made)};
}

}  // namespace

const std::vector<Profile>& film_profiles() {
    static const std::vector<Profile> all = {
        {"social",
         "a social network: at most 1,280 px, H.264 at a rate factor of 28, AAC 96",
         {"fit=1280", "h264=28", "aac=96"}},
        {"messenger",
         "a messenger: at most 848 px, H.264 at 1,000 kbit/s, AAC 64",
         {"fit=848", "h264-rate=1000", "aac=64"}},
        {"reposted",
         "taken from a social network, cut at the edges and posted again",
         {"fit=1280", "h264=28", "aac=96", "crop=4", "fit=1280", "h264=28", "aac=96"}}};
    return all;
}

std::string_view describe_film_steps() {
    return "fit=PX (longer side at most, 16 to 4096), resize=SCALE (0.05 to 4), crop=PX (off every side, 0 to 2048), "
           "h264=FACTOR (constant rate factor, 0 to 51), h264-rate=KBPS (16 to 50000), aac=KBPS (8 to 512), opus=KBPS "
           "(6 to 510), mp3=KBPS (32 to 320)";
}

Result<Product> make_laundered_film(const Order& order, const Given& given, const Limits& limits, int threads) {
    const auto* container = std::find_if(std::begin(kContainers), std::end(kContainers),
                                         [&](const Container& each) { return each.format == order.format; });
    auto film = open_film(given.picture, limits);
    const auto steps = steps_for(order);
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
    return container->is_film ? laundered_film(order, *container, *plan, Stage{{}, std::move(*film)}, std::move(sound),
                                               std::move(made), limits, threads)
                              : laundered_recording(*container, *plan, std::move(*sound), std::move(made), threads);
}

}  // namespace bonafide::forge
