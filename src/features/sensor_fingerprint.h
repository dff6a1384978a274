#pragma once

#include <opencv2/core.hpp>

#include <string>

namespace bonafide::features {

/// The pattern of one camera's sensor, in the orientation in which the camera stores its pictures.
struct SensorFingerprint {
    std::string name;      ///< under which it was enrolled
    std::string sha256;    ///< of its file
    cv::Mat pattern;       ///< CV_32FC1, relative sensitivity deviation of each pixel, mean about 0
    int pictures = 0;      ///< that it was made from
    double agreement = 0;  ///< correlation of the patterns of two halves of the pictures, -1 to 1
};

/// Sums over several pictures of one camera, each weighted (features/sensor_residual.h): of residual times intensity,
/// and of intensity squared. CV_32FC1 of one size.
struct SensorSums {
    cv::Mat products;
    cv::Mat squares;
};

/// The maximum-likelihood pattern of two halves of the pictures, cleaned of what is not the sensor's. `name` and
/// `sha256` are left empty.
SensorFingerprint estimate_fingerprint(const SensorSums& first, const SensorSums& second, int pictures);

/// Takes out of `plane` (CV_32FC1) what stands above the noise in the Fourier domain: the traces of JPEG blocks, of
/// demosaicing and of every other regular process.
void remove_periodic(cv::Mat& plane);

/// Correlation coefficient of two planes (CV_32FC1) of the same size; 0 where one of them is constant.
double correlation(const cv::Mat& a, const cv::Mat& b);

}  // namespace bonafide::features
