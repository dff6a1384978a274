// bonafide.features: the numbers that analyzers measure, so that training sees what they will see.
#include "analyzers/image/edits_network/planes.h"
#include "analyzers/image/noise_residual/residual_histograms.h"
#include "errors.h"
#include "features/luma.h"
#include "features/sensor_residual.h"
#include "features/voice/condition.h"
#include "features/voice/statistics.h"
#include "features/voice/windows.h"
#include "ingest/byte_source.h"
#include "ingest/identify.h"
#include "media/image.h"
#include "media/jpeg.h"
#include "module.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

namespace bonafide::python {
namespace {

namespace voice = features::voice;
namespace residual = analyzers::residual;
namespace edits = analyzers::edits;

constexpr int kSmallestCellPx = 8, kLargestCellPx = 256;
constexpr int kCellBorderPx = 4;  // what measure_cells() needs beside one cell
constexpr std::size_t kSoundBlock = 10 * static_cast<std::size_t>(voice::kRate_hz);

std::span<const std::uint8_t> bytes_of(const nb::bytes& data) {
    return {reinterpret_cast<const std::uint8_t*>(data.c_str()), data.size()};
}

Lent finite_plane(nb::handle given, const char* name) {
    Lent lent = plane(given, name);
    if (!cv::checkRange(lent.matrix)) {
        refuse(ErrorCode::kUsage, std::string(name) + " holds numbers that are not finite");
    }
    return lent;
}

nb::object luma(nb::handle rgb) {
    const Lent given = picture(rgb, "rgb");
    cv::Mat result;
    {
        const nb::gil_scoped_release unlocked;
        result = features::luma_of(given.matrix);
    }
    return to_array(std::move(result));
}

nb::object sensor_residual(nb::handle luma) {
    const Lent given = finite_plane(luma, "luma");
    cv::Mat result;
    {
        const nb::gil_scoped_release unlocked;
        result = features::sensor_residual(given.matrix);
    }
    return to_array(std::move(result));
}

nb::object residual_co_occurrences(nb::handle luma, int cell_px, int row_step) {
    const Lent given = finite_plane(luma, "luma");
    if (cell_px < kSmallestCellPx || cell_px > kLargestCellPx || row_step < 1 || row_step > cell_px) {
        refuse(ErrorCode::kUsage, "cell_px must lie between 8 and 256, row_step between 1 and cell_px");
    }
    if (std::min(given.matrix.rows, given.matrix.cols) < cell_px + kCellBorderPx) {
        refuse(ErrorCode::kUsage, "luma must be at least cell_px + 4 px on each side");
    }
    residual::Cells cells;
    {
        const nb::gil_scoped_release unlocked;
        cells = residual::measure_cells(given.matrix, cell_px, row_step);
    }
    ENSURE(cells.counts.isContinuous());
    const auto* counts = cells.counts.ptr<float>();
    return to_array(std::vector<float>(counts, counts + cells.counts.total()),
                    {static_cast<std::size_t>(cells.size().height), static_cast<std::size_t>(cells.size().width),
                     static_cast<std::size_t>(residual::kFeatures)});
}

using Plane = std::tuple<nb::object, nb::object>;

std::vector<Plane> jpeg_coefficients(const nb::bytes& data) {
    std::vector<media::JpegPlane> planes = [&] {
        const nb::gil_scoped_release unlocked;
        return value_or_throw(media::read_jpeg_coefficients(bytes_of(data), {}));
    }();
    std::vector<Plane> result;
    for (media::JpegPlane& plane : planes) {
        const auto rows = static_cast<std::size_t>(plane.blocks_high),
                   columns = static_cast<std::size_t>(plane.blocks_wide);
        result.emplace_back(
            to_array(std::move(plane.coefficients), {rows, columns, 8, 8}),
            to_array(std::vector<std::uint16_t>(plane.quantisation.begin(), plane.quantisation.end()), {8, 8}));
    }
    return result;
}

cv::Mat planes_of(std::span<const std::uint8_t> bytes) {
    const auto source = ingest::open_memory(bytes);
    const ingest::Identity identity = ingest::identify(*source);
    if (identity.kind != ingest::MediaKind::kImage) {
        refuse(ErrorCode::kUnsupported, "it is no still picture");
    }
    const auto image = value_or_throw(media::decode_image(identity, bytes, {}));
    if (image.rgb.type() != CV_8UC3 || image.orientation != 1) {
        refuse(ErrorCode::kUnsupported, "only upright pictures of three channels of 8 bits are measured");
    }
    if (std::min(image.rgb.rows, image.rgb.cols) < 2 * edits::kBlockPx) {
        refuse(ErrorCode::kUsage, "the picture must be at least 16 px on each side");
    }
    const auto coefficients = media::read_jpeg_coefficients(bytes, {});
    return edits::measure_planes(image.rgb, coefficients && !coefficients->empty() ? &coefficients->front() : nullptr);
}

nb::object edit_planes(const nb::bytes& data) {
    cv::Mat planes;
    {
        const nb::gil_scoped_release unlocked;
        planes = planes_of(bytes_of(data));
    }
    return to_array(std::move(planes));
}

std::vector<std::string> condition_names() {
    return {"level_db",     "active_share",         "active_s", "voiced_share", "pitch_spread",
            "steady_share", "syllable_movement_db", "snr_db",   "bandwidth_hz"};
}

struct VoiceRows {
    std::vector<double> start_s, end_s, conditions;
    std::vector<std::string> contents;
    std::vector<float> statistics;
    voice::ConstantQ transform;

