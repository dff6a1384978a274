// The fixtures whose libraries leave by longjmp, call back or have names that clash with others.
#include "media/image_fixtures.h"
#include "media/jpeg_library.h"

#include <gif_lib.h>
#include <jxl/encode.h>
#include <png.h>
#include <tiffio.h>

#include <cstring>

namespace bonafide::media::fixtures {
namespace {

struct GrowingFile {
    Bytes bytes;
    std::size_t position = 0;
};

tmsize_t write_file(thandle_t handle, void* data, tmsize_t size) {
    GrowingFile& file = *static_cast<GrowingFile*>(handle);
    const auto count = static_cast<std::size_t>(size);
    file.bytes.resize(std::max(file.bytes.size(), file.position + count));
    std::memcpy(file.bytes.data() + file.position, data, count);
    file.position += count;
    return size;
}
tmsize_t read_file(thandle_t handle, void* data, tmsize_t size) {
    GrowingFile& file = *static_cast<GrowingFile*>(handle);
    const std::size_t count = file.position < file.bytes.size()
                                  ? std::min(static_cast<std::size_t>(size), file.bytes.size() - file.position)
                                  : 0;
    std::memcpy(data, file.bytes.data() + file.position, count);
    file.position += count;
    return static_cast<tmsize_t>(count);
}
toff_t seek_file(thandle_t handle, toff_t offset, int from) {
    GrowingFile& file = *static_cast<GrowingFile*>(handle);
    file.position = (from == SEEK_CUR ? file.position : from == SEEK_END ? file.bytes.size() : 0) + offset;
    return file.position;
}

void write_page(TIFF* tiff, const cv::Mat& picture, const TiffOptions& options) {
    const int channels = picture.channels() + (options.alpha ? 1 : 0);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, picture.cols);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, picture.rows);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, picture.depth() == CV_16U ? 16 : 8);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, channels);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, picture.channels() == 1 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, options.compression);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, options.orientation);
    cv::Mat samples = picture;
    if (options.alpha) {
        const std::uint16_t kind = EXTRASAMPLE_UNASSALPHA;
        TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &kind);
        const cv::Mat alpha(picture.size(), CV_MAKETYPE(picture.depth(), 1), cv::Scalar(10));
        const std::vector<cv::Mat> parts = {picture, alpha};
        cv::merge(parts, samples);
    }
    if (options.tile > 0) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, options.tile);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, options.tile);
        for (int y = 0; y < picture.rows; y += options.tile) {
            for (int x = 0; x < picture.cols; x += options.tile) {
                cv::Mat tile = cv::Mat::zeros(options.tile, options.tile, samples.type());
                const cv::Rect part(x, y, std::min(options.tile, picture.cols - x),
                                    std::min(options.tile, picture.rows - y));
                samples(part).copyTo(tile(cv::Rect(0, 0, part.width, part.height)));
                TIFFWriteTile(tiff, tile.data, static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0, 0);
            }
        }
        return;
    }
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, options.rows_per_strip);
    for (int y = 0; y < picture.rows; ++y) {
        cv::Mat row = samples.row(y).clone();
        TIFFWriteScanline(tiff, row.data, static_cast<std::uint32_t>(y), 0);
    }
}

}  // namespace

Bytes encode_raw_png(int width_px, int height_px, const std::vector<Bytes>& rows, const PngOptions& options) {
    Bytes bytes;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(
        png, &bytes,
        [](png_structp writer, png_bytep data, png_size_t size) {
            auto& out = *static_cast<Bytes*>(png_get_io_ptr(writer));
            out.insert(out.end(), data, data + size);
        },
        [](png_structp) {});
    png_set_IHDR(png, info, static_cast<png_uint_32>(width_px), static_cast<png_uint_32>(height_px), options.bits,
                 options.colour_type, options.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (!options.palette.empty()) {
        png_set_PLTE(png, info, reinterpret_cast<png_const_colorp>(options.palette.data()),
                     static_cast<int>(options.palette.size() / 3));
    }
    if (!options.transparency.empty()) {
        png_set_tRNS(png, info, options.transparency.data(), static_cast<int>(options.transparency.size()), nullptr);
    }
    std::vector<png_bytep> pointers;
    for (const Bytes& row : rows) {
        pointers.push_back(const_cast<png_bytep>(row.data()));
    }
    png_set_rows(png, info, pointers.data());
    png_write_png(png, info, PNG_TRANSFORM_IDENTITY, nullptr);
    png_destroy_write_struct(&png, &info);
    return bytes;
}

Bytes encode_raw_jpeg(const cv::Mat& picture, const JpegOptions& options) {
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    unsigned char* out = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&info, &out, &size);
    info.image_width = static_cast<JDIMENSION>(picture.cols);
    info.image_height = static_cast<JDIMENSION>(picture.rows);
    info.input_components = picture.channels();
    info.in_color_space = picture.channels() == 1 ? JCS_GRAYSCALE : picture.channels() == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, options.quality, TRUE);
    if (!options.subsampled) {
        info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = 1;
    }
    if (options.progressive) {
        jpeg_simple_progression(&info);
    }
    info.restart_in_rows = options.restart_rows;
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
        auto* row = const_cast<JSAMPROW>(picture.ptr(static_cast<int>(info.next_scanline)));
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    Bytes bytes(out, out + size);
    std::free(out);
    return bytes;
}

