#pragma once

#include "base/result.h"
#include "media/image.h"

#include <opencv2/core.hpp>

#include <cstdint>
#include <string>
#include <vector>

// Pictures for the tests of this module, encoded on the spot by the libraries that decode them.
namespace bonafide::media::fixtures {

using Bytes = std::vector<std::uint8_t>;

/// A picture without symmetry, so that every turn, mirroring and exchange of channels shows; smooth where `noise` is 0.
/// CV_8UC3 or CV_16UC3.
cv::Mat scene(int width_px, int height_px, int noise = 0, int type = CV_8UC3);

/// `stored` turned by the definition of the EXIF orientations, pixel by pixel.
cv::Mat turned(const cv::Mat& stored, int orientation);

/// A TIFF-structured EXIF block with the orientation tag alone.
Bytes exif_block(int orientation, bool big_endian = false);

/// An ICC profile with nothing but a description, as `desc` (version 2) or `mluc` (version 4).
Bytes icc_profile(const std::string& description, bool version_4);

struct PngOptions {
    int bits = 8;
    int colour_type = 2;  ///< as in IHDR
    bool interlaced = false;
    Bytes palette = {};       ///< red, green, blue
    Bytes transparency = {};  ///< tRNS
};
/// `rows` holds the samples as PNG stores them, packed.
Bytes encode_raw_png(int width_px, int height_px, const std::vector<Bytes>& rows, const PngOptions& options);
/// `png` with one chunk more, behind IHDR.
Bytes with_png_chunk(const Bytes& png, const std::string& type, const Bytes& data);
/// `jpeg` with one segment more, behind SOI.
Bytes with_jpeg_segment(const Bytes& jpeg, std::uint8_t code, const Bytes& payload);

struct JpegOptions {
    int quality = 90;
    bool progressive = false;
    bool subsampled = true;
    int restart_rows = 0;
};
Bytes encode_raw_jpeg(const cv::Mat& picture,
                      const JpegOptions& options);  ///< CV_8UC1, CV_8UC3, or inverted inks as CV_8UC4
Bytes encode_webp(const cv::Mat& picture, bool lossless, int orientation = 1);
Bytes encode_animated_webp(const cv::Mat& first, const cv::Mat& second, cv::Point offset, cv::Size canvas);
Bytes encode_heic(const cv::Mat& picture, int orientation = 1);  ///< empty where libheif has no HEVC encoder
Bytes encode_avif(const cv::Mat& picture, int quarter_turns_left = 0, int mirror = -1, int bits = 8);
Bytes encode_avif_grid(const std::vector<cv::Mat>& cells, int columns, int rows);
Bytes encode_jxl(const cv::Mat& picture, bool lossless, int orientation = 1, bool container = false);

struct TiffOptions {
    int compression = 1;  ///< COMPRESSION_NONE
    int rows_per_strip = 8;
    int tile = 0;  ///< side of a tile, 0 for strips
    int orientation = 1;
    bool big = false;
    int pages = 1;
    bool alpha = false;  ///< adds an unassociated alpha of 10
};
Bytes encode_tiff(const cv::Mat& picture, const TiffOptions& options);  ///< CV_8UC1, CV_8UC3, CV_16UC1, CV_16UC3
Bytes encode_gif(const cv::Mat& indices, const Bytes& palette, bool interlaced = false, int frames = 1);
Bytes encode_bmp(const cv::Mat& picture);  ///< 24 bits, bottom up

/// Every format with a decoder, each with its own encoding of `picture`.
struct Encoded {
    std::string name;
    Bytes bytes;
};
std::vector<Encoded> encode_all(const cv::Mat& picture);

/// Identifies and decodes.
Result<Image> decode(const Bytes& bytes, const Limits& limits = {});

}  // namespace bonafide::media::fixtures
