// Anchors and decoding follow the published model cards of BlazeFace (short range, full range sparse): 896 anchors on
// grids of 16 (two a cell) and 8 (six a cell); 2,304 on a grid of 48. See detector.h for the paper and the deviations.
#include "features/faces/detector.h"

#include "base/ensure.h"
#include "features/faces/anchors.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace bonafide::features::faces {
namespace {

constexpr std::size_t kNumbersPerAnchor = 16;
// The side a face needs in the model's input to be found reliably (measured: see README.md).
constexpr float kLeastFaceInInputPx = 14;
// Tiles overlap by this share, so that a face no larger than it lies whole in one of them.
constexpr float kTileOverlap = 0.25F;
// The short-range model is for faces that fill a good part of the picture; tiles are the other one's.
const std::vector<AnchorGrid> kShortRangeGrids = {{16, 2}, {8, 6}};
const std::vector<AnchorGrid> kFullRangeGrids = {{48, 1}};

/// A model with what it takes to read its answers.
struct Model {
    infer::Session& session;
    int input_px;
    const std::vector<cv::Point2f>& centres;
};

/// `part` of the picture in the middle of a black square of the model's size, in [-1, 1].
infer::Tensor input_of(const cv::Mat& part, int side_px) {
    const float scale = static_cast<float>(side_px) / static_cast<float>(std::max(part.cols, part.rows));
    const cv::Size inner(std::max(1, cvRound(static_cast<float>(part.cols) * scale)),
                         std::max(1, cvRound(static_cast<float>(part.rows) * scale)));
    cv::Mat small;
    cv::resize(part, small, inner, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
    const auto side = static_cast<std::size_t>(side_px);
    infer::Tensor tensor{{1, side, side, 3}, std::vector<float>(side * side * 3, -1.0F)};
    cv::Mat square(side_px, side_px, CV_32FC3, tensor.values.data());
    small.convertTo(
        square(cv::Rect((side_px - inner.width) / 2, (side_px - inner.height) / 2, inner.width, inner.height)), CV_32F,
        1 / 127.5, -1);
    return tensor;
}

float sigmoid(float logit) {
    return 1 / (1 + std::exp(-std::clamp(logit, -80.0F, 80.0F)));
}

Result<void> look(const Model& model, const cv::Mat& rgb, const cv::Rect& tile, float least_score,
                  std::vector<Detection>& found) {
    const infer::Tensor input = input_of(rgb(tile), model.input_px);
    auto answers = model.session.run(std::span(&input, 1));
    if (!answers) {
        return answers.error();
    }
    const std::vector<float>& numbers = answers->at(0).values;
    const std::vector<float>& logits = answers->at(1).values;
    ENSURE(logits.size() == model.centres.size() && numbers.size() == logits.size() * kNumbersPerAnchor);
    const auto side = static_cast<float>(model.input_px);
    const auto longest = static_cast<float>(std::max(tile.width, tile.height));
    const cv::Point2f origin(static_cast<float>(tile.x) - (longest - static_cast<float>(tile.width)) / 2,
                             static_cast<float>(tile.y) - (longest - static_cast<float>(tile.height)) / 2);
    for (std::size_t anchor = 0; anchor < logits.size(); ++anchor) {
        const float score = sigmoid(logits[anchor]);
        if (!(score >= least_score)) {  // also leaves out what is not a number
            continue;
        }
        const float* raw = numbers.data() + anchor * kNumbersPerAnchor;
        const auto place = [&](float x, float y) {
            return origin +
                   cv::Point2f(model.centres[anchor].x + x / side, model.centres[anchor].y + y / side) * longest;
        };
        Detection detection;
        detection.score = score;
        const cv::Point2f centre = place(raw[0], raw[1]);
        const cv::Size2f size(raw[2] / side * longest, raw[3] / side * longest);
        if (!(size.width > 0 && size.height > 0)) {
            continue;
        }
        detection.box_px = {centre.x - size.width / 2, centre.y - size.height / 2, size.width, size.height};
        for (std::size_t k = 0; k < kKeypoints; ++k) {
            detection.keypoints_px[k] = place(raw[4 + 2 * k], raw[5 + 2 * k]);
        }
        found.push_back(detection);
    }
    return {};
}

/// Squares of `side` that cover `size` with an overlap of at least kTileOverlap.
std::vector<cv::Rect> tiles_of(cv::Size size, int side) {
    const auto starts = [side](int length) {
        std::vector<int> at;
        const int room = std::max(0, length - side);
        const int count =
            1 + static_cast<int>(std::ceil(static_cast<float>(room) / (static_cast<float>(side) * (1 - kTileOverlap))));
        at.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) {
            at.push_back(count == 1 ? 0 : room * i / (count - 1));
        }
        return at;
    };
    std::vector<cv::Rect> tiles;
    for (const int y : starts(size.height)) {
        for (const int x : starts(size.width)) {
            tiles.push_back(cv::Rect(x, y, side, side) & cv::Rect({}, size));
        }
    }
    return tiles;
}

float overlap_over_union(const cv::Rect2f& a, const cv::Rect2f& b) {
    const float both = (a & b).area();
    const float either = a.area() + b.area() - both;
    return either > 0 ? both / either : 0;
}

/// Whether `a` is what a tile's edge left of `b`, or the reverse: most of the smaller lies inside the larger.
bool is_part_of(const cv::Rect2f& a, const cv::Rect2f& b) {
    return (a & b).area() > 0.7F * std::min(a.area(), b.area());
}

}  // namespace

