// A mixture of two normal distributions by expectation and maximisation.
//
// Dempster, Laird and Rubin, "Maximum likelihood from incomplete data via the EM algorithm", JRSS B 1977; Cozzolino,
// Poggi and Verdoliva (WIFS 2015) fit genuine and inserted windows so. Deviations: starts are not random but the
// neighbourhoods of samples spread over the data, so that the answer is the same every time; each covariance is
// ridged, since overlapping windows are worth far fewer samples than they number. Limits: a local optimum.
#include "analyzers/image/noise_residual/mixture.h"

#include "analyzers/image/noise_residual/products.h"
#include "base/ensure.h"

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers::residual {
namespace {

constexpr double kConverged = 1e-4;
constexpr double kStartShare = 0.15;  // of the samples: those nearest to where a start begins
constexpr double kStartSurety = 0.9;

double log_of_sum(double a, double b) {
    const double larger = std::max(a, b);
    return larger + std::log1p(std::exp(std::min(a, b) - larger));
}

struct Fit {
    Gaussian first, second;
    double second_share = 0, log_likelihood = 0;
};

// Weights of the second part for a start around sample `centre`.
std::vector<double> start_around(const cv::Mat& samples, int centre) {
    std::vector<double> distances(samples.rows);
    for (int row = 0; row < samples.rows; ++row) {
        distances[row] = cv::norm(samples.row(row), samples.row(centre), cv::NORM_L2SQR);
    }
    std::vector<double> ordered = distances;
    const auto limit = ordered.begin() + static_cast<std::ptrdiff_t>(kStartShare * samples.rows);
    std::nth_element(ordered.begin(), limit, ordered.end());
    for (double& distance : distances) {
        distance = distance <= *limit ? kStartSurety : 1 - kStartSurety;
    }
    return distances;
}

Fit climb(const cv::Mat& samples, std::vector<double> weights, double ridge, int iterations) {
    Fit fit;
    double before = 0;
    std::vector<double> others(weights.size());
    for (int iteration = 0; iteration < iterations; ++iteration) {
        double sum = 0;
        for (std::size_t row = 0; row < weights.size(); ++row) {
            others[row] = 1 - weights[row];
            sum += weights[row];
        }
        const double count = static_cast<double>(weights.size());
        fit.second_share = std::clamp(sum / count, 1e-6, 1 - 1e-6);
        if (sum < 1e-6 || sum > count - 1e-6) {
            fit.second_share = sum < count / 2 ? 0 : 1;
            return fit;
        }
        fit.first = Gaussian::fit(samples, others, ridge);
        fit.second = Gaussian::fit(samples, weights, ridge);
        const std::vector<double> to_first = fit.first.distances(samples), to_second = fit.second.distances(samples);
        const double log_first = std::log(1 - fit.second_share), log_second = std::log(fit.second_share);
        double total = 0;
        for (std::size_t row = 0; row < weights.size(); ++row) {
            const double a = log_first + fit.first.log_density(to_first[row]);
            const double b = log_second + fit.second.log_density(to_second[row]);
            const double both = log_of_sum(a, b);
            total += both;
            weights[row] = std::exp(b - both);
        }
        fit.log_likelihood = total / count;
        if (iteration > 0 && fit.log_likelihood - before < kConverged) {
            break;
        }
        before = fit.log_likelihood;
    }
    return fit;
}

}  // namespace

Gaussian Gaussian::fit(const cv::Mat& samples, const std::vector<double>& weights, double ridge) {
    ENSURE(samples.type() == CV_64FC1 && static_cast<int>(weights.size()) == samples.rows && ridge > 0);
    const cv::Mat column(samples.rows, 1, CV_64FC1, const_cast<double*>(weights.data()));
    const double sum = cv::sum(column)[0];
    ENSURE(sum > 0);
    Gaussian gaussian;
    gaussian.mean_ = transposed_product(column, samples) / sum;
    cv::Mat centred(samples.size(), CV_64FC1), weighted(samples.size(), CV_64FC1);
    const double* mean = gaussian.mean_.ptr<double>();
    for (int row = 0; row < samples.rows; ++row) {
        const double* from = samples.ptr<double>(row);
        double *to = centred.ptr<double>(row), *scaled = weighted.ptr<double>(row);
        for (int index = 0; index < samples.cols; ++index) {
            to[index] = from[index] - mean[index];
            scaled[index] = to[index] * weights[row];
        }
    }
    cv::Mat covariance = transposed_product(weighted, centred) / sum;
    covariance += ridge * cv::Mat::eye(samples.cols, samples.cols, CV_64FC1);
    cv::Mat values, vectors;
    cv::eigen(covariance, values, vectors);
    gaussian.log_volume_ = 0.5 * samples.cols * std::log(2 * CV_PI);
    for (int index = 0; index < samples.cols; ++index) {
        const double variance = std::max(values.at<double>(index), ridge);
        gaussian.log_volume_ += 0.5 * std::log(variance);
        vectors.row(index) /= std::sqrt(variance);
    }
    gaussian.whitening_ = vectors.t();
    return gaussian;
}

std::vector<double> Gaussian::distances(const cv::Mat& samples) const {
    const cv::Mat offset = mean_ * whitening_;
    const cv::Mat whitened = product(samples, whitening_);
    std::vector<double> distances(samples.rows);
    for (int row = 0; row < samples.rows; ++row) {
        distances[row] = cv::norm(whitened.row(row), offset, cv::NORM_L2SQR);
    }
    return distances;
}

Mixture fit_mixture(const cv::Mat& samples, const MixtureOptions& options) {
    ENSURE(samples.type() == CV_64FC1 && samples.rows >= 2 * samples.cols && options.restarts >= 1);
    const std::vector<double> equal(samples.rows, 1.0);
    cv::Mat mean, deviation;
    double variance = 0;
    for (int column = 0; column < samples.cols; ++column) {
        cv::meanStdDev(samples.col(column), mean, deviation);
        variance += deviation.at<double>(0) * deviation.at<double>(0) / samples.cols;
    }
    const double ridge = std::max(1e-12, options.ridge_share * variance);
    const Gaussian single = Gaussian::fit(samples, equal, ridge);
    const std::vector<double> distances = single.distances(samples);
    double alone = 0;
    for (const double distance : distances) {
        alone += single.log_density(distance) / samples.rows;
    }
    // Starts: samples at even ranks of their distance from the middle, farthest first.
    std::vector<int> order(samples.rows);
    for (int row = 0; row < samples.rows; ++row) {
        order[row] = row;
    }
    std::sort(order.begin(), order.end(),
              [&](int a, int b) { return distances[a] != distances[b] ? distances[a] > distances[b] : a < b; });
    Mixture best{single, single, 0, 0};
    for (int restart = 0; restart < options.restarts; ++restart) {
        const int centre =
            order[static_cast<std::size_t>(samples.rows) * (2 * restart + 1) / (2 * options.restarts) / 2];
        const Fit fit = climb(samples, start_around(samples, centre), ridge, options.iterations);
        const double smaller = std::min(fit.second_share, 1 - fit.second_share);
        if (smaller < options.least_share || fit.log_likelihood - alone <= best.gain_nats) {
            continue;
        }
        const bool swapped = fit.second_share > 0.5;
        best = {swapped ? fit.second : fit.first, swapped ? fit.first : fit.second, smaller,
                fit.log_likelihood - alone};
    }
    return best;
}

}  // namespace bonafide::analyzers::residual
