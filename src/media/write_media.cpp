#include "media/write_media.h"

#include "media/write_pictures.h"
#include "media/write_sound.h"

namespace bonafide::media {
namespace {

const char* muxer_of(WrittenFormat format) {
    switch (format) {
        case WrittenFormat::kMp4:
            return "mp4";
        case WrittenFormat::kMatroska:
            return "matroska";
        case WrittenFormat::kMp3:
            return "mp3";
        case WrittenFormat::kWav:
            return "wav";
    }
    return "mp4";
}

class FfmpegWriter final : public MediaWriter {
  public:
    Result<void> open(const WriteOptions& options) {
        auto output = FfmpegOutput::create(muxer_of(options.format), kMostBytes);
        if (!output) {
            return output.error();
        }
        output_ = std::move(*output);
        AVFormatContext& context = output_->context();
        // Films whose sound comes long after their pictures are put in order all the same: what waits is coded already.
        context.max_interleave_delta = 0;
        if (options.pictures) {
            auto pictures = PictureTrack::open(*output_, *options.pictures, options.threads);
            if (!pictures) {
                return pictures.error();
            }
            pictures_.emplace(std::move(*pictures));
        }
        if (options.sound) {
            auto sound = SoundTrack::open(*output_, *options.sound);
            if (!sound) {
                return sound.error();
            }
            sound_.emplace(std::move(*sound));
        }
        if (!options.comment.empty()) {
            av_dict_set(&context.metadata, "comment", options.comment.c_str(), 0);
        }
        return output_->begin();
    }

    Result<void> add_picture(const cv::Mat& rgb, double time_s) override {
        ENSURE(pictures_);
        return pictures_->add(rgb, time_s);
    }
    Result<void> add_sound(const SoundBlock& block) override {
        ENSURE(sound_);
        return sound_->add(block);
    }
    Result<std::vector<std::uint8_t>> finish() override {
        if (pictures_ && pictures_->pictures() == 0) {
            return Error{ErrorCode::kUsage, "a film without a picture cannot be written"};
        }
        if (auto finished = pictures_ ? pictures_->finish() : Result<void>(); !finished) {
            return finished.error();
        }
        if (auto finished = sound_ ? sound_->finish() : Result<void>(); !finished) {
            return finished.error();
        }
        if (!pictures_ && sound_->samples() == 0) {
            return Error{ErrorCode::kUsage, "a recording without sound cannot be written"};
        }
        return output_->finish();
    }

  private:
    std::unique_ptr<FfmpegOutput> output_;
    std::optional<PictureTrack> pictures_;
    std::optional<SoundTrack> sound_;
};

}  // namespace

Result<std::unique_ptr<MediaWriter>> MediaWriter::create(const WriteOptions& options) {
    if (!options.pictures && !options.sound) {
        return Error{ErrorCode::kUsage, "neither pictures nor sound are to be written"};
    }
    auto writer = std::make_unique<FfmpegWriter>();
    if (auto opened = writer->open(options); !opened) {
        return opened.error();
    }
    return std::unique_ptr<MediaWriter>(std::move(writer));
}

}  // namespace bonafide::media
