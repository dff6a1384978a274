#include "base/ensure.h"
#include "media/encode.h"
#include "media/jpeg_library.h"

#include <csetjmp>
#include <cstdlib>

namespace bonafide::media {
namespace {

struct Writer {
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    std::jmp_buf escape{};
    unsigned char* bytes = nullptr;
    unsigned long size = 0;

    Writer() {
        info.err = jpeg_std_error(&errors);
        info.client_data = this;
        errors.error_exit = [](j_common_ptr failed) {
            std::longjmp(static_cast<Writer*>(failed->client_data)->escape, 1);
        };
        errors.output_message = [](j_common_ptr) {};
        jpeg_create_compress(&info);
    }
    ~Writer() {
        jpeg_destroy_compress(&info);
        std::free(bytes);
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    bool write(const cv::Mat& picture, int quality, Chroma chroma) {
        if (setjmp(escape) != 0) {
            return false;
        }
        jpeg_mem_dest(&info, &bytes, &size);
        info.image_width = static_cast<JDIMENSION>(picture.cols);
        info.image_height = static_cast<JDIMENSION>(picture.rows);
        info.input_components = picture.channels();
        info.in_color_space = picture.channels() == 3 ? JCS_RGB : JCS_GRAYSCALE;
        jpeg_set_defaults(&info);
        jpeg_set_quality(&info, quality, TRUE);
        for (int i = 0; i < info.num_components; ++i) {
            const int factor = i == 0 && info.num_components == 3 && chroma == Chroma::kHalved ? 2 : 1;
            info.comp_info[i].h_samp_factor = factor;
            info.comp_info[i].v_samp_factor = factor;
        }
        jpeg_start_compress(&info, TRUE);
        while (info.next_scanline < info.image_height) {
            auto* row = const_cast<JSAMPROW>(picture.ptr(static_cast<int>(info.next_scanline)));
            jpeg_write_scanlines(&info, &row, 1);
        }
        jpeg_finish_compress(&info);
        return true;
    }
};

}  // namespace

std::vector<std::uint8_t> encode_jpeg(const cv::Mat& picture, int quality, Chroma chroma) {
    ENSURE(picture.type() == CV_8UC3 || picture.type() == CV_8UC1);
    ENSURE(quality >= 1 && quality <= 100);
    Writer writer;
    if (picture.empty() || !writer.write(picture, quality, chroma)) {
        return {};
    }
    return {writer.bytes, writer.bytes + writer.size};
}

}  // namespace bonafide::media
