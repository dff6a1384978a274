#include "forge/sound_marking.h"

#include <algorithm>
#include <cmath>

namespace bonafide::forge {
namespace {

namespace sound_watermark = features::sound_watermark;

/// Shorter gaps are rounding of the container's, as the writer has it.
constexpr double kLeastGap_s = 0.06;
/// Below, there is no speech that could be marked.
constexpr int kLeastRate_hz = 1000;

class Listener final : public media::StreamSink {
  public:
    void on_sound(const media::SoundBlock& block) override { finder.add(block.mono_16k); }
    sound_watermark::Finder finder;
};

}  // namespace

Result<void> SoundMarking::add(const media::SoundBlock& block, const Write& write) {
    if (block.channels.empty() || block.channels.front().empty()) {
        return {};
    }
    if (block.rate_hz < kLeastRate_hz) {
        return Error{ErrorCode::kUsage, "sound of under 1,000 samples a second cannot carry the forge's watermark"};
    }
    const double expected_s = marker_ ? start_s_ + static_cast<double>(given_) / rate_hz_ : block.start_s;
    const bool goes_on = marker_ && block.rate_hz == rate_hz_ && block.channels.size() == channels_ &&
                         !(block.start_s - expected_s >= kLeastGap_s);
    if (!goes_on) {
        if (auto done = finish(write); !done) {
            return done;
        }
        rate_hz_ = block.rate_hz;
        channels_ = block.channels.size();
        start_s_ = block.start_s;
        given_ = handed_on_ = 0;
        marker_.emplace(rate_hz_, channels_, strength_db_);
    }
    given_ += static_cast<std::int64_t>(block.channels.front().size());
    return hand_on(marker_->add(block.channels), write);
}

Result<void> SoundMarking::hand_on(const sound_watermark::Channels& ready, const Write& write) {
    if (ready.front().empty()) {
        return {};
    }
    media::SoundBlock block;
    block.start_s = start_s_ + static_cast<double>(handed_on_) / rate_hz_;
    block.rate_hz = rate_hz_;
    block.channels.assign(ready.begin(), ready.end());
    handed_on_ += static_cast<std::int64_t>(ready.front().size());
    return write(block);
}

Result<void> SoundMarking::finish(const Write& write) {
    if (!marker_) {
        return {};
    }
    auto done = hand_on(marker_->finish(), write);
    signal_ += marker_->signal();
    change_ += marker_->change();
    marker_.reset();
    return done;
}

double SoundMarking::snr_db() const {
    const double signal = signal_ + (marker_ ? marker_->signal() : 0),
                 change = change_ + (marker_ ? marker_->change() : 0);
    return signal > 0 && change > 0 ? 10 * std::log10(signal / change) : 0;
}

Result<sound_watermark::Trace> trace_in_sound(const std::vector<std::uint8_t>& bytes, int threads) {
    const auto film = open_film(bytes, {});
    if (!film) {
        return film.error();
    }
    Listener listener;
    media::ReadOptions wanted;
    wanted.sound = true;
    wanted.threads = threads;
    const auto read = film->reader->read(wanted, listener);
    return read ? Result<sound_watermark::Trace>(listener.finder.find()) : Result<sound_watermark::Trace>(read.error());
}

bool sound_is_marked(const sound_watermark::Trace& trace) {
    return trace.false_alarm_exponent >= sound_watermark::kFoundExponent;
}

Result<MarkedCopy> copy_marked(CopyOrder order, int threads) {
    MarkedCopy marked;
    for (const double strength_db : sound_watermark::kStrengths_db) {
        order.sound_mark_db = strength_db;
        auto copied = copy_film(order, threads);
        if (!copied) {
            return copied.error();
        }
        const auto trace = trace_in_sound(copied->bytes, threads);
        if (!trace) {
            return trace.error();
        }
        marked = {std::move(*copied), *trace};
        if (trace->false_alarm_exponent >= sound_watermark::kWantedExponent) {
            return marked;
        }
    }
    if (sound_is_marked(marked.trace)) {
        return marked;
    }
    return Error{
        ErrorCode::kUsage,
        "the sound cannot carry the forge's watermark: it is too short, or nearly all silence or noise; nothing "
        "leaves the forge without it"};
}

}  // namespace bonafide::forge