std::vector<Detection> merged(std::vector<Detection> detections, float same_face_overlap) {
    std::stable_sort(detections.begin(), detections.end(),
                     [](const Detection& a, const Detection& b) { return a.score > b.score; });
    std::vector<Detection> faces;
    std::vector<bool> taken(detections.size(), false);
    for (std::size_t best = 0; best < detections.size(); ++best) {
        if (taken[best]) {
            continue;
        }
        float weight = 0;
        cv::Point2f corner, far_corner;
        std::array<cv::Point2f, kKeypoints> points{};
        for (std::size_t other = best; other < detections.size(); ++other) {
            if (taken[other]) {
                continue;
            }
            const Detection& candidate = detections[other];
            const bool same = overlap_over_union(detections[best].box_px, candidate.box_px) >= same_face_overlap;
            if (!same && !is_part_of(detections[best].box_px, candidate.box_px)) {
                continue;
            }
            taken[other] = true;
            if (!same) {
                continue;  // a fragment: dropped, but no part of the mean
            }
            weight += candidate.score;
            corner += candidate.box_px.tl() * candidate.score;
            far_corner += candidate.box_px.br() * candidate.score;
            for (std::size_t k = 0; k < kKeypoints; ++k) {
                points[k] += candidate.keypoints_px[k] * candidate.score;
            }
        }
        Detection face;
        face.score = detections[best].score;
        face.box_px = cv::Rect2f(corner / weight, far_corner / weight);
        for (std::size_t k = 0; k < kKeypoints; ++k) {
            face.keypoints_px[k] = points[k] / weight;
        }
        faces.push_back(face);
    }
    return faces;
}

Result<Detector> Detector::open(const infer::ModelStore& models, const infer::SessionOptions& options) {
    auto short_range = infer::Session::open(models, "face.detection.short_range", options);
    if (!short_range) {
        return short_range.error();
    }
    auto full_range = infer::Session::open(models, "face.detection.full_range", options);
    if (!full_range) {
        return full_range.error();
    }
    return Detector(std::move(*short_range), std::move(*full_range));
}

Result<std::vector<Detection>> Detector::detect(const cv::Mat& rgb, const DetectorOptions& options) {
    ENSURE(rgb.empty() || rgb.type() == CV_8UC3);
    std::vector<Detection> found;
    if (rgb.empty()) {
        return found;
    }
    static const std::vector<cv::Point2f> kShortRange = anchor_centres(kShortRangeGrids);
    static const std::vector<cv::Point2f> kFullRange = anchor_centres(kFullRangeGrids);
    const Model near{short_range_, 128, kShortRange}, far{full_range_, 192, kFullRange};
    const cv::Rect whole({}, rgb.size());
    for (const Model* model : {&near, &far}) {
        if (auto looked = look(*model, rgb, whole, options.least_score, found); !looked) {
            return looked.error();
        }
    }
    // Ever smaller tiles, until the smallest face wanted is large enough in the model's input.
    const float finest =
        std::max(1.0F, options.smallest_face_px) * static_cast<float>(far.input_px) / kLeastFaceInInputPx;
    for (float side = static_cast<float>(std::max(rgb.cols, rgb.rows)) / 2; side * 2 > finest; side /= 2) {
        const int side_px = cvRound(std::max(side, finest));
        for (const cv::Rect& tile : tiles_of(rgb.size(), side_px)) {
            if (auto looked = look(far, rgb, tile, options.least_score, found); !looked) {
                return looked.error();
            }
        }
    }
    return merged(std::move(found), options.same_face_overlap);
}

Result<std::vector<Detection>> Detector::glance(const cv::Mat& rgb, const DetectorOptions& options) {
    ENSURE(rgb.empty() || rgb.type() == CV_8UC3);
    std::vector<Detection> found;
    if (rgb.empty()) {
        return found;
    }
    static const std::vector<cv::Point2f> kFullRange = anchor_centres(kFullRangeGrids);
    if (auto looked = look({full_range_, 192, kFullRange}, rgb, cv::Rect({}, rgb.size()), options.least_score, found);
        !looked) {
        return looked.error();
    }
    return merged(std::move(found), options.same_face_overlap);
}

}  // namespace bonafide::features::faces
