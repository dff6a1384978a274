#include "features/codec_grid/stretches.h"

#include <algorithm>

namespace bonafide::features::codec_grid {

void Stretches::add(std::span<const float> samples, const Take& take) {
    const std::int64_t end = waiting_start_ + static_cast<std::int64_t>(waiting_.size() + samples.size());
    if (due_ >= end) {  // nothing of it is wanted
        waiting_.clear();
        waiting_start_ = end;
        return;
    }
    waiting_.insert(waiting_.end(), samples.begin(), samples.end());
    while (due_ + static_cast<std::int64_t>(plan_.samples) <= end) {
        take(std::span(waiting_).subspan(static_cast<std::size_t>(due_ - waiting_start_), plan_.samples), due_);
        due_ += ++taken_ < plan_.close_together ? plan_.first_apart : plan_.later_apart;
    }
    const auto spent = static_cast<std::size_t>(std::min(due_, end) - waiting_start_);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(spent));
    waiting_start_ += static_cast<std::int64_t>(spent);
}

}  // namespace bonafide::features::codec_grid
