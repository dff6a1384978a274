// Writes what the analyzer video.face.swap measures, so that training and use share one implementation.
//
// usage: bonafide-video-face-swap-features OUT < LIST
// LIST holds one path of a film a line. OUT becomes raw 32-bit floats, a row a track and moment: number of the line
// (from 0), track, frames in which the track was seen, time in s, height of the face in px, motion in px, detail,
// residue, then change, detail and flicker, each place by band. With --names alone the names of the columns of one of
// them are printed.
#include "analyzers/video/face_swap/tracks.h"
#include "features/media.h"

#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace bonafide;
namespace faces = features::faces;
namespace film_swap = analyzers::film_swap;

constexpr film_swap::FaceLimits kLimits = {40, 45, -100};
constexpr int kLongestFramePx = 1920;

struct Watcher final : media::StreamSink {
    faces::Tracker& tracker;
    film_swap::FaceRecords records{kLimits};
    std::string problem;

    explicit Watcher(faces::Tracker& used) : tracker(used) {}
    void on_frame(const media::VideoFrame& frame) override {
        const cv::Mat rgb = frame.rgb(kLongestFramePx);
        const auto found = tracker.next(rgb, frame.time_s);
        if (!found) {
            problem = found.error().message;
            return;
        }
        records.add(rgb, *found, frame.time_s);
    }
};

void write(std::ofstream& out, int line, const film_swap::FaceRecord& record) {
    for (const film_swap::Moment& moment : record.moments) {
        const film_swap::Compared& compared = moment.compared;
        std::vector<float> row = {static_cast<float>(line)};
        for (const double number :
             {static_cast<double>(record.track), static_cast<double>(record.frames), moment.time_s, compared.face_px,
              compared.motion_px, compared.fine_detail, compared.residue}) {
            row.push_back(static_cast<float>(number));
        }
        for (const film_swap::Numbers* numbers : {&compared.change, &compared.detail, &moment.flicker}) {
            for (const auto& place : *numbers) {
                row.insert(row.end(), place.begin(), place.end());
            }
        }
        out.write(reinterpret_cast<const char*>(row.data()), static_cast<std::streamsize>(row.size() * sizeof(float)));
    }
}

Result<void> extract(const std::string& path, int line, const infer::ModelStore& models, std::ofstream& out) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto source = ingest::open_memory(bytes);
    auto media = features::Media::open(ingest::identify(*source), *source, Limits{});
    if (!media) {
        return media.error();
    }
    if ((*media)->reader() == nullptr) {
        return Error{ErrorCode::kInvalid, "no film"};
    }
    infer::SessionOptions session;
    session.cache = infer::CachePolicy::kReadWrite;  // opened anew for every film, so that its tracks count from 0
    auto tracker = faces::Tracker::open(models, session, {});
    if (!tracker) {
        return tracker.error();
    }
    Watcher watcher(*tracker);
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
    const std::vector<std::string> arguments(given + 1, given + count);
    if (arguments.size() != 1) {
        std::cerr << "usage: bonafide-video-face-swap-features OUT < LIST, or --names\n";
        return 2;
    }
    if (arguments[0] == "--names") {
        for (std::size_t place = 0; place < film_swap::places::kPlaces; ++place) {
            for (std::size_t band = 0; band < film_swap::kBands; ++band) {
                std::cout << film_swap::places::name_of_place(place) << "\t" << band << "\n";
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
    std::ofstream out(arguments[0], std::ios::binary);
    std::string path;
    int unread = 0;
    for (int number = 0; std::getline(std::cin, path); ++number) {
        if (const auto done = extract(path, number, *store, out); !done) {
            std::cerr << path << ": " << done.error().message << "\n";
            ++unread;
        }
        out.flush();
    }
    return out.good() && unread == 0 ? 0 : 1;
}
