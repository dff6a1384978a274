#pragma once

#include "base/result.h"
#include "forge/order.h"
#include "media/write_media.h"

#include <string>
#include <string_view>
#include <vector>

namespace bonafide::forge {

// What launder_film.h is asked to do, in the order in which it is done.

/// The longest side of a film, px.
inline constexpr int kLongestFilmPx = 4096;

enum class StepKind { kFit, kResize, kCrop, kRateFactor, kPictureRate, kSound };

struct KnownStep {
    std::string_view name;
    double least, most;
    StepKind kind;
    media::SoundCodec codec = media::SoundCodec::kAac;
};

struct Step {
    const KnownStep* known = nullptr;
    double value = 0;
};

/// One save of pictures, and what is done to them before it.
struct PictureSave {
    std::vector<Step> before;
    Step save;
};

struct LaunderPlan {
    std::vector<PictureSave> pictures;
    std::vector<Step> sound;
};

/// The steps of the profile, then those that were given; kUsage for an unknown profile.
Result<std::vector<std::string>> film_steps_of(const Order& order);

/// kUsage for unknown steps, those of pictures where there are none, and where nothing is saved.
Result<LaunderPlan> planned(const std::vector<std::string>& steps, bool is_film);

}  // namespace bonafide::forge
