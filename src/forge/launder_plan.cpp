#include "forge/launder_plan.h"

#include "forge/launder_film.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>

namespace bonafide::forge {
namespace {

constexpr KnownStep kKnown[] = {{"fit", 16, kLongestFilmPx, StepKind::kFit},
                                {"resize", 0.05, 4, StepKind::kResize},
                                {"crop", 0, 2048, StepKind::kCrop},
                                {"h264", 0, 51, StepKind::kRateFactor},
                                {"h264-rate", 16, 50'000, StepKind::kPictureRate},
                                {"aac", 8, 512, StepKind::kSound, media::SoundCodec::kAac},
                                {"opus", 6, 510, StepKind::kSound, media::SoundCodec::kOpus},
                                {"mp3", 32, 320, StepKind::kSound, media::SoundCodec::kMp3}};

Result<Step> parsed(const std::string& text) {
    const std::size_t equals = text.find('=');
    const auto* known = std::find_if(std::begin(kKnown), std::end(kKnown), [&](const KnownStep& each) {
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

}  // namespace

Result<LaunderPlan> planned(const std::vector<std::string>& steps, bool is_film) {
    LaunderPlan plan;
    std::vector<Step> waiting;
    for (const std::string& text : steps) {
        const auto step = parsed(text);
        if (!step) {
            return step.error();
        }
        if (step->known->kind == StepKind::kSound) {
            plan.sound.push_back(*step);
        } else if (!is_film) {
            return Error{ErrorCode::kUsage, "'" + text + "' is for pictures, and this is a recording"};
        } else if (step->known->kind == StepKind::kRateFactor || step->known->kind == StepKind::kPictureRate) {
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

Result<std::vector<std::string>> film_steps_of(const Order& order) {
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

}  // namespace bonafide::forge
