// The heads of animals, drawn with OpenCV: flat shapes first, then hairs over them, then eyes, muzzle and mouth. Drawn
// several times as large as needed and made smaller, which smooths every edge. All lengths are in distances between the
// eyes; the numbers were found by looking.
#include "forge/animal_drawing.h"

#include "base/ensure.h"
#include "forge/random.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::forge {
namespace {

constexpr double kOversampling = 3;
constexpr int kFraction = 4;  // bits behind the point that OpenCV's drawing takes
constexpr double kClosedBelow = 0.25;
const cv::Scalar kDark(0.07, 0.05, 0.05), kMouth(0.32, 0.07, 0.09), kTongue(0.80, 0.42, 0.45), kWhite(0.97, 0.96, 0.94);

enum class Ears { kPointed, kRound, kLong, kHanging };
enum class Pupils { kUpright, kRound };

struct Animal {
    std::string_view name;
    cv::Scalar fur, light, inner_ear, nose, iris;
    Ears ears;
    Pupils pupils;
    double iris_size, muzzle_width, muzzle_height, nose_width, hair_length;
    bool whiskers, stripes, mask, front_teeth;
};

const std::vector<Animal>& animals() {
    static const std::vector<Animal> all = {{"cat",
                                             {0.62, 0.50, 0.38},
                                             {0.93, 0.88, 0.80},
                                             {0.86, 0.62, 0.58},
                                             {0.78, 0.45, 0.45},
                                             {0.72, 0.76, 0.25},
                                             Ears::kPointed,
                                             Pupils::kUpright,
                                             0.27,
                                             0.52,
                                             0.34,
                                             0.17,
                                             0.16,
                                             true,
                                             true,
                                             false,
                                             false},
                                            {"dog",
                                             {0.70, 0.49, 0.28},
                                             {0.95, 0.90, 0.82},
                                             {0.55, 0.36, 0.22},
                                             {0.10, 0.09, 0.09},
                                             {0.33, 0.20, 0.10},
                                             Ears::kHanging,
                                             Pupils::kRound,
                                             0.24,
                                             0.62,
                                             0.50,
                                             0.30,
                                             0.20,
                                             false,
                                             false,
                                             false,
                                             false},
                                            {"bear",
                                             {0.50, 0.34, 0.22},
                                             {0.80, 0.66, 0.48},
                                             {0.36, 0.24, 0.16},
                                             {0.08, 0.07, 0.07},
                                             {0.24, 0.14, 0.08},
                                             Ears::kRound,
                                             Pupils::kRound,
                                             0.17,
                                             0.62,
                                             0.46,
                                             0.30,
                                             0.24,
                                             false,
                                             false,
                                             false,
                                             false},
                                            {"fox",
                                             {0.80, 0.42, 0.16},
                                             {0.96, 0.93, 0.88},
                                             {0.28, 0.20, 0.18},
                                             {0.08, 0.07, 0.07},
                                             {0.70, 0.50, 0.15},
                                             Ears::kPointed,
                                             Pupils::kUpright,
                                             0.23,
                                             0.44,
                                             0.40,
                                             0.21,
                                             0.20,
                                             true,
                                             false,
                                             true,
                                             false},
                                            {"rabbit",
                                             {0.66, 0.62, 0.58},
                                             {0.92, 0.90, 0.87},
                                             {0.88, 0.68, 0.66},
                                             {0.80, 0.55, 0.55},
                                             {0.30, 0.17, 0.10},
                                             Ears::kLong,
                                             Pupils::kRound,
                                             0.26,
                                             0.46,
                                             0.32,
                                             0.14,
                                             0.18,
                                             true,
                                             false,
                                             false,
                                             true}};
    return all;
}

/// Draws colour and opacity in the plane's own coordinates.
class Canvas {
  public:
    explicit Canvas(double unit_px)
        : unit_(unit_px), colour_(size(), CV_32FC3, cv::Scalar::all(0)), opacity_(size(), CV_32FC1, cv::Scalar(0)) {}

