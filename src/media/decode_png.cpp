// PNG through libpng, row by row; 16-bit samples are kept. Checksums that fail in the picture data are noted and passed
// over.
#include "media/decode_formats.h"
#include "media/image_colour.h"
#include "media/image_orientation.h"

#include <png.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

namespace bonafide::media {
namespace {

/// Most memory for one inflated profile; texts are not read at all.
constexpr png_alloc_size_t kMostChunkBytes = 8 << 20;
constexpr png_uint_32 kMostSide = 1U << 30;

/// What libpng does not tell, from the chunks themselves (PNG 3rd edition; APNG's acTL, cICP, eXIf also behind the
/// picture data).
struct Chunks {
    int frames = 1;
    bool code_points = false;
    int primaries = 2, transfer = 2;
    int orientation = 1;
    bool ended = false;  ///< IEND was found
};

Chunks read_chunks(std::span<const std::uint8_t> bytes) {
    constexpr int kMostChunks = 100'000;
    Chunks chunks;
    std::size_t offset = 8;
    const auto number = [&](std::size_t at) {
        return (std::uint32_t{bytes[at]} << 24) | (std::uint32_t{bytes[at + 1]} << 16) |
               (std::uint32_t{bytes[at + 2]} << 8) | bytes[at + 3];
    };
    for (int i = 0; i < kMostChunks && offset < bytes.size() && bytes.size() - offset >= 12; ++i) {
        const std::size_t length = number(offset);
        const std::string_view type(reinterpret_cast<const char*>(bytes.data()) + offset + 4, 4);
        chunks.ended |= type == "IEND";
        if (length > bytes.size() - offset - 12) {
            break;
        }
        const std::span<const std::uint8_t> data = bytes.subspan(offset + 8, length);
        if (type == "acTL" && length == 8) {
            chunks.frames = static_cast<int>(std::clamp<std::uint32_t>(number(offset + 8), 1, 1'000'000));
        } else if (type == "cICP" && length == 4) {
            chunks.code_points = true;
            chunks.primaries = data[0];
            chunks.transfer = data[1];
        } else if (type == "eXIf") {
            chunks.orientation = exif_orientation(data);
        }
        offset += 12 + length;
    }
    return chunks;
}

class PngLibrary {
  public:
    explicit PngLibrary(std::span<const std::uint8_t> bytes) : rest_(bytes) {
        png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
        info = png == nullptr ? nullptr : png_create_info_struct(png);
    }
    ~PngLibrary() { png_destroy_read_struct(&png, &info, nullptr); }
    PngLibrary(const PngLibrary&) = delete;
    PngLibrary& operator=(const PngLibrary&) = delete;

    /// Calls `step`; false where libpng gave up inside it. It leaves by longjmp, so `step` must hold no object with a
    /// destructor.
    template <class Step>
    bool run(const Step& step) {
        if (setjmp(png_jmpbuf(png)) != 0) {
            return false;
        }
        step();
        return true;
    }

    /// Reads everything before the picture data, with this program's limits.
    bool read_header() {
        return info != nullptr && run([this] {
                   png_set_read_fn(png, this, on_read);
                   png_set_user_limits(png, kMostSide, kMostSide);
                   png_set_chunk_malloc_max(png, kMostChunkBytes);
                   png_set_crc_action(png, PNG_CRC_WARN_USE, PNG_CRC_WARN_DISCARD);
                   png_set_benign_errors(png, 1);
                   // Texts and the rest of the ancillary chunks are read elsewhere, bounded; here they could only be
                   // bombs.
                   constexpr png_byte kSkipped[] = "tEXt\0zTXt\0iTXt\0sPLT\0eXIf\0hIST\0tIME";
                   png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, kSkipped, sizeof kSkipped / 5);
                   png_read_info(png, info);
               });
    }

    Error error() const {
        if (truncated_) {
            return {ErrorCode::kTruncated, "the PNG ends before its picture data"};
        }
        return {ErrorCode::kInvalid, "not a valid PNG: " + text_};
    }
    bool truncated() const { return truncated_; }
    const std::string& text() const { return text_; }
    const std::string& checksum_warning() const { return checksum_warning_; }

    png_structp png = nullptr;
    png_infop info = nullptr;

  private:
    static PngLibrary& self(png_structp png) { return *static_cast<PngLibrary*>(png_get_error_ptr(png)); }
    static void on_error(png_structp png, png_const_charp text) {
        self(png).text_ = library_words(text);
        png_longjmp(png, 1);
    }
    static void on_warning(png_structp png, png_const_charp text) {
        const std::string words = library_words(text);
        if (words.find("CRC") != std::string::npos && self(png).checksum_warning_.empty()) {
            self(png).checksum_warning_ = words;
        }
    }
    static void on_read(png_structp png, png_bytep out, png_size_t length) {
        PngLibrary& library = *static_cast<PngLibrary*>(png_get_io_ptr(png));
        if (length > library.rest_.size()) {
            library.truncated_ = true;
            png_error(png, "ends early");
        }
        std::copy_n(library.rest_.begin(), length, out);
        library.rest_ = library.rest_.subspan(length);
    }

