#include "features/presentation.h"

#include "features/presentation_frames.h"
#include "features/presentation_preview.h"
#include "features/presentation_sound.h"
#include "media/encode.h"

#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>

#include <cmath>

namespace bonafide::features {
namespace {

using Json = nlohmann::ordered_json;
using Files = std::map<std::string, std::vector<std::uint8_t>>;

constexpr int kPreviewQuality = 82;
constexpr int kFrameQuality = 78;

/// Three decimals draw a waveform, and keep the page small.
Json rounded(const std::vector<float>& samples) {
    Json list = Json::array();
    for (const float sample : samples)
        list.push_back(std::round(static_cast<double>(sample) * 1000) / 1000);
    return list;
}

class Maker final : public PresentationMaker {
  public:
    void on_frame(const media::VideoFrame& frame) override { frames_.add(frame); }

    void on_sound(const media::SoundBlock& block) override {
        waveform_.add(block);
        spectrogram_.add(block.mono_16k);
    }

    Files finish(const Media& media) override {
        Files files;
        Json json = Json::object();
        json["preview"] = nullptr;
        if (media.image() != nullptr) add_preview(media.image()->rgb, json, files);
        json["frames"] = Json::array();
        add_frames(json, files);
        json["waveform"] = nullptr;
        json["spectrogram"] = nullptr;
        add_sound(json, files);
        const std::string text = json.dump();
        files["presentation.json"].assign(text.begin(), text.end());
        return files;
    }

  private:
    static void add_preview(const cv::Mat& rgb, Json& json, Files& files) {
        const cv::Mat preview = make_preview(rgb);
        if (preview.empty()) return;
        Json entry = Json::object();
        entry["file"] = "preview.jpg";
        entry["width_px"] = preview.cols;
        entry["height_px"] = preview.rows;
        json["preview"] = std::move(entry);
        files["preview.jpg"] = media::encode_jpeg(preview, kPreviewQuality);
    }

    void add_frames(Json& json, Files& files) const {
        for (std::size_t i = 0; i < frames_.frames().size(); ++i) {
            const FrameKeeper::Kept& kept = frames_.frames()[i];
            Json entry = Json::object();
            entry["file"] = "frame_" + std::to_string(i) + ".jpg";
            entry["time_s"] = kept.time_s;
            files[entry["file"].get<std::string>()] = media::encode_jpeg(kept.rgb, kFrameQuality);
            json["frames"].push_back(std::move(entry));
        }
    }

    void add_sound(Json& json, Files& files) const {
        if (!waveform_.minimum().empty()) {
            Json entry = Json::object();
            entry["duration_s"] = waveform_.duration_s();
            entry["minimum"] = rounded(waveform_.minimum());
            entry["maximum"] = rounded(waveform_.maximum());
            json["waveform"] = std::move(entry);
        }
        if (const cv::Mat picture = spectrogram_.picture(); !picture.empty()) {
            Json entry = Json::object();
            entry["file"] = "spectrogram.png";
            entry["duration_s"] = spectrogram_.duration_s();
            entry["maximum_hz"] = SpectrogramKeeper::kRateHz / 2;
            json["spectrogram"] = std::move(entry);
            files["spectrogram.png"] = media::encode_png(picture);
        }
    }

    FrameKeeper frames_;
    WaveformKeeper waveform_;
    SpectrogramKeeper spectrogram_;
};

}  // namespace

cv::Mat make_preview(const cv::Mat& rgb, int longest_side_px) {
    if (rgb.empty() || rgb.channels() != 3 || (rgb.depth() != CV_8U && rgb.depth() != CV_16U)) return {};
    cv::Mat small = rgb;
    const int longest = std::max(rgb.cols, rgb.rows);
    if (longest > longest_side_px) {
        const double scale = static_cast<double>(longest_side_px) / longest;
        const cv::Size size(std::max(1, cvRound(rgb.cols * scale)), std::max(1, cvRound(rgb.rows * scale)));
        cv::resize(rgb, small, size, 0, 0, cv::INTER_AREA);
    }
    if (small.depth() == CV_16U) {
        cv::Mat eight_bits;
        small.convertTo(eight_bits, CV_8U, 1.0 / 257.0);
        return eight_bits;
    }
    return small;
}

std::unique_ptr<PresentationMaker> PresentationMaker::create() {
    return std::make_unique<Maker>();
}

}  // namespace bonafide::features
