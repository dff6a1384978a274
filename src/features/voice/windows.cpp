#include "features/voice/windows.h"

#include <algorithm>

namespace bonafide::features::voice {
namespace {

/// What is left over at the end is worth a window of its own from here on.
constexpr std::size_t kLeastRestFrames = 50;
constexpr std::size_t kPieceSamples = kRate_hz;

}  // namespace

void WindowStream::add(std::span<const float> samples) {
    samples_ += samples.size();
    // In pieces, so that what is kept stays short however much comes at once.
    for (; !samples.empty(); samples = samples.subspan(std::min(samples.size(), kPieceSamples))) {
        const auto piece = samples.first(std::min(samples.size(), kPieceSamples));
        sound_.insert(sound_.end(), piece.begin(), piece.end());
        stream_.add(piece, [this](const Frame& frame) { take_frame(frame); });
    }
}

void WindowStream::take_frame(const Frame& frame) {
    if (frames_.size() == kWindowFrames) {
        frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(kWindowHopFrames));
        sound_.erase(sound_.begin(), sound_.begin() + static_cast<std::ptrdiff_t>(kWindowHopFrames * kHopSamples));
    }
    frames_.push_back(frame);
    ++all_;
    ++fresh_;
    if (frames_.size() == kWindowFrames) {
        emit();
    }
}

void WindowStream::emit() {
    const double end_s = static_cast<double>((all_ - 1) * kHopSamples + kFrameSamples) / kRate_hz;
    const std::size_t length = (frames_.size() - 1) * kHopSamples + kFrameSamples;
    take_({end_s - static_cast<double>(length) / kRate_hz, end_s, frames_, std::span(sound_).first(length)});
    fresh_ = 0;
    emitted_ = true;
}

void WindowStream::finish() {
    // After a full window the oldest second is gone, so that the rest comes with three seconds before it.
    if (emitted_ ? fresh_ >= kLeastRestFrames : frames_.size() >= kLeastWindowFrames) {
        emit();
    }
}

}  // namespace bonafide::features::voice
