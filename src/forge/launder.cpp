#include "forge/launder.h"

#include "forge/picture.h"
#include "media/encode.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>

namespace bonafide::forge {
namespace {

constexpr int kLongestPx = 16384;

cv::Mat scaled(const cv::Mat& rgb, double scale) {
    const auto length = [&](int pixels) { return std::max(1, cvRound(pixels * scale)); };
    cv::Mat result;
    cv::resize(rgb, result, {length(rgb.cols), length(rgb.rows)}, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
    return result;
}

Result<void> fit(Laundered& picture, double longest_px) {
    const double scale = longest_px / std::max(picture.rgb.cols, picture.rgb.rows);
    if (scale < 1) {
        picture = {scaled(picture.rgb, scale), {}, ""};
    }
    return {};
}

Result<void> resize(Laundered& picture, double scale) {
    if (scale * std::max(picture.rgb.cols, picture.rgb.rows) > kLongestPx) {
        return Error{ErrorCode::kUsage, "the picture would be larger than " + std::to_string(kLongestPx) + " px"};
    }
    picture = {scaled(picture.rgb, scale), {}, ""};
    return {};
}

Result<void> crop(Laundered& picture, double margin_px) {
    const int margin = cvRound(margin_px);
    const cv::Rect inside(margin, margin, picture.rgb.cols - 2 * margin, picture.rgb.rows - 2 * margin);
    if (inside.width < 1 || inside.height < 1) {
        return Error{ErrorCode::kUsage, "crop=" + std::to_string(margin) + " leaves nothing of the picture"};
    }
    picture = {picture.rgb(inside).clone(), {}, ""};
    return {};
}

Result<void> save(Laundered& picture, std::vector<std::uint8_t> bytes, const std::string& format) {
    if (bytes.empty()) {
        return Error{ErrorCode::kUsage, "the picture is too large for " + format};
    }
    auto read = read_picture(bytes, {});
    if (!read) {
        return read.error();
    }
    picture = {std::move(*read), std::move(bytes), format};
    return {};
}

Result<void> jpeg(Laundered& picture, double quality) {
    return save(picture, media::encode_jpeg(picture.rgb, cvRound(quality), media::Chroma::kHalved), "jpeg");
}

Result<void> webp(Laundered& picture, double quality) {
    return save(picture, media::encode_webp(picture.rgb, cvRound(quality)), "webp");
}

struct Step {
    std::string_view name;
    double least, most;
    Result<void> (*apply)(Laundered& picture, double value);
};
constexpr Step kSteps[] = {{"fit", 16, kLongestPx, fit},
                           {"resize", 0.05, 4, resize},
                           {"crop", 0, 4096, crop},
                           {"jpeg", 1, 100, jpeg},
                           {"webp", 0, 100, webp}};

/// The value after '='; not finite where there is none.
double value_of(const std::string& step, std::size_t equals) {
    if (equals == std::string::npos || equals + 1 == step.size()) {
        return NAN;
    }
    char* end = nullptr;
    const double value = std::strtod(step.c_str() + equals + 1, &end);
    return *end == '\0' ? value : NAN;
}

}  // namespace

const std::vector<Profile>& profiles() {
    static const std::vector<Profile> all = {
        {"social", "a social network: at most 1,080 px, JPEG 70", {"fit=1080", "jpeg=70"}},
        {"messenger", "a messenger: at most 1,600 px, JPEG 75", {"fit=1600", "jpeg=75"}},
        {"forum", "a forum: at most 1,200 px, WebP 75", {"fit=1200", "webp=75"}},
        {"screenshot", "shown at four fifths of its size, cut out a little off the grid", {"resize=0.8", "crop=3"}},
        {"reposted",
         "taken from a social network as a screenshot and posted again",
         {"fit=1080", "jpeg=70", "resize=0.8", "crop=3", "fit=1080", "jpeg=70"}},
    };
    return all;
}

Result<std::vector<std::string>> steps_of(std::string_view name) {
    std::string names;
    for (const Profile& profile : profiles()) {
        if (profile.name == name) {
            return profile.steps;
        }
        names += (names.empty() ? "" : ", ") + std::string(profile.name);
    }
    return Error{ErrorCode::kUsage, "'" + std::string(name) + "' is no profile; there are " + names};
}

std::string_view describe_steps() {
    return "fit=PX (longer side at most, 16 to 16384), resize=SCALE (0.05 to 4), crop=PX (off every side, 0 to 4096), "
           "jpeg=QUALITY (1 to 100, halved colour), webp=QUALITY (0 to 100)";
}

Result<Laundered> launder(const cv::Mat& rgb, const std::vector<std::string>& steps) {
    if (steps.empty()) {
        return Error{ErrorCode::kUsage, "nothing is to be done: give a profile or steps"};
    }
    Laundered picture{rgb, {}, ""};
    for (const std::string& step : steps) {
        const std::size_t equals = step.find('=');
        const auto found = std::find_if(std::begin(kSteps), std::end(kSteps), [&](const Step& each) {
            return each.name == std::string_view(step).substr(0, equals);
        });
        const double value = value_of(step, equals);
        if (found == std::end(kSteps) || !(value >= found->least && value <= found->most)) {
            return Error{ErrorCode::kUsage, "'" + step + "' is no step; there are " + std::string(describe_steps())};
        }
        if (auto done = found->apply(picture, value); !done) {
            return done.error();
        }
    }
    return picture;
}

}  // namespace bonafide::forge
