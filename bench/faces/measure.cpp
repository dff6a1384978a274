// Reads paths on standard input, one a line (with the argument --numbers: only the numbers of pictures, quickly; with
// --speed: of clips the speed alone), and writes what the face pipeline says of each, tab-separated:
//   picture PATH DIVISOR JPEG HEIGHT DEPARTURE   HEIGHT: of the largest face, px, or 0; DEPARTURE: its landmarks from
//   those
//                                                at full size, mean, as a share of the face's height, or -1
//   numbers PATH N1 ... N128                     of the largest face at full size
//   clip PATH DIVISOR JPEG FRAMES WITH TRACKS HEIGHT DRIFT   HEIGHT: median over the frames with a face; DRIFT: largest
//                                                            distance within one track, or -1
//   speed PATH FRAMES MILLISECONDS LOOKS LOOK_MILLISECONDS   processor time of the tracker a frame of 1280 x 720 px:
//                                                            frames in which faces are followed, and those in which
//                                                            the detector looks for new ones as well
#include "features/faces/look.h"
#include "features/faces/recognition.h"
#include "features/media.h"
#include "media/encode.h"
#include "media/image.h"

#include <opencv2/imgproc.hpp>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string_view>

namespace {

using namespace bonafide;
namespace ff = features::faces;

constexpr int kPoorQuality = 30;

template <class T>
T taken(Result<T> result) {
    if (!result) {
        std::cerr << result.error().message << "\n";
        std::exit(2);
    }
    return std::move(*result);
}

infer::ModelStore models() {
    return taken(infer::ModelStore::open(BONAFIDE_MANIFEST, {BONAFIDE_WHEELS_DIR}, ""));
}

/// As it comes out of a JPEG of poor quality.
cv::Mat saved_poorly(const cv::Mat& rgb) {
    const std::vector<std::uint8_t> bytes = media::encode_jpeg(rgb, kPoorQuality, media::Chroma::kHalved);
    const auto source = ingest::open_memory(bytes);
    return taken(media::decode_image(ingest::identify(*source), bytes, Limits{})).rgb;
}

cv::Mat shrunk(const cv::Mat& rgb, int divisor) {
    cv::Mat small = rgb;
    if (divisor > 1) {
        cv::resize(rgb, small, cv::Size(std::max(1, rgb.cols / divisor), std::max(1, rgb.rows / divisor)), 0, 0,
                   cv::INTER_AREA);
    }
    return small;
}

const ff::Face* largest_of(const std::vector<ff::Face>& found) {
    const auto largest = std::max_element(found.begin(), found.end(), [](const ff::Face& a, const ff::Face& b) {
        return a.box_px().height < b.box_px().height;
    });
    return largest == found.end() ? nullptr : &*largest;
}

void measure_picture(const std::string& path, const cv::Mat& rgb, bool only_numbers) {
    static ff::Detector detector = taken(ff::Detector::open(models(), {}));
    static ff::Mesh mesh = taken(ff::Mesh::open(models(), {}));
    static ff::Recogniser recogniser = taken(ff::Recogniser::open(models(), {}));
    std::vector<cv::Point2f> reference;
    float height = 1;
    for (const int divisor : {1, 2, 4, 8}) {
        const cv::Mat small = shrunk(rgb, divisor);
        for (const bool poor : {false, true}) {
            if (only_numbers && (divisor > 1 || poor)) {
                continue;
            }
            const cv::Mat shown = poor ? saved_poorly(small) : small;
            const std::vector<ff::Face> found = taken(ff::faces_in(detector, mesh, shown, {}, 0.5F, false));
            const ff::Face* face = largest_of(found);
            double departure = -1;
            if (face != nullptr && reference.empty() && divisor == 1 && !poor) {
                height = face->box_px().height;
                for (std::size_t k = 0; k < ff::kLandmarks; ++k) {
                    reference.push_back(face->point(k));
                }
                std::printf("numbers\t%s", path.c_str());
                for (const float number : taken(recogniser.numbers_of(shown, *face))) {
                    std::printf("\t%.7g", number);
                }
                std::printf("\n");
            } else if (face != nullptr && !reference.empty()) {
                departure = 0;
                for (std::size_t k = 0; k < ff::kLandmarks; ++k) {
                    departure += cv::norm(face->point(k) * divisor - reference[k]) / (ff::kLandmarks * height);
                }
            }
            std::printf("picture\t%s\t%d\t%d\t%.1f\t%.5f\n", path.c_str(), divisor, poor ? 1 : 0,
                        face != nullptr ? face->box_px().height : 0, departure);
        }
    }
}

double processor_ms() {
    timespec time{};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

/// One pass over a clip at one size.
class Pass final : public media::StreamSink {
  public:
    Pass(int divisor, bool poor, bool timed) : divisor_(divisor), poor_(poor), timed_(timed) {}
    void on_frame(const media::VideoFrame& frame) override {
        cv::Mat rgb = shrunk(frame.rgb(), divisor_);
        if (poor_) {
            rgb = saved_poorly(rgb);
        }
        if (timed_) {
            cv::resize(rgb, rgb, {1280, 720});
        }
        const double before = processor_ms();
        const std::int64_t looks_before = tracker_.looks();
        const auto found = taken(tracker_.next(rgb, frame.time_s));
        const bool looked = tracker_.looks() != looks_before;
        (looked ? looked_ms : followed_ms) += processor_ms() - before;
        looks += looked ? 1 : 0;
        ++frames;
        float largest = 0;
        for (const ff::TrackedFace& tracked : found) {
            largest = std::max(largest, tracked.face.box_px().height);
            if (divisor_ == 1 && !poor_ && !timed_) {
                static ff::Recogniser recogniser = taken(ff::Recogniser::open(models(), {}));
                if (!collector.add(&recogniser, rgb, tracked.track, tracked.face, frame.time_s)) {
                    std::exit(2);
                }
            }
        }
        if (!found.empty()) {
            heights.push_back(largest);
        }
    }
    int tracks() const { return tracker_.tracks(); }
    int frames = 0, looks = 0;
    double followed_ms = 0, looked_ms = 0;
    std::vector<float> heights;
    ff::AppearanceCollector collector;

  private:
    int divisor_;
    bool poor_, timed_;
    ff::Tracker tracker_ = taken(ff::Tracker::open(models(), {}, {}));
};

void measure_clip(const std::string& path, media::StreamReader& reader, bool only_speed) {
    media::ReadOptions wanted;
    wanted.frames = true;
    wanted.threads = 1;
    for (const auto& [divisor, poor] : {std::pair(1, false), {1, true}, {2, false}, {4, false}, {8, false}}) {
        if (only_speed) {
            break;
        }
        Pass pass(divisor, poor, false);
        (void)taken(reader.read(wanted, pass));
        double drift = -1;
        for (const ff::Appearance& appearance : pass.collector.appearances()) {
            drift = std::max(drift, appearance.drift().value_or(-1));
        }
        std::sort(pass.heights.begin(), pass.heights.end());
        std::printf("clip\t%s\t%d\t%d\t%d\t%zu\t%d\t%.1f\t%.3f\n", path.c_str(), divisor, poor ? 1 : 0, pass.frames,
                    pass.heights.size(), pass.tracks(),
                    pass.heights.empty() ? 0 : pass.heights[pass.heights.size() / 2], drift);
    }
    Pass timed(1, false, true);
    (void)taken(reader.read(wanted, timed));
    const int followed = timed.frames - timed.looks;
    std::printf("speed\t%s\t%d\t%.3f\t%d\t%.3f\n", path.c_str(), followed, timed.followed_ms / std::max(1, followed),
                timed.looks, timed.looked_ms / std::max(1, timed.looks));
}

}  // namespace

int main(int argc, char** argv) {
    const bool only_numbers = argc == 2 && std::string_view(argv[1]) == "--numbers";
    const bool only_speed = argc == 2 && std::string_view(argv[1]) == "--speed";
    for (std::string path; std::getline(std::cin, path);) {
        std::ifstream stream(path, std::ios::binary);
        const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(stream)), {});
        const auto source = ingest::open_memory(bytes);
        const auto media = features::Media::open(ingest::identify(*source), *source, Limits{});
        if (!media) {
            std::cerr << path << ": " << media.error().message << "\n";
            return 2;
        }
        if ((*media)->image() != nullptr) {
            measure_picture(path, ff::as_8_bit((*media)->image()->rgb), only_numbers);
        } else {
            measure_clip(path, *(*media)->reader(), only_speed);
        }
        std::fflush(stdout);
    }
    return 0;
}
