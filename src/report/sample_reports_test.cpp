#include "report/sample_reports.h"

#include "media/encode.h"

#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

#include <cmath>

namespace bonafide::report::samples {
namespace {

using evidence::Finding;
using evidence::Outcome;

const std::string kDigest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

Finding ran(std::string analyzer, std::optional<double> llr, std::string part, std::string explanation) {
    Finding finding;
    finding.analyzer = std::move(analyzer);
    finding.version = 1;
    finding.llr = llr;
    finding.part = std::move(part);
    finding.explanation = std::move(explanation);
    return finding;
}

Finding not_run(std::string analyzer, Outcome outcome, std::string reason) {
    Finding finding;
    finding.analyzer = std::move(analyzer);
    finding.version = 1;
    finding.outcome = outcome;
    finding.reason = std::move(reason);
    return finding;
}

Report base(std::string path, std::string kind, std::string media_type, std::string description) {
    Report report;
    report.tool_version = "0.1.0";
    report.tool_revision = "0123456789ab";
    report.input.path = std::move(path);
    report.input.kind = std::move(kind);
    report.input.media_type = std::move(media_type);
    report.input.description = std::move(description);
    report.input.sha256 = report.input.sha256_after = kDigest;
    report.input.size_bytes = 4'213'811;
    report.input.extension_agrees = true;
    report.input.decoded_fraction = 1.0;
    report.h1 = "the media was manipulated after it was recorded, or it is synthetic";
    report.h0 = "the media is a recording that was at most re-encoded, scaled or cropped as a whole";
    report.limits = {"Seven analyzers looked at this input; traces that none of them looks for are not seen.",
                     "Calibrated on photographs of 0.5 to 24 megapixels; smaller pictures are judged less reliably."};
    report.replay["parameters"] = {{"image.noise.level", {{"block_px", 32}}}};
    report.replay["calibration"] = "2025.1";
    report.replay["isolation"] = "landlock, seccomp, resource limits";
    report.total_s = 1.43;
    report.analyzer_s = {{"container.structure", 0.012}, {"image.noise.level", 0.41}};
    return report;
}

/// A scene of soft hills, so that an overlay has something to lie on.
cv::Mat landscape(int width, int height, double shift) {
    cv::Mat picture(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const double u = static_cast<double>(x) / width, v = static_cast<double>(y) / height;
            const double hill = 0.55 + 0.12 * std::sin(6 * u + shift) + 0.05 * std::sin(17 * u - shift);
            const double near_hill = 0.75 + 0.08 * std::sin(4 * u + 2 + shift);
            const cv::Vec3b sky(static_cast<uchar>(120 + 80 * v), static_cast<uchar>(160 + 60 * v), 230);
            picture.at<cv::Vec3b>(y, x) = v > near_hill ? cv::Vec3b(60, 92, 48)
                                          : v > hill    ? cv::Vec3b(96, 128, 110)
                                                        : sky;
        }
    }
    return picture;
}

cv::Mat blob_map(int width, int height, double at_x, double at_y) {
    cv::Mat map(height, width, CV_8UC1);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const double dx = (x - at_x * width) / (0.12 * width), dy = (y - at_y * height) / (0.16 * height);
            map.at<uchar>(y, x) = cv::saturate_cast<uchar>(70 + 30 * std::sin(x * 0.07) * std::cos(y * 0.05) +
                                                           180 * std::exp(-dx * dx - dy * dy));
        }
    }
    return map;
}

std::vector<std::uint8_t> bytes_of(const nlohmann::ordered_json& json) {
    const std::string text = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return {text.begin(), text.end()};
}

nlohmann::ordered_json nothing_to_show() {
    return {{"preview", nullptr},
            {"frames", nlohmann::ordered_json::array()},
            {"waveform", nullptr},
            {"spectrogram", nullptr}};
}

