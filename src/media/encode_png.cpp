#include "base/ensure.h"
#include "media/encode.h"

#include <png.h>
#include <zlib.h>

#include <bit>
#include <utility>

namespace bonafide::media {
namespace {

struct Writer {
    png_structp png = nullptr;
    png_infop info = nullptr;
    std::vector<std::uint8_t> bytes;

    Writer() {
        png = png_create_write_struct(
            PNG_LIBPNG_VER_STRING, nullptr, [](png_structp failed, png_const_charp) { png_longjmp(failed, 1); },
            [](png_structp, png_const_charp) {});
        info = png == nullptr ? nullptr : png_create_info_struct(png);
    }
    ~Writer() { png_destroy_write_struct(&png, &info); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    static void append(png_structp png, png_bytep data, png_size_t size) {
        auto& bytes = static_cast<Writer*>(png_get_io_ptr(png))->bytes;
        bytes.insert(bytes.end(), data, data + size);
    }

    bool write(const cv::Mat& picture, PngContent content) {
        if (info == nullptr || setjmp(png_jmpbuf(png)) != 0) {
            return false;
        }
        png_set_write_fn(png, this, append, [](png_structp) {});
        const bool wide = picture.depth() == CV_16U;
        png_set_IHDR(png, info, static_cast<png_uint_32>(picture.cols), static_cast<png_uint_32>(picture.rows),
                     wide ? 16 : 8, picture.channels() == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY,
                     PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
        if (content == PngContent::kAny) {
            // Level 3 costs a third of the default's time for a few percent more bytes.
            png_set_compression_level(png, 3);
        } else {
            // One filter, and no search for what will not be found: half of the time, in fewer bytes.
            png_set_filter(png, PNG_FILTER_TYPE_BASE,
                           content == PngContent::kSmooth ? PNG_FILTER_UP : PNG_FILTER_PAETH);
            png_set_compression_strategy(png, Z_RLE);
            png_set_compression_level(png, 1);
        }
        png_write_info(png, info);
        if (wide && std::endian::native == std::endian::little) {
            png_set_swap(png);
        }
        for (int row = 0; row < picture.rows; ++row) {
            png_write_row(png, picture.ptr(row));
        }
        png_write_end(png, nullptr);
        return true;
    }
};

}  // namespace

std::vector<std::uint8_t> encode_png(const cv::Mat& picture, PngContent content) {
    ENSURE(picture.type() == CV_8UC1 || picture.type() == CV_8UC3 || picture.type() == CV_16UC1);
    Writer writer;
    if (picture.empty() || !writer.write(picture, content)) {
        return {};
    }
    return std::move(writer.bytes);
}

}  // namespace bonafide::media
