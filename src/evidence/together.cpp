#include "evidence/together.h"

#include "base/ensure.h"

#include <algorithm>
#include <cmath>

namespace bonafide::evidence {

double together(const std::vector<double>& sigmas, double shift) {
    ENSURE(!sigmas.empty() && shift > 0);
    const double highest = *std::max_element(sigmas.begin(), sigmas.end());
    double sum = 0;
    for (const double score : sigmas) {
        sum += std::exp(shift * (score - highest));
    }
    return highest + std::log(sum / static_cast<double>(sigmas.size())) / shift;
}

}  // namespace bonafide::evidence