    void add(const voice::Window& window) {
        start_s.push_back(window.start_s);
        end_s.push_back(window.end_s);
        const voice::Condition c = voice::condition_of(window.frames);
        conditions.insert(conditions.end(), {c.level_db, c.active_share, c.active_s, c.voiced_share, c.pitch_spread,
                                             c.steady_share, c.syllable_movement_db, c.snr_db, c.bandwidth_hz});
        contents.emplace_back(voice::name_of(voice::content_of(c)));
        const voice::Statistics numbers = voice::window_statistics(window, transform);
        statistics.insert(statistics.end(), numbers.begin(), numbers.end());
    }
};

using VoiceArrays = std::tuple<nb::object, nb::object, std::vector<std::string>, nb::object, nb::object>;

VoiceArrays voice_windows(nb::handle samples) {
    nb::ndarray<nb::ro> holder;
    std::span<const float> left = row(samples, "samples", holder);
    VoiceRows rows;
    {
        const nb::gil_scoped_release unlocked;
        if (!std::all_of(left.begin(), left.end(), [](float sample) { return std::isfinite(sample); })) {
            refuse(ErrorCode::kUsage, "samples holds numbers that are not finite");
        }
        voice::WindowStream stream([&](const voice::Window& window) { rows.add(window); });
        while (!left.empty()) {
            const auto block = left.first(std::min(left.size(), kSoundBlock));
            stream.add(block);
            left = left.subspan(block.size());
        }
        stream.finish();
    }
    const std::size_t count = rows.start_s.size();
    return {to_array(std::move(rows.start_s), {count}), to_array(std::move(rows.end_s), {count}),
            std::move(rows.contents), to_array(std::move(rows.conditions), {count, condition_names().size()}),
            to_array(std::move(rows.statistics), {count, voice::kStatistics})};
}

}  // namespace

void add_features(nb::module_& module) {
    module.attr("VOICE_RATE_HZ") = voice::kRate_hz;
    module.attr("VOICE_CONDITION") = nb::tuple(nb::cast(condition_names()));
    module.def("luma", &luma, nb::arg("rgb"),
               nb::sig("def luma(rgb: numpy.typing.NDArray[numpy.uint8]) -> numpy.typing.NDArray[numpy.float32]"),
               R"(Luminance: float32 (height, width), 0 to 255 (ITU-R BT.601, rounded to whole levels).

rgb: uint8 (height, width, 3), red first, C-contiguous. TypeError: another type, shape or order; UsageError: empty;
LimitError: more than 200 million pixels.)");
    module.def("sensor_residual", &sensor_residual, nb::arg("luma"),
               nb::sig("def sensor_residual(luma: numpy.typing.NDArray[numpy.float32]) -> "
                       "numpy.typing.NDArray[numpy.float32]"),
               R"(What a denoiser takes out: noise with the sensor's pattern in it, and little of the content.

luma: float32 (height, width), levels of 8 bits, finite, as luma() gives it. Returns the same shape and unit.)");
    module.def("residual_co_occurrences", &residual_co_occurrences, nb::arg("luma"), nb::kw_only(),
               nb::arg("cell_px") = 16, nb::arg("row_step") = 1,
               nb::sig("def residual_co_occurrences(luma: numpy.typing.NDArray[numpy.float32], *, cell_px: int = 16, "
                       "row_step: int = 1) -> numpy.typing.NDArray[numpy.float32]"),
               R"(Co-occurrences of four neighbouring high-pass residuals of three levels, counted in square cells.

luma: as of sensor_residual(), at least cell_px + 4 px on each side. row_step: only every so many-th row is counted.
Returns float32 (rows of cells, columns of cells, 50): 25 classes (81, of which mirror images and negatives count as
one) along the residual's direction, then 25 across it, as image.noise.residual measures them.)");
    module.def("jpeg_coefficients", &jpeg_coefficients, nb::arg("data"),
               nb::sig("def jpeg_coefficients(data: bytes) -> list[tuple[numpy.typing.NDArray[numpy.int16], "
                       "numpy.typing.NDArray[numpy.uint16]]]"),
               R"(Quantised DCT coefficients of a JPEG file, as stored: for each component the coefficients, int16
(rows of blocks, columns of blocks, 8, 8), and the quantisation steps, uint16 (8, 8); both vertical frequency first.

The file is parsed in this very process: only for files that you trust. Orientation is not looked at. Missing blocks
of a truncated file are zero. InvalidError, UnsupportedError, LimitError.)");
    module.def(
        "edit_planes", &edit_planes, nb::arg("data"),
        nb::sig("def edit_planes(data: bytes) -> numpy.typing.NDArray[numpy.float32]"),
        R"(What the network of image.edits.network sees of a picture file: float32 (rows, columns, 56), one row of numbers
for each whole block of 8 x 8 px.

The file is decoded in this very process: only for files that you trust. UnsupportedError: no still picture of three
channels of 8 bits, or one that EXIF says is turned; UsageError: under 16 px on a side; the decoder's errors.)");
    module.def("voice_windows", &voice_windows, nb::arg("samples"),
               nb::sig("def voice_windows(samples: numpy.typing.NDArray[numpy.float32]) -> "
                       "tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64], list[str], "
                       "numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float32]]"),
               R"(What voice.synthetic measures of a recording, in windows of four seconds, one every second.

samples: float32 (n,), -1 to 1, one channel, 16 kHz (VOICE_RATE_HZ), finite, C-contiguous. Under one second there is
no window. Returns start (s), end (s), content ("speech", "silence", ...), condition, float64 (n, 9), its columns
named by VOICE_CONDITION, and statistics, float32 (n, 486).)");
}

}  // namespace bonafide::python
