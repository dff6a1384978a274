// JPEG through libjpeg-turbo, decoded straight into the rows of the picture. Where data are missing the rows stay
// black; where they are corrupt the decoder goes on, and `decoded_fraction` counts the rows before the first fault.
// Limit: how far a truncated progressive picture goes is estimated from its passes, as a typical encoder writes them.
#include "media/decode_formats.h"
#include "media/image_colour.h"
#include "media/image_orientation.h"
#include "media/jpeg_library.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <vector>

namespace bonafide::media {
namespace {

constexpr int kRowsAtOnce = 16;

/// Orientation and colour profile from the saved APP1 and APP2 segments.
void read_markers(JpegLibrary& jpeg, Image& image) {
    for (jpeg_saved_marker_ptr marker = jpeg.info.marker_list; marker != nullptr; marker = marker->next) {
        const std::span<const std::uint8_t> data(marker->data, marker->data_length);
        if (marker->marker == JPEG_APP0 + 1 && data.size() > 6 &&
            std::equal(data.begin(), data.begin() + 6, "Exif\0")) {
            image.orientation = exif_orientation(data);
            break;
        }
    }
    JOCTET* profile = nullptr;
    unsigned profile_bytes = 0;
    jpeg.run([&] { jpeg_read_icc_profile(&jpeg.info, &profile, &profile_bytes); });
    const std::unique_ptr<JOCTET, decltype(&std::free)> owner(profile, &std::free);
    image.colour_space = colour_space_of_icc({profile, profile == nullptr ? 0 : profile_bytes});
}

/// Inks to light without a colour profile: each of the three colours times black. Adobe's files hold them inverted.
void convert_inks(const cv::Mat& inks, bool inverted, cv::Mat rgb) {
    cv::Mat light = inks;
    if (!inverted) {
        cv::bitwise_not(inks, light);
    }
    std::array<cv::Mat, 4> planes;
    cv::split(light, planes.data());
    for (std::size_t i = 0; i < 3; ++i) {
        cv::multiply(planes[i], planes[3], planes[i], 1.0 / 255);
    }
    cv::merge(planes.data(), 3, rgb);
}

/// Reads rows until the picture or its data end; returns how many there are.
int read_rows(JpegLibrary& jpeg, cv::Mat& rgb) {
    jpeg_decompress_struct& info = jpeg.info;
    const bool inks = info.out_color_space == JCS_CMYK;
    const int height = static_cast<int>(info.output_height);
    cv::Mat strip;
    if (inks) {
        strip.create(kRowsAtOnce, static_cast<int>(info.output_width), CV_8UC4);
    }
    int done = 0;
    while (done < height) {
        std::array<JSAMPROW, kRowsAtOnce> rows{};
        const int wanted = std::min(kRowsAtOnce, height - done);
        for (int i = 0; i < wanted; ++i) {
            rows[static_cast<std::size_t>(i)] = inks ? strip.ptr(i) : rgb.ptr(done + i);
        }
        volatile JDIMENSION got = 0;
        if (!jpeg.run([&] { got = jpeg_read_scanlines(&info, rows.data(), static_cast<JDIMENSION>(wanted)); }) ||
            got == 0) {
            break;
        }
        const int count = static_cast<int>(got);
        if (inks) {
            convert_inks(strip.rowRange(0, count), info.saw_Adobe_marker != 0, rgb.rowRange(done, done + count));
        }
        done += count;
        // A sequential picture has nothing below the cut: what libjpeg would fill in there is not in the file.
        const JpegLibrary::Fault& fault = jpeg.fault();
        if (jpeg.truncated() && fault.found && fault.missing && !info.progressive_mode && fault.scan == 1 &&
            done >= static_cast<int>(fault.unit_row) * info.max_v_samp_factor * DCTSIZE) {
            break;
        }
    }
    return done;
}

/// Whether every coefficient of a progressive picture has been sent to its last bit.
bool has_full_detail(const jpeg_decompress_struct& info) {
    if (info.coef_bits == nullptr) {
        return true;
    }
    for (int component = 0; component < info.num_components; ++component) {
        const int* bits = info.coef_bits[component];
        if (std::any_of(bits, bits + DCTSIZE2, [](int bit) { return bit != 0; })) {
            return false;
        }
    }
    return true;
}

/// How much of the stored rows the data cover up to a fault, in rows.
double rows_before(const JpegLibrary& jpeg, const JpegLibrary::Fault& fault) {
    const jpeg_decompress_struct& info = jpeg.info;
    const double height = info.image_height;
    const double in_pass =
        std::min(1.0, static_cast<double>(fault.unit_row) * info.max_v_samp_factor * DCTSIZE / height);
    int passes = 1;
    if (info.progressive_mode) {
        passes = info.num_components == 1 ? 6 : 10;
    } else if (info.comps_in_scan < info.num_components) {
        passes = info.num_components;
    }
    return height * (fault.scan - 1 + in_pass) / std::max(passes, fault.scan);
}

/// Says what is missing or wrong; false where nothing was decoded at all.
bool note_faults(const JpegLibrary& jpeg, int rows, bool full_detail, Image& image) {
    JpegLibrary::Fault fault = jpeg.fault();
    if (jpeg.truncated() && !fault.found && !full_detail) {
        fault = {true, true, jpeg.info.input_scan_number + 1, 0};  // cut between two passes
    }
    if (rows < image.stored_height_px && !fault.found) {
        note_missing_rows(image, rows, "libjpeg gave up");
        return rows > 0;
    }
    if (!fault.found) {
        if (jpeg.truncated()) {
            note_damage(image, "the end marker is missing");
        }
        return true;
    }
    const double before = rows_before(jpeg, fault);
    if (fault.missing && jpeg.info.progressive_mode) {
        image.decoded_fraction = std::min(1.0, before / image.stored_height_px);
        note_damage(image, std::string(jpeg.truncated() ? "ends early" : "the picture data stop early") +
                               "; later passes, which hold the detail, are missing");
        return before > 0;
    }
    if (fault.missing) {
        note_missing_rows(image, std::min<double>(before, rows),
                          jpeg.truncated() ? "ends early" : "the picture data stop early");
        return before > 0;
    }
    image.decoded_fraction = std::min(1.0, std::max(before, 1.0) / image.stored_height_px);
    note_damage(image, "corrupt picture data after " + std::to_string(static_cast<int>(100 * image.decoded_fraction)) +
                           " % (" + jpeg.first_warning() + ")");
    return true;
}

}  // namespace

Result<Image> decode_jpeg(std::span<const std::uint8_t> bytes, const Limits& limits) {
    JpegLibrary jpeg(bytes);
    const bool header = jpeg.run([&] {
        jpeg_save_markers(&jpeg.info, JPEG_APP0 + 1, 0xFFFF);
        jpeg_save_markers(&jpeg.info, JPEG_APP0 + 2, 0xFFFF);
        jpeg_read_header(&jpeg.info, TRUE);
    });
    if (!header) {
        return jpeg.error();
    }
    if (const Result<void> size = check_picture_size(jpeg.info.image_width, jpeg.info.image_height, limits); !size) {
        return size.error();
    }
    Image image;
    image.stored_width_px = static_cast<int>(jpeg.info.image_width);
    image.stored_height_px = static_cast<int>(jpeg.info.image_height);
    image.grey = jpeg.info.num_components == 1;
    image.lossy = true;
    read_markers(jpeg, image);

    const bool inks = jpeg.info.jpeg_color_space == JCS_CMYK || jpeg.info.jpeg_color_space == JCS_YCCK;
    jpeg.info.out_color_space = inks ? JCS_CMYK : JCS_RGB;
    jpeg.info.dct_method = JDCT_ISLOW;
    if (!jpeg.run([&] { jpeg_start_decompress(&jpeg.info); })) {
        return jpeg.error();
    }
    image.rgb.create(image.stored_height_px, image.stored_width_px, CV_8UC3);
    const int rows = read_rows(jpeg, image.rgb);
    const bool full_detail = has_full_detail(jpeg.info);  // before libjpeg frees what tells it
    if (rows < image.stored_height_px) {
        image.rgb.rowRange(rows, image.stored_height_px).setTo(cv::Scalar::all(0));
    } else {
        // Reads on to the end marker, so that its absence is noticed; what fails here no longer concerns the pixels.
        jpeg.run([&] { jpeg_finish_decompress(&jpeg.info); });
    }
    if (!note_faults(jpeg, rows, full_detail, image)) {
        return jpeg.truncated() ? Error{ErrorCode::kTruncated, "the JPEG ends before its first rows"}
                                : Error{ErrorCode::kInvalid, "no row of the JPEG could be decoded"};
    }
    return image;
}

}  // namespace bonafide::media