void add_sound(nlohmann::ordered_json& presentation, Artifacts& artifacts, double duration_s) {
    nlohmann::ordered_json minimum = nlohmann::ordered_json::array(), maximum = nlohmann::ordered_json::array();
    for (int i = 0; i < 700; ++i) {
        const double level = i > 420 && i < 470 ? 0.0 : 0.15 + 0.7 * std::abs(std::sin(i * 0.021) * std::sin(i * 0.13));
        minimum.push_back(-level * 0.9);
        maximum.push_back(level);
    }
    presentation["waveform"] = {{"duration_s", duration_s}, {"minimum", minimum}, {"maximum", maximum}};
    presentation["spectrogram"] = {{"file", "spectrogram.png"}, {"duration_s", duration_s}, {"maximum_hz", 8000}};
    cv::Mat picture(257, 700, CV_8UC3);
    for (int y = 0; y < picture.rows; ++y) {
        for (int x = 0; x < picture.cols; ++x) {
            const double tone =
                std::exp(-std::pow((std::fmod(y, 37.0) - 18 - 6 * std::sin(x * 0.03)) / 4, 2)) * y / 257.0;
            picture.at<cv::Vec3b>(y, x) = y < 110 ? cv::Vec3b(4, 5, 22)
                                                  : cv::Vec3b(cv::saturate_cast<uchar>(60 + 190 * tone),
                                                              cv::saturate_cast<uchar>(30 + 150 * tone), 90);
        }
    }
    artifacts["spectrogram.png"] = media::encode_png(picture);
}

}  // namespace

Sample picture_with_map() {
    Sample sample{"picture", base("harbour at dusk.jpg", "image", "image/jpeg", "JPEG picture"), {}};
    Report& report = sample.report;
    report.input.width_px = 4000;
    report.input.height_px = 3000;
    report.verdict = Verdict::kLikelyManipulated;
    report.llr = 1.42;
    report.probability = 0.9634;
    report.summary =
        "The noise in one region does not fit the rest of the picture, and the file was saved by an editor.";
    report.parts = {{"image", "image", std::nullopt, std::nullopt, 1.42, std::nullopt}};
    Finding noise = ran("image.noise.level", 1.1, "image",
                        "One region is much smoother than the rest, as if it came from another picture.");
    noise.where.map = "maps/image.noise.level.png";
    noise.measurements = {
        {"noise_ratio", 0.3817, "ratio"}, {"regions", 2, "count"}, {"median_noise", 2.31, "grey levels"}};
    report.findings.push_back(noise);
    Finding region = ran("image.noise.level", std::nullopt, "image",
                         "Noise of 0.9 grey levels where 2.3 are usual in this picture.");
    region.where.box_px = {2320, 900, 760, 840};
    region.measurements = {{"median_noise", 0.9, "grey levels"}};
    report.findings.push_back(region);
    region.where.box_px = {200, 2100, 300, 240};
    region.explanation = "Noise of 1.2 grey levels where 2.3 are usual in this picture.";
    report.findings.push_back(region);
    Finding structure =
        ran("container.structure", 0.45, "",
            "The tables of the JPEG are those of an editor, not of the camera that the EXIF data name.");
    structure.measurements = {{"trailing_bytes", 0, "bytes"}, {"thumbnail_difference", 11.25, "grey levels"}};
    report.findings.push_back(structure);
    report.findings.push_back(
        ran("metadata.consistency", -0.4, "", "Time, size and orientation agree with each other."));
    report.findings.push_back(ran("provenance.ai_marks", std::nullopt, "", "No mark that names a generator."));
    report.findings.push_back(
        not_run("video.frames.continuity", Outcome::kNotApplicable, "the input is a still picture"));
    report.findings.push_back(
        not_run("face.landmarks", Outcome::kFailed, "the model file is missing; tools/dev setup fetches it"));
    report.provenance.marks = {{"exif Image.Software", "edited", "GIMP 2.10", "GIMP 2.10.34", true}};
    nlohmann::ordered_json presentation = nothing_to_show();
    presentation["preview"] = {{"file", "preview.jpg"}, {"width_px", 1280}, {"height_px", 960}};
    sample.artifacts["preview.jpg"] = media::encode_jpeg(landscape(1280, 960, 0.4), 80);
    sample.artifacts["maps/image.noise.level.png"] = media::encode_png(blob_map(1280, 960, 0.67, 0.44));
    sample.artifacts["maps/fused.png"] = media::encode_png(blob_map(1280, 960, 0.66, 0.45));
    sample.artifacts["presentation.json"] = bytes_of(presentation);
    return sample;
}

