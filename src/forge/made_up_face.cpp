// Faces of nobody, from the networks of train/forge_faces.
#include "forge/made_up_face.h"

#include "base/ensure.h"
#include "forge/planes.h"
#include "forge/random.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace bonafide::forge {
namespace {

constexpr int kMostHeightPx = 720;

double length_of(const std::vector<float>& numbers) {
    return cv::norm(numbers, cv::NORM_L2);
}

}  // namespace

const std::vector<FaceModel>& face_models() {
    static const std::vector<FaceModel> all = {
        {"vae", "the decoder of a variational autoencoder: soft, and nearly always a face", "forge.face.vae"},
        {"gan", "the generator of an adversarial network: sharper, and sometimes misshapen", "forge.face.gan"}};
    return all;
}

Result<infer::Session> open_face_model(std::string_view name, const infer::ModelStore& models, int threads) {
    const auto& all = face_models();
    const auto found = std::find_if(all.begin(), all.end(), [&](const FaceModel& each) { return each.name == name; });
    if (found == all.end()) {
        return Error{
            ErrorCode::kUsage,
            "'" + std::string(name) + "' is no network that makes up faces; `bonafide forge face --help` lists them"};
    }
    return infer::Session::open(models, std::string(found->model), {.threads = threads});
}

std::vector<float> numbers_of(std::uint64_t seed, std::size_t count) {
    // Box and Muller (1958); the standard's own distribution differs between machines.
    Random random(seed);
    std::vector<float> numbers(count);
    for (float& number : numbers) {
        const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
        number = static_cast<float>(radius * std::cos(2 * std::numbers::pi * random.unit()));
    }
    return numbers;
}

std::vector<float> numbers_between(const std::vector<float>& first, const std::vector<float>& last, double share) {
    ENSURE(first.size() == last.size() && !first.empty());
    double product = 0;
    for (std::size_t i = 0; i < first.size(); ++i) {
        product += static_cast<double>(first[i]) * static_cast<double>(last[i]);
    }
    const double lengths = length_of(first) * length_of(last);
    const double angle = lengths > 0 ? std::acos(std::clamp(product / lengths, -1.0, 1.0)) : 0;
    double of_first = 1 - share, of_last = share;
    // Nearly the same or nearly opposite directions have no one arc between them; the straight line has to do.
    if (std::sin(angle) > 1e-3) {
        of_first = std::sin((1 - share) * angle) / std::sin(angle);
        of_last = std::sin(share * angle) / std::sin(angle);
    }
    std::vector<float> numbers(first.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        numbers[i] =
            static_cast<float>(of_first * static_cast<double>(first[i]) + of_last * static_cast<double>(last[i]));
    }
    return numbers;
}

Result<cv::Mat> made_up_face(const std::vector<float>& numbers, infer::Session& network) {
    const infer::Tensor input{{1, numbers.size()}, numbers};
    const auto answer = network.run(std::span(&input, 1));
    if (!answer) {
        return answer.error();
    }
    cv::Mat face;
    picture_of(answer->at(0)).convertTo(face, CV_8U);
    return face;
}

Result<cv::Mat> made_up_faces(std::uint64_t seed, std::uint64_t to_seed, int faces, infer::Session& network) {
    if (faces < 1 || faces > kMostFacesBetween) {
        return Error{ErrorCode::kUsage,
                     "from one seed to another 2 to " + std::to_string(kMostFacesBetween) + " faces can be shown"};
    }
    const std::size_t count = network.inputs().at(0).shape.at(1);
    const std::vector<float> first = numbers_of(seed, count), last = numbers_of(to_seed, count);
    const int columns = static_cast<int>(std::ceil(std::sqrt(faces))), rows = (faces + columns - 1) / columns;
    const int side_px = std::min(kFaceShownPx, kMostHeightPx / rows);
    cv::Mat sheet(rows * side_px, columns * side_px, CV_8UC3, cv::Scalar::all(128));
    for (int i = 0; i < faces; ++i) {
        const auto face = made_up_face(
            faces == 1 ? first : numbers_between(first, last, i / static_cast<double>(faces - 1)), network);
        if (!face) {
            return face.error();
        }
        cv::Mat shown;
        cv::resize(*face, shown, {side_px, side_px}, 0, 0, cv::INTER_CUBIC);
        shown.copyTo(sheet(cv::Rect(i % columns * side_px, i / columns * side_px, side_px, side_px)));
    }
    return sheet;
}

}  // namespace bonafide::forge
