#include "forge/planes.h"

#include "base/ensure.h"

#include <array>

namespace bonafide::forge {

infer::Tensor planes_of(const cv::Mat& rgb) {
    ENSURE(rgb.type() == CV_8UC3);
    const auto rows = static_cast<std::size_t>(rgb.rows), columns = static_cast<std::size_t>(rgb.cols);
    infer::Tensor planes{{1, 3, rows, columns}, std::vector<float>(3 * rows * columns)};
    std::array<cv::Mat, 3> channels;
    cv::split(rgb, channels.data());
    for (std::size_t i = 0; i < channels.size(); ++i) {
        cv::Mat plane(rgb.size(), CV_32F, planes.values.data() + i * rows * columns);
        channels.at(i).convertTo(plane, CV_32F, 1 / 127.5, -1);
    }
    return planes;
}

cv::Mat picture_of(const infer::Tensor& planes) {
    ENSURE(planes.shape.size() == 4 && planes.shape[1] == 3);
    const std::size_t area = planes.shape[2] * planes.shape[3];
    ENSURE(planes.values.size() >= 3 * area);
    const cv::Size size(static_cast<int>(planes.shape[3]), static_cast<int>(planes.shape[2]));
    std::array<cv::Mat, 3> channels;
    for (std::size_t i = 0; i < channels.size(); ++i) {
        // OpenCV takes no const pointer; the plane is only read.
        const cv::Mat plane(size, CV_32F, const_cast<float*>(planes.values.data() + i * area));
        plane.convertTo(channels.at(i), CV_32F, 127.5, 127.5);
    }
    cv::Mat rgb;
    cv::merge(channels.data(), channels.size(), rgb);
    return rgb;
}

}  // namespace bonafide::forge
