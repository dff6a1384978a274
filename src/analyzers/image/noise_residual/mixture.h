#pragma once

#include <opencv2/core.hpp>

#include <vector>

namespace bonafide::analyzers::residual {

/// A normal distribution in several dimensions.
class Gaussian {
  public:
    /// Fits rows of `samples` (CV_64FC1), each weighing `weights[row]`. `ridge`, a variance, is added to every
    /// direction. ENSURE: the weights' sum is positive.
    static Gaussian fit(const cv::Mat& samples, const std::vector<double>& weights, double ridge);
    /// Squared Mahalanobis distance of each row of `samples`.
    std::vector<double> distances(const cv::Mat& samples) const;
    /// Natural logarithm of the density at a squared distance.
    double log_density(double squared_distance) const { return -0.5 * squared_distance - log_volume_; }

  private:
    cv::Mat mean_, whitening_;
    double log_volume_ = 0;
};

struct MixtureOptions {
    int restarts = 4;
    int iterations = 25;
    double ridge_share = 0.02;  ///< of the samples' mean variance
    double least_share = 0.01;  ///< of the smaller part; a restart that ends below is dropped
};

/// Two normal distributions, the first one the larger.
struct Mixture {
    Gaussian majority, minority;
    double minority_share = 0;
    double gain_nats = 0;  ///< mean log-likelihood of a sample above that under one normal distribution, at least 0
};

/// Fits `samples` (CV_64FC1, a row each, at least two rows a column). Deterministic.
Mixture fit_mixture(const cv::Mat& samples, const MixtureOptions& options);

}  // namespace bonafide::analyzers::residual
