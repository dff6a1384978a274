// Reads lines of two paths, tab-separated: a film and a recording with speech. The film's largest face speaks it, in
// memory alone, and is looked at again. Writes for each line, tab-separated:
//   FILM SPEECH FRAMES HEIGHT ASKED OWN BEFORE MILLISECONDS
// HEIGHT: of the face, median, px. Correlations over the frames: ASKED of the opening that was asked for with the one
// found in the result, OWN of what the mouth does in the film itself with that (0 is meant), BEFORE of what was asked
// for with what the mouth does in the film. MILLISECONDS: processor time a frame of making it, without tracking.
#include "forge/film.h"
#include "forge/film_copy.h"
#include "forge/film_faces.h"
#include "forge/mouth/from_sound.h"
#include "forge/mouth/render.h"

#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace {

using namespace bonafide;
using features::faces::Face;
using features::faces::Tracker;

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

std::vector<std::uint8_t> bytes_of(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

double processor_ms() {
    timespec time{};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
    const auto count = static_cast<double>(a.size());
    double mean_a = 0, mean_b = 0, both = 0, all_a = 0, all_b = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        mean_a += a[i] / count;
        mean_b += b[i] / count;
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        both += (a[i] - mean_a) * (b[i] - mean_b);
        all_a += (a[i] - mean_a) * (a[i] - mean_a);
        all_b += (b[i] - mean_b) * (b[i] - mean_b);
    }
    return all_a > 0 && all_b > 0 ? both / std::sqrt(all_a * all_b) : 0;
}

/// The largest face of a frame.
const Face* largest(const std::vector<features::faces::TrackedFace>& found) {
    const Face* best = nullptr;
    for (const auto& each : found) {
        if (best == nullptr || each.face.box_px().height > best->box_px().height) {
            best = &each.face;
        }
    }
    return best;
}

void measure(const std::string& film_path, const std::string& speech_path) {
    const std::vector<std::uint8_t> speech = bytes_of(speech_path), film = bytes_of(film_path);
    auto sound = taken(forge::open_film(speech, {}));
    forge::SpeechListener listener;
    forge::ReadFilm hearing;
    hearing.on_sound = [&](const media::SoundBlock& block) { listener.add(block.mono_16k); };
    (void)taken(forge::read_film(sound, hearing, 1));
    listener.finish();
    const forge::MouthCurve curve = forge::mouth_saying(listener.frames());

    auto pictures = taken(forge::open_film(film, {}));
    const forge::WhoIsMeant who{false, std::nullopt, forge::kSmallestSpeakingFacePx};
    forge::MouthStudy study;
    forge::ReadFilm reading;
    reading.size = forge::film_size(pictures.size());
    auto first = taken(forge::FilmFaces::open(models(), 1, who)),
         again = taken(forge::FilmFaces::open(models(), 1, who));
    reading.on_frame = [&](const cv::Mat& rgb, double time_s) -> Result<void> {
        for (const Face& face : taken(first.next(rgb, time_s))) {
            study.add(rgb, face);
        }
        return {};
    };
    (void)taken(forge::read_film(pictures, reading, 1));
    if (study.empty()) {
        std::cerr << film_path << ": no face\n";
        return;
    }
    const forge::MouthOwner owner = study.owner();
    auto looking = taken(Tracker::open(models(), {}, {}));
    std::vector<double> asked, found, own, heights;
    double spent_ms = 0;
    reading.on_frame = [&](const cv::Mat& rgb, double time_s) -> Result<void> {
        const auto faces = taken(again.next(rgb, time_s));
        const forge::MouthShape shape = curve.at(time_s);
        cv::Mat changed = rgb;
        for (const Face& face : faces) {
            const double before = processor_ms();
            changed = forge::hold_mouth(changed, face, owner, shape);
            spent_ms += processor_ms() - before;
        }
        const auto seen = taken(looking.next(changed, time_s));
        const Face* face = largest(seen);
        if (!faces.empty() && face != nullptr && time_s <= curve.duration_s()) {
            asked.push_back(static_cast<double>(forge::jaw_drop(shape)));
            found.push_back(
                static_cast<double>(forge::opening_of(forge::place_of(owner.neutral, *face).in_head(*face))));
            own.push_back(static_cast<double>(
                forge::opening_of(forge::place_of(owner.neutral, faces.front()).in_head(faces.front()))));
            heights.push_back(static_cast<double>(face->box_px().height));
        }
        return {};
    };
    (void)taken(forge::read_film(pictures, reading, 1));
    if (asked.size() < 3) {
        std::cerr << film_path << ": too few frames\n";
        return;
    }
    std::sort(heights.begin(), heights.end());
    std::printf("%s\t%s\t%zu\t%.0f\t%.3f\t%.3f\t%.3f\t%.2f\n", film_path.c_str(), speech_path.c_str(), asked.size(),
                heights[heights.size() / 2], correlation(asked, found), correlation(own, found),
                correlation(asked, own), spent_ms / static_cast<double>(asked.size()));
    std::fflush(stdout);
}

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        const std::size_t tab = line.find('\t');
        if (tab == std::string::npos) {
            std::cerr << "a line is a film and a recording, with a tab between them\n";
            return 2;
        }
        measure(line.substr(0, tab), line.substr(tab + 1));
    }
    return 0;
}