    void ellipse(cv::Point2d centre, double width, double height, const cv::Scalar& colour, double turn_deg = 0) {
        both(colour, [&](cv::Mat& plane, const cv::Scalar& value) {
            cv::ellipse(plane, at(centre), cv::Size(length(width), length(height)), turn_deg, 0, 360, value, cv::FILLED,
                        cv::LINE_8, kFraction);
        });
    }
    void polygon(const std::vector<cv::Point2d>& corners, const cv::Scalar& colour) {
        std::vector<cv::Point> points;
        std::transform(corners.begin(), corners.end(), std::back_inserter(points),
                       [&](auto corner) { return at(corner); });
        both(colour, [&](cv::Mat& plane, const cv::Scalar& value) {
            cv::fillPoly(plane, points, value, cv::LINE_8, kFraction);
        });
    }
    void line(cv::Point2d from, cv::Point2d to, double width, const cv::Scalar& colour) {
        both(colour, [&](cv::Mat& plane, const cv::Scalar& value) {
            cv::line(plane, at(from), at(to), value, std::max(1, cvRound(width * unit_)), cv::LINE_8, kFraction);
        });
    }
    void arc(cv::Point2d centre, double width, double height, double from_deg, double to_deg, double thick,
             const cv::Scalar& colour) {
        both(colour, [&](cv::Mat& plane, const cv::Scalar& value) {
            cv::ellipse(plane, at(centre), cv::Size(length(width), length(height)), 0, from_deg, to_deg, value,
                        std::max(1, cvRound(thick * unit_)), cv::LINE_8, kFraction);
        });
    }
    /// The colour at a place, and whether anything is drawn there.
    std::pair<cv::Vec3f, bool> look(cv::Point2d place) const {
        const cv::Point pixel(cvRound((place.x - kCanvasLeft) * unit_), cvRound((place.y - kCanvasTop) * unit_));
        if (!cv::Rect({0, 0}, opacity_.size()).contains(pixel)) {
            return {{}, false};
        }
        return {colour_.at<cv::Vec3f>(pixel), opacity_.at<float>(pixel) > 0};
    }
    /// CV_32FC4, `times` smaller.
    cv::Mat smaller(double times) const {
        cv::Mat weighted, colour, opacity, whole;
        std::vector<cv::Mat> planes;
        cv::merge(std::vector<cv::Mat>(3, opacity_), weighted);
        const cv::Size small(cvRound(opacity_.cols / times), cvRound(opacity_.rows / times));
        cv::resize(colour_.mul(weighted), colour, small, 0, 0, cv::INTER_AREA);
        cv::resize(opacity_, opacity, small, 0, 0, cv::INTER_AREA);
        cv::split(colour, planes);
        for (cv::Mat& plane : planes) {
            plane /= cv::max(opacity, 1e-6);
        }
        planes.push_back(opacity);
        cv::merge(planes, whole);
        return whole;
    }

