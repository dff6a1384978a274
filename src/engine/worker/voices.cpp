#include "engine/worker/voices.h"

#include "features/media.h"
#include "features/speaker/voices.h"

#include <optional>
#include <utility>

namespace bonafide::engine {
namespace {

namespace speaker = features::speaker;

/// Hands the sound of a recording to a listener.
class SoundWatcher final : public media::StreamSink {
  public:
    explicit SoundWatcher(speaker::Encoder encoder) : listener_(std::move(encoder)) {}

    void on_sound(const media::SoundBlock& block) override {
        if (!failure_) {
            if (const auto heard = listener_.add(block.mono_16k); !heard) {
                failure_ = heard.error();
            }
        }
    }

    Result<HeardVoices> finish(const media::ReadSummary& summary) {
        if (!failure_) {
            if (const auto heard = listener_.finish(); !heard) {
                failure_ = heard.error();
            }
        }
        if (failure_) {
            return *failure_;
        }
        if (listener_.duration_s() == 0) {
            return Error{ErrorCode::kInvalid, "no sound of it could be decoded" +
                                                  (summary.problems.empty() ? "" : ": " + summary.problems.front())};
        }
        HeardVoices heard;
        heard.duration_s = listener_.duration_s();
        heard.problems = summary.problems;
        for (const speaker::Voice& voice : speaker::voices_of(listener_.moments())) {
            HeardVoice one{{}, voice.speech_s, voice.spread(), voice.numbers};
            for (const speaker::Moment& moment : voice.moments) {
                one.moments.push_back({moment.start_s, moment.end_s});
            }
            heard.voices.push_back(std::move(one));
        }
        if (heard.voices.empty()) {
            heard.nothing = listener_.why_nothing();
        }
        return heard;
    }

  private:
    speaker::Listener listener_;
    std::optional<Error> failure_;
};

}  // namespace

Result<HeardVoices> listen_for_voices(const Job& job, const ingest::ByteSource& source,
                                      const infer::ModelStore& models) {
    const auto media = features::Media::open(ingest::identify(source), source, job.limits);
    if (!media) {
        return media.error();
    }
    media::StreamReader* reader = (*media)->reader();
    if (reader == nullptr) {
        return Error{ErrorCode::kUnsupported, "it is a picture: there is nothing to hear"};
    }
    if (!reader->table().audio) {
        return Error{ErrorCode::kUnsupported, "it has no sound"};
    }
    auto encoder = speaker::Encoder::open(models, {});
    if (!encoder) {
        return encoder.error();
    }
    SoundWatcher watcher(std::move(*encoder));
    media::ReadOptions wanted;
    wanted.sound = true;
    wanted.threads = job.threads;
    const auto summary = reader->read(wanted, watcher);
    return summary ? watcher.finish(*summary) : Result<HeardVoices>(summary.error());
}

}  // namespace bonafide::engine