    std::span<const std::uint8_t> rest_;
    bool truncated_ = false;
    std::string text_, checksum_warning_;
};

std::string colour_space_of(PngLibrary& library, const Chunks& chunks) {
    if (chunks.code_points) {
        return colour_space_of_code_points(chunks.primaries, chunks.transfer);
    }
    png_charp name = nullptr;
    png_bytep profile = nullptr;
    png_uint_32 profile_bytes = 0;
    int compression = 0, intent = 0;
    if (png_get_iCCP(library.png, library.info, &name, &compression, &profile, &profile_bytes) != 0 &&
        profile_bytes > 0) {
        return colour_space_of_icc({profile, profile_bytes});
    }
    if (png_get_sRGB(library.png, library.info, &intent) != 0) {
        return "sRGB";
    }
    png_fixed_point gamma = 0;
    if (png_get_gAMA_fixed(library.png, library.info, &gamma) != 0 && gamma > 0) {
        const std::string digits = std::to_string(gamma);
        const std::size_t whole = digits.size() > 5 ? digits.size() - 5 : 0;
        const std::string fraction = std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits.substr(whole);
        return "gamma " + (whole > 0 ? digits.substr(0, whole) : "0") + "." + fraction +
               (png_get_valid(library.png, library.info, PNG_INFO_cHRM) != 0 ? " with its own primaries" : "");
    }
    return "unspecified";
}

/// Asks libpng for three samples a pixel, 8 or 16 bits each in the machine's order, transparency dropped.
void set_transformations(png_structp png, bool wide) {
    png_set_palette_to_rgb(png);
    png_set_expand_gray_1_2_4_to_8(png);
    png_set_gray_to_rgb(png);
    png_set_strip_alpha(png);
    if (wide && std::endian::native == std::endian::little) {
        png_set_swap(png);
    }
}

/// Reads the rows; returns how many rows' worth of pixels were there. The passes of an interlaced picture count by
/// their pixels.
double read_rows(PngLibrary& library, int passes, cv::Mat& rgb) {
    constexpr std::array<double, 8> kShareBefore = {0, 1 / 64.0, 2 / 64.0, 4 / 64.0, 8 / 64.0, 16 / 64.0, 32 / 64.0, 1};
    volatile int pass = 0, row = 0;
    const bool whole = library.run([&] {
        for (int next_pass = 0; next_pass < passes; ++next_pass) {
            pass = next_pass;
            for (int next_row = 0; next_row < rgb.rows; ++next_row) {
                row = next_row;
                png_read_row(library.png, rgb.ptr(next_row), nullptr);
            }
        }
    });
    if (whole) {
        return rgb.rows;
    }
    if (passes == 1) {
        rgb.rowRange(row, rgb.rows).setTo(cv::Scalar::all(0));  // libpng may have begun the row
        return row;
    }
    const auto index = static_cast<std::size_t>(pass);
    return kShareBefore[index] * rgb.rows + (kShareBefore[index + 1] - kShareBefore[index]) * row;
}

}  // namespace

Result<Image> decode_png(std::span<const std::uint8_t> bytes, const Limits& limits) {
    PngLibrary library(bytes);
    if (library.png == nullptr) {
        return Error{ErrorCode::kInternal, "libpng did not start"};
    }
    if (!library.read_header()) {
        return library.error();
    }
    const png_uint_32 width = png_get_image_width(library.png, library.info),
                      height = png_get_image_height(library.png, library.info);
    if (const Result<void> size = check_picture_size(width, height, limits); !size) {
        return size.error();
    }
    const Chunks chunks = read_chunks(bytes);
    const int colour_type = png_get_color_type(library.png, library.info);
    Image image;
    image.stored_width_px = static_cast<int>(width);
    image.stored_height_px = static_cast<int>(height);
    image.bits_per_sample = png_get_bit_depth(library.png, library.info);
    image.grey = (colour_type & PNG_COLOR_MASK_COLOR) == 0;
    image.has_alpha =
        (colour_type & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(library.png, library.info, PNG_INFO_tRNS) != 0;
    image.orientation = chunks.orientation;
    image.frame_count = chunks.frames;
    image.colour_space = colour_space_of(library, chunks);

    const bool wide = image.bits_per_sample == 16;
    int passes = 1;
    const std::size_t row_bytes = std::size_t{width} * (wide ? 6 : 3);
    if (!library.run([&] {
            set_transformations(library.png, wide);
            passes = png_set_interlace_handling(library.png);
            png_read_update_info(library.png, library.info);
        }) ||
        png_get_rowbytes(library.png, library.info) != row_bytes) {
        return library.error();
    }
    image.rgb = passes == 1 ? cv::Mat(image.stored_height_px, image.stored_width_px, wide ? CV_16UC3 : CV_8UC3)
                            : cv::Mat::zeros(image.stored_height_px, image.stored_width_px, wide ? CV_16UC3 : CV_8UC3);
    const double rows = read_rows(library, passes, image.rgb);
    if (rows <= 0) {
        return library.error();
    }
    if (rows < image.stored_height_px) {
        note_missing_rows(image, rows,
                          library.truncated() ? "ends early" : "corrupt picture data (" + library.text() + ")");
    } else if (!chunks.ended) {
        note_damage(image, "the end chunk is missing");
    }
    if (!library.checksum_warning().empty()) {
        note_damage(image, "a checksum is wrong (" + library.checksum_warning() + ")");
    }
    return image;
}

}  // namespace bonafide::media