Sample film_with_events() {
    Sample sample{"film", base("clips/interview.mp4", "video", "video/mp4", "MP4 film"), {}};
    Report& report = sample.report;
    report.input.width_px = 1280;
    report.input.height_px = 720;
    report.input.duration_s = 96.0;
    report.input.decoded_fraction = 0.87;
    report.input.damage = "the file ends 12 s before its index says so";
    report.input.extension_agrees = false;
    Stream video;
    video.kind = "video";
    video.codec = "h264";
    video.duration_s = 96;
    video.width_px = 1280;
    video.height_px = 720;
    video.frame_rate_hz = 29.97;
    Stream audio;
    audio.index = 1;
    audio.kind = "audio";
    audio.codec = "aac";
    audio.duration_s = 96;
    audio.sample_rate_hz = 48000;
    audio.channels = 2;
    report.input.streams = {video, audio};
    report.verdict = Verdict::kInconclusive;
    report.llr = 0.12;
    report.probability = 0.5686;
    report.summary =
        "A few frames are repeated and one cut is hidden in the sound, which happens in harmless editing as well.";
    report.parts = {{"film", "video", 0.0, 96.0, 0.3, std::nullopt}, {"sound", "audio", 0.0, 96.0, -0.1, std::nullopt}};
    Finding frames = ran("video.frames.continuity", 0.3, "film",
                         "18 runs of repeated frames and one gap in the time stamps were found.");
    frames.measurements = {{"repeated_frames", 42, "count"}, {"gaps", 1, "count"}};
    report.findings.push_back(frames);
    for (int i = 0; i < 18; ++i) {
        Finding event = ran("video.frames.continuity", std::nullopt, "film",
                            "The same picture is shown " + std::to_string(2 + i % 3) + " times.");
        event.where.start_s = 3.2 + i * 5.01;
        event.where.end_s = 3.2 + i * 5.01 + (i % 4 == 0 ? 1.4 : 0.1);
        report.findings.push_back(event);
    }
    report.findings.push_back(ran("audio.spectrum.bandwidth", -0.1, "sound",
                                  "The sound reaches up to 15.8 kHz, as this codec usually leaves it."));
    Finding cut = ran("audio.spectrum.bandwidth", std::nullopt, "sound", "The background changes within two samples.");
    cut.where.start_s = 61.25;
    report.findings.push_back(cut);
    report.findings.push_back(not_run("image.noise.level", Outcome::kNotApplicable, "the input is a film"));
    nlohmann::ordered_json presentation = nothing_to_show();
    for (int i = 0; i < 12; ++i) {
        const std::string name = "frame_" + std::to_string(i) + ".jpg";
        presentation["frames"].push_back({{"file", name}, {"time_s", i * 8.0}});
        sample.artifacts[name] = media::encode_jpeg(landscape(320, 180, i * 0.5), 78);
    }
    add_sound(presentation, sample.artifacts, 96.0);
    sample.artifacts["presentation.json"] = bytes_of(presentation);
    return sample;
}

Sample sound_with_moments() {
    Sample sample{"sound", base("recording.wav", "audio", "audio/wav", "WAV sound"), {}};
    Report& report = sample.report;
    report.input.duration_s = 31.5;
    report.verdict = Verdict::kLikelyAuthentic;
    report.llr = -0.85;
    report.probability = 0.1238;
    report.summary = "The sound has the bandwidth and the background of one continuous recording.";
    report.parts = {{"sound", "audio", 0.0, 31.5, -0.85, std::nullopt}};
    Finding bandwidth =
        ran("audio.spectrum.bandwidth", -0.85, "sound", "The sound fills the band of its sample rate without holes.");
    bandwidth.measurements = {{"bandwidth", 21650, "Hz"}, {"digital_silence", 0.48, "s"}};
    report.findings.push_back(bandwidth);
    Finding moment = ran("audio.spectrum.bandwidth", std::nullopt, "sound", "Digital silence: every sample is 0.");
    moment.where.start_s = 18.9;
    moment.where.end_s = 21.1;
    report.findings.push_back(moment);
    nlohmann::ordered_json presentation = nothing_to_show();
    add_sound(presentation, sample.artifacts, 31.5);
    sample.artifacts["presentation.json"] = bytes_of(presentation);
    return sample;
}

Sample failed() {
    Sample sample{"failed", base("broken.jpg", "image", "image/jpeg", "JPEG picture"), {}};
    Report& report = sample.report;
    report.verdict = Verdict::kFailed;
    report.failure = "the worker ran out of memory (3,072 MB) while it decoded the picture";
    report.summary = "This input could not be analysed.";
    report.input.decoded_fraction.reset();
    report.limits = {"Nothing was measured."};
    return sample;
}