Bytes encode_jxl(const cv::Mat& picture, bool lossless, int orientation, bool container) {
    JxlEncoder* encoder = JxlEncoderCreate(nullptr);
    JxlEncoderUseContainer(encoder, container ? JXL_TRUE : JXL_FALSE);
    JxlBasicInfo info;
    JxlEncoderInitBasicInfo(&info);
    const bool wide = picture.depth() == CV_16U;
    info.xsize = static_cast<std::uint32_t>(picture.cols);
    info.ysize = static_cast<std::uint32_t>(picture.rows);
    info.bits_per_sample = wide ? 16 : 8;
    info.num_color_channels = static_cast<std::uint32_t>(picture.channels());
    info.uses_original_profile = lossless ? JXL_TRUE : JXL_FALSE;
    info.orientation = static_cast<JxlOrientation>(orientation);
    JxlEncoderSetBasicInfo(encoder, &info);
    JxlColorEncoding colour;
    JxlColorEncodingSetToSRGB(&colour, picture.channels() == 1 ? JXL_TRUE : JXL_FALSE);
    JxlEncoderSetColorEncoding(encoder, &colour);
    JxlEncoderFrameSettings* settings = JxlEncoderFrameSettingsCreate(encoder, nullptr);
    JxlEncoderSetFrameLossless(settings, lossless ? JXL_TRUE : JXL_FALSE);
    JxlEncoderFrameSettingsSetOption(settings, JXL_ENC_FRAME_SETTING_EFFORT, 3);
    const JxlPixelFormat format{static_cast<std::uint32_t>(picture.channels()), wide ? JXL_TYPE_UINT16 : JXL_TYPE_UINT8,
                                JXL_NATIVE_ENDIAN, 0};
    JxlEncoderAddImageFrame(settings, &format, picture.data, picture.total() * picture.elemSize());
    JxlEncoderCloseInput(encoder);
    Bytes bytes(1 << 22);
    std::uint8_t* next = bytes.data();
    std::size_t room = bytes.size();
    JxlEncoderProcessOutput(encoder, &next, &room);
    bytes.resize(bytes.size() - room);
    JxlEncoderDestroy(encoder);
    return bytes;
}

Bytes encode_tiff(const cv::Mat& picture, const TiffOptions& options) {
    GrowingFile file;
    TIFF* tiff = TIFFClientOpen(
        "fixture", options.big ? "w8" : "w", &file, read_file, write_file, seek_file, [](thandle_t) { return 0; },
        [](thandle_t handle) { return static_cast<toff_t>(static_cast<GrowingFile*>(handle)->bytes.size()); },
        [](thandle_t, void**, toff_t*) { return 0; }, [](thandle_t, void*, toff_t) {});
    for (int page = 0; page < options.pages; ++page) {
        write_page(tiff, picture, options);
        TIFFWriteDirectory(tiff);
    }
    TIFFClose(tiff);
    return file.bytes;
}

Bytes encode_gif(const cv::Mat& indices, const Bytes& palette, bool interlaced, int frames) {
    Bytes bytes;
    int error = 0;
    GifFileType* gif = EGifOpen(
        &bytes,
        [](GifFileType* file, const GifByteType* data, int size) {
            auto& out = *static_cast<Bytes*>(file->UserData);
            out.insert(out.end(), data, data + size);
            return size;
        },
        &error);
    ColorMapObject* map = GifMakeMapObject(static_cast<int>(palette.size() / 3), nullptr);
    std::memcpy(map->Colors, palette.data(), palette.size());
    EGifPutScreenDesc(gif, indices.cols, indices.rows, 8, 0, map);
    for (int frame = 0; frame < frames; ++frame) {
        EGifPutImageDesc(gif, 0, 0, indices.cols, indices.rows, interlaced, nullptr);
        const int passes[4][2] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};
        for (int pass = 0; pass < (interlaced ? 4 : 1); ++pass) {
            for (int y = interlaced ? passes[pass][0] : 0; y < indices.rows; y += interlaced ? passes[pass][1] : 1) {
                cv::Mat row = indices.row(y).clone();
                EGifPutLine(gif, row.data, indices.cols);
            }
        }
    }
    EGifCloseFile(gif, &error);
    GifFreeMapObject(map);
    return bytes;
}

}  // namespace bonafide::media::fixtures