  private:
    cv::Size size() const { return {cvRound(kCanvasWidth * unit_), cvRound(kCanvasHeight * unit_)}; }
    int length(double units) const { return std::max(1, cvRound(units * unit_ * (1 << kFraction))); }
    cv::Point at(cv::Point2d place) const {
        const double scale = unit_ * (1 << kFraction);
        return {cvRound((place.x - kCanvasLeft) * scale), cvRound((place.y - kCanvasTop) * scale)};
    }
    template <class Draw>
    void both(const cv::Scalar& colour, Draw&& draw) {
        draw(colour_, colour);
        draw(opacity_, cv::Scalar(1));
    }
    double unit_;
    cv::Mat colour_, opacity_;
};

cv::Scalar shaded(const cv::Scalar& colour, double factor) {
    return {std::min(1.0, colour[0] * factor), std::min(1.0, colour[1] * factor), std::min(1.0, colour[2] * factor)};
}

void draw_ears(Canvas& canvas, const Animal& animal) {
    for (const double side : {-1.0, 1.0}) {
        switch (animal.ears) {
            case Ears::kPointed:
                canvas.polygon({{side * 0.25, -1.15},
                                {side * 0.75, -1.75},
                                {side * 1.38, -2.45},
                                {side * 1.52, -1.6},
                                {side * 1.5, -0.45}},
                               animal.fur);
                canvas.polygon({{side * 0.62, -1.25},
                                {side * 0.92, -1.65},
                                {side * 1.30, -2.12},
                                {side * 1.38, -1.5},
                                {side * 1.32, -0.85}},
                               animal.inner_ear);
                break;
            case Ears::kRound:
                canvas.ellipse({side * 1.22, -1.25}, 0.58, 0.55, animal.fur);
                canvas.ellipse({side * 1.25, -1.25}, 0.34, 0.33, animal.inner_ear);
                break;
            case Ears::kLong:
                canvas.ellipse({side * 0.62, -1.95}, 0.36, 1.15, animal.fur, side * 10);
                canvas.ellipse({side * 0.64, -1.95}, 0.20, 0.90, animal.inner_ear, side * 10);
                break;
            case Ears::kHanging:
                break;  // in front of the head: later
        }
    }
}

void draw_head(Canvas& canvas, const Animal& animal, double jaw) {
    canvas.ellipse({0, 0.10}, 1.52, 1.48, animal.fur);
    canvas.ellipse({0, 0.75 + jaw / 2}, 1.32, 1.35 + jaw / 2, animal.fur);
    if (animal.mask) {  // light cheeks
        for (const double side : {-1.0, 1.0}) {
            canvas.ellipse({side * 0.82, 1.0}, 0.72, 0.85, animal.light, side * -28);
        }
        canvas.ellipse({0, 1.60 + jaw}, 0.85, 0.55, animal.light);
    }
    if (animal.stripes) {
        const cv::Scalar dark = shaded(animal.fur, 0.55);
        for (const double x : {-0.42, -0.14, 0.14, 0.42}) {
            canvas.line({x, -1.35}, {x * 0.55, -0.72}, 0.09, dark);
        }
        for (const double side : {-1.0, 1.0}) {
            canvas.line({side * 1.55, 0.35}, {side * 0.98, 0.42}, 0.08, dark);
            canvas.line({side * 1.50, 0.75}, {side * 0.98, 0.72}, 0.08, dark);
        }
    }
    if (animal.ears == Ears::kHanging) {
        for (const double side : {-1.0, 1.0}) {
            canvas.ellipse({side * 1.55, 0.15}, 0.42, 1.15, animal.inner_ear, side * -8);
        }
        canvas.ellipse({0, 0.0}, 0.20, 1.3, animal.light);  // the blaze
    }
}

/// Hairs in the colour that lies under their roots, a little lighter or darker, away from the nose and downwards.
void draw_fur(Canvas& canvas, const Animal& animal, double mouth, std::uint64_t seed) {
    Random random(seed);
    for (int hair = 0; hair < 15000; ++hair) {
        const cv::Point2d root(random.between(kCanvasLeft, kCanvasLeft + kCanvasWidth),
                               random.between(kCanvasTop, kCanvasTop + kCanvasHeight));
        const double lightness = random.between(0.78, 1.2), bend = random.between(-0.35, 0.35);
        const auto [colour, covered] = canvas.look(root);
        if (!covered) {
            continue;
        }
        cv::Point2d away = root - cv::Point2d(0, mouth - 0.45);
        away *= 1 / std::max(0.05, std::hypot(away.x, away.y));
        away += cv::Point2d(bend, 0.25 + bend / 2);
        canvas.line(root, root + away * (animal.hair_length * random.between(0.5, 1.0)), 0.012,
                    shaded(cv::Scalar(colour[0], colour[1], colour[2]), lightness));
    }
}

void draw_eye(Canvas& canvas, const Animal& animal, double side, double open) {
    const cv::Point2d centre(side * 0.5, 0);
    const double size = animal.iris_size, width = size * 1.25;
    if (open < kClosedBelow) {
        canvas.arc({centre.x, centre.y - 0.05}, width, size * 0.45, 10, 170, 0.05, kDark);
        return;
    }
    const double height = size * std::min(1.15, 0.35 + 0.8 * open);
    canvas.ellipse(centre, width + 0.06, height + 0.06, kDark, side * -6);
    canvas.ellipse(centre, width, height, shaded(animal.iris, animal.pupils == Pupils::kUpright ? 1.0 : 1.15),
                   side * -6);
    const double pupil = std::min(height * 0.92, size * 0.80);
    if (animal.pupils == Pupils::kUpright) {
        canvas.ellipse(centre, size * 0.26, pupil, kDark);
    } else {
        canvas.ellipse(centre, std::min(size * 0.72, height), pupil * 0.95, kDark);
    }
    canvas.ellipse(centre + cv::Point2d(-size * 0.3, -height * 0.4), size * 0.17, size * 0.17, kWhite);
    canvas.ellipse(centre + cv::Point2d(size * 0.25, height * 0.35), size * 0.08, size * 0.08, shaded(kWhite, 0.75));
}

void draw_mouth(Canvas& canvas, const Animal& animal, double mouth, double gap) {
    const double width = animal.muzzle_width, height = animal.muzzle_height, nose = mouth - height * 0.95;
    // The lower jaw, then what lies between the jaws, then the upper muzzle over both.
    canvas.ellipse({0, mouth + gap * 0.9 + 0.05}, width * 0.72, 0.30, shaded(animal.light, 0.95));
    if (gap > 0.03) {
        canvas.ellipse({0, mouth + gap * 0.45}, width * 0.58, gap * 0.62 + 0.06, kMouth);
        canvas.ellipse({0, mouth + gap * 0.85}, width * 0.36, gap * 0.32, kTongue);
        if (!animal.front_teeth) {
            for (const double side : {-1.0, 1.0}) {
                canvas.polygon({{side * width * 0.40, mouth + 0.02},
                                {side * width * 0.28, mouth + 0.02},
                                {side * width * 0.35, mouth + 0.10 + gap * 0.25}},
                               kWhite);
            }
        }
    }
    if (animal.front_teeth) {
        const double low = mouth + 0.10 + std::min(gap, 0.15);
        for (const double side : {-1.0, 1.0}) {
            canvas.polygon(
                {{side * 0.005, mouth - 0.04}, {side * 0.105, mouth - 0.04}, {side * 0.095, low}, {side * 0.005, low}},
                kWhite);
        }
    }
    for (const double side : {-1.0, 1.0}) {
        canvas.ellipse({side * width * 0.46, mouth - height * 0.36}, width * 0.60, height * 0.55, animal.light,
                       side * -12);
        canvas.arc({side * width * 0.40, mouth - height * 0.16}, width * 0.42, height * 0.34, 20, 160, 0.035,
                   shaded(animal.light, 0.35));
    }
    canvas.ellipse({0, mouth - height * 0.62}, width * 0.50, height * 0.55, animal.light);
    canvas.line({0, nose + 0.12}, {0, mouth}, 0.04, shaded(animal.light, 0.35));
    const double half = animal.nose_width;
    canvas.ellipse({0, nose}, half, half * 0.62, animal.nose);
    canvas.polygon({{-half * 0.75, nose + half * 0.2}, {half * 0.75, nose + half * 0.2}, {0, nose + half * 1.05}},
                   animal.nose);
    canvas.ellipse({-half * 0.3, nose - half * 0.25}, half * 0.30, half * 0.14, shaded(animal.nose, 1.9), -15);
}

void draw_whiskers(Canvas& canvas, const Animal& animal, double mouth) {
    for (const double side : {-1.0, 1.0}) {
        for (const double row : {-1.0, 0.0, 1.0}) {
            const cv::Point2d root(side * animal.muzzle_width * 0.72, mouth - animal.muzzle_height * 0.35 + row * 0.10);
            canvas.ellipse(root, 0.022, 0.022, shaded(animal.light, 0.45));
            canvas.line(root, root + cv::Point2d(side * 1.25, row * 0.22 + 0.05), 0.014, kWhite);
        }
    }
}

}  // namespace

const std::vector<std::string_view>& drawn_animals() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> all;
        for (const Animal& animal : animals()) {
            all.push_back(animal.name);
        }
        return all;
    }();
    return names;
}

cv::Mat draw_animal(std::string_view name, const Expression& expression, double unit_px, std::uint64_t seed) {
    const auto animal =
        std::find_if(animals().begin(), animals().end(), [&](const Animal& each) { return each.name == name; });
    ENSURE(animal != animals().end() && unit_px > 0);
    const double mouth = expression.mouth_below_eyes, gap = expression.mouth_gap;
    Canvas canvas(unit_px * kOversampling);
    draw_ears(canvas, *animal);
    draw_head(canvas, *animal, gap);
    draw_fur(canvas, *animal, mouth, seed);
    draw_eye(canvas, *animal, -1, expression.left_open);
    draw_eye(canvas, *animal, 1, expression.right_open);
    draw_mouth(canvas, *animal, mouth, gap);
    if (animal->whiskers) {
        draw_whiskers(canvas, *animal, mouth);
    }
    return canvas.smaller(kOversampling);
}

}  // namespace bonafide::forge