Sample with_provenance() {
    Sample sample = picture_with_map();
    sample.name = "provenance";
    Report& report = sample.report;
    report.input.path = "press/portrait.jpg";
    report.verdict = Verdict::kLikelySynthetic;
    report.llr = 2.3;
    report.probability = 0.99501;
    report.summary = "The file's own content credentials say that a generator made it.";
    report.findings = {
        ran("provenance.credentials", 2.1, "", "The content credentials are intact and signed by 'Example Corp'."),
        ran("provenance.ai_marks", 0.9, "", "IPTC says: trainedAlgorithmicMedia.")};
    report.provenance.state = evidence::ProvenanceState::kValid;
    report.provenance.marks = {{"c2pa", "made by a trained algorithm", "Example Generator 3",
                                "digitalSourceType trainedAlgorithmicMedia", true},
                               {"iptc digitalSourceType", "made by a trained algorithm", "",
                                "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia", true}};
    report.provenance.credentials = {
        {"state", "valid"},
        {"active_manifest", "urn:uuid:4d971750-1db4-4492-a87c-5c3e7ed33efc"},
        {"title", "portrait.jpg"},
        {"claim_generator", "Example Generator 3"},
        {"trust", "checked against the given trust anchors"},
        {"signature",
         {{"issuer", "Example Corp"},
          {"time", "2024-05-01T12:00:00+00:00"},
          {"algorithm", "Es256"},
          {"trusted", false}}},
        {"actions",
         {{{"action", "c2pa.created"}, {"when", "2024-05-01T11:58:10Z"}, {"software_agent", "Example Generator 3"}},
          {{"action", "c2pa.color_adjustments"}, {"description", "brightness and contrast"}},
          {{"action", "c2pa.placed"}, {"software_agent", "Example Editor"}}}},
        {"ingredients", {{{"title", "background.png"}, {"state", "absent"}, {"relationship", "componentOf"}}}},
        {"failing_checks",
         {{{"code", "assertion.dataHash.mismatch"},
           {"about", "ingredient"},
           {"meaning", "the part was changed after it was signed"}}}},
        {"notes", {{{"code", "timeStamp.untrusted"}, {"meaning", "the time stamp's issuer is not on a trust list"}}}}};
    return sample;
}

Sample hostile() {
    Sample sample = picture_with_map();
    sample.name = "hostile";
    const std::string attack =
        "\"><script>alert('x')</script>\x1b[2J\xE2\x80\xAE gpj.exe \xFF\x07\n\tnext </title></style></bdi> --> &amp;";
    Report& report = sample.report;
    report.input.path = attack + ".jpg";
    report.input.description = report.input.damage = attack;
    report.summary = attack;
    report.h1 = report.h0 = attack;
    report.tool_version = report.tool_revision = attack;
    report.limits = {attack};
    report.parts[0].id = attack;
    for (Finding& finding : report.findings) {
        finding.explanation = finding.outcome == Outcome::kRan ? attack : "";
        if (!finding.reason.empty()) finding.reason = attack;
        for (evidence::Measurement& measurement : finding.measurements)
            measurement.name = measurement.unit = attack;
    }
    report.provenance.state = evidence::ProvenanceState::kInvalid;
    report.provenance.marks = {{attack, attack, attack, attack, true}};
    report.provenance.credentials = {{attack, attack},
                                     {"signature", {{"issuer", attack}}},
                                     {"actions", {{{"action", attack}, {attack, attack}}, attack}}};
    report.replay = {{attack, attack}};
    report.input.streams = {Stream{0, attack, attack, 1.0, 1, 1, 1, 1, 1.0}};
    report.analyzer_s = {{attack, 1.0}};
    sample.artifacts["presentation.json"] = bytes_of({{"preview", {{"file", attack}}}, {"frames", attack}});
    sample.artifacts["maps/fused.png"] = {'<', 's', 'v', 'g', '>'};
    return sample;
}

std::vector<Sample> all() {
    return {picture_with_map(), film_with_events(), sound_with_moments(), failed(), with_provenance(), hostile()};
}

AnalyzerNotes notes() {
    AnalyzerNote noise;
    noise.summary = "Local noise level and whether it is the same everywhere";
    noise.limits = "Pictures under 256 px, heavy denoising, strong compression.";
    noise.known_false_alarms = "Blurred backgrounds, skies, portrait modes of telephones.";
    noise.reference = "Immerkaer, Fast noise variance estimation, 1996";
    noise.measurements = {{"noise_ratio", "lowest regional noise over the picture's median"},
                          {"regions", "regions that differ"}};
    AnalyzerNote bandwidth;
    bandwidth.summary = "Real bandwidth against the sample rate, holes, silence, cuts";
    return {{"image.noise.level", noise}, {"audio.spectrum.bandwidth", bandwidth}};
}

}  // namespace bonafide::report::samples
