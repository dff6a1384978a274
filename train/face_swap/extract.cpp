// Writes what the analyzer face.swap measures, so that training and use share one implementation.
//
// usage: bonafide-face-swap-features [--landmarks] OUT < LIST
// LIST holds one path a line. OUT becomes raw 32-bit floats, a row a face or track: number of the line (from 0), track,
// frames seen, frames measured, height of the face in px, then the median texture, place by place. With --landmarks a
// row is a face in a frame: number of the line, frame, track, then 468 times x and y in px. With --names alone the
// names of the columns of the texture are printed, one a line.
#include "analyzers/face/swap/tracks.h"
#include "features/faces/look.h"
#include "features/faces/tracker.h"
#include "features/media.h"

#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace bonafide;
namespace faces = features::faces;
namespace swapped = analyzers::swapped;

constexpr swapped::FaceLimits kLimits = {40, 45};
constexpr int kLongestFramePx = 1920;

/// Every film opens the models anew, so that its tracks count from 0; compiled once they open fast.
infer::SessionOptions cached() {
    infer::SessionOptions options;
    options.cache = infer::CachePolicy::kReadWrite;
    return options;
}

void write(std::ofstream& out, float line, const swapped::FaceRecord& record) {
    std::vector<float> row = {line, static_cast<float>(record.track), static_cast<float>(record.frames),
                              static_cast<float>(record.measured), static_cast<float>(record.face_px)};
    for (const auto& place : record.texture) {
        row.insert(row.end(), place.begin(), place.end());
    }
    out.write(reinterpret_cast<const char*>(row.data()), static_cast<std::streamsize>(row.size() * sizeof(float)));
}

void write(std::ofstream& out, float line, std::int64_t frame, int track, const faces::Face& face) {
    std::vector<float> row = {line, static_cast<float>(frame), static_cast<float>(track)};
    for (const cv::Point3f& point : face.landmarks_px) {
        row.push_back(point.x);
        row.push_back(point.y);
    }
    out.write(reinterpret_cast<const char*>(row.data()), static_cast<std::streamsize>(row.size() * sizeof(float)));
}

struct Watcher final : media::StreamSink {
    faces::Tracker& tracker;
    std::ofstream& out;
    float line = 0;
    bool landmarks = false;
    swapped::FaceRecords records{kLimits, swapped::all_channels()};
    std::string problem;

    Watcher(faces::Tracker& used, std::ofstream& file, float number, bool landmarks_only)
        : tracker(used), out(file), line(number), landmarks(landmarks_only) {}
    void on_frame(const media::VideoFrame& frame) override {
        const cv::Mat rgb = frame.rgb(kLongestFramePx);
        const auto found = tracker.next(rgb, frame.time_s);
        if (!found) {
            problem = found.error().message;
            return;
        }
        for (const faces::TrackedFace& tracked : *found) {
            if (landmarks) {
                write(out, line, frame.index, tracked.track, tracked.face);
            } else {
                records.add(rgb, tracked.track, tracked.face, frame.time_s);
            }
        }
    }
};

struct Models {
    infer::ModelStore store;
    faces::Detector detector;
    faces::Mesh mesh;
};

Result<void> extract(const std::string& path, float line, bool landmarks, Models& models, std::ofstream& out) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto source = ingest::open_memory(bytes);
    auto media = features::Media::open(ingest::identify(*source), *source, Limits{});
    if (!media) {
        return media.error();
    }
    swapped::FaceRecords records(kLimits, swapped::all_channels());
    if (const media::Image* image = (*media)->image()) {
        const cv::Mat rgb = faces::as_8_bit(image->rgb);
        const auto found = faces::faces_in(models.detector, models.mesh, rgb, {}, 0.5F, false);
        if (!found) {
            return found.error();
        }
        for (std::size_t i = 0; i < found->size(); ++i) {
            if (landmarks) {
                write(out, line, 0, static_cast<int>(i), found->at(i));
            } else {
                records.add(rgb, static_cast<int>(i), found->at(i), 0);
            }
        }
        for (const auto& record : records.finish()) {
            write(out, line, record);
        }
        return {};
    }
    auto tracker = faces::Tracker::open(models.store, cached(), {});
    if (!tracker) {
        return tracker.error();
    }
    Watcher watcher(*tracker, out, line, landmarks);
    media::ReadOptions options;
    options.frames = true;
    options.threads = 1;
    const auto read = (*media)->reader()->read(options, watcher);
    if (!read || !watcher.problem.empty()) {
        return read ? Error{ErrorCode::kInternal, watcher.problem} : read.error();
    }
    for (const auto& record : watcher.records.finish()) {
        write(out, line, record);
    }
    return {};
}

}  // namespace

int main(int count, char** given) {
    std::vector<std::string> arguments(given + 1, given + count);
    const bool landmarks = arguments.size() == 2 && arguments[0] == "--landmarks";
    if (landmarks) {
        arguments.erase(arguments.begin());
    }
    if (arguments.size() != 1) {
        std::cerr << "usage: bonafide-face-swap-features [--landmarks] OUT < LIST, or --names\n";
        return 2;
    }
    if (arguments[0] == "--names") {
        for (std::size_t place = 0; place < swapped::kPlaces; ++place) {
            for (std::size_t channel = 0; channel < swapped::kChannels; ++channel) {
                std::cout << swapped::name_of_place(place) << "\t" << swapped::name_of_channel(channel) << "\n";
            }
        }
        return 0;
    }
    auto store = infer::ModelStore::open(std::string(BONAFIDE_MODELS_DIR) + "/manifest.json",
                                         {BONAFIDE_MODELS_DIR, BONAFIDE_WHEELS_DIR}, arguments[0] + ".models");
    if (!store) {
        std::cerr << store.error().message << "\n";
        return 1;
    }
    auto detector = faces::Detector::open(*store, cached());
    auto mesh = faces::Mesh::open(*store, cached());
    if (!detector || !mesh) {
        std::cerr << (detector ? mesh.error() : detector.error()).message << "\n";
        return 1;
    }
    Models models{std::move(*store), std::move(*detector), std::move(*mesh)};
    std::ofstream out(arguments[0], std::ios::binary);
    std::string path;
    int unread = 0;
    for (int number = 0; std::getline(std::cin, path); ++number) {
        if (const auto done = extract(path, static_cast<float>(number), landmarks, models, out); !done) {
            std::cerr << path << ": " << done.error().message << "\n";
            ++unread;
        }
        out.flush();
    }
    return out.good() && unread == 0 ? 0 : 1;
}
