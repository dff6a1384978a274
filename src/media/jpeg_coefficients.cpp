#include "media/decode_formats.h"
#include "media/jpeg.h"
#include "media/jpeg_library.h"

#include <algorithm>
#include <cstring>

namespace bonafide::media {
namespace {

static_assert(sizeof(JBLOCK) == 64 * sizeof(std::int16_t));

/// Bytes that libjpeg and the planes need together: two for each coefficient, twice.
std::uint64_t memory_needed(const jpeg_decompress_struct& info) {
    std::uint64_t coefficients = 0;
    for (int i = 0; i < info.num_components; ++i) {
        const jpeg_component_info& component = info.comp_info[i];
        coefficients += std::uint64_t{info.image_width + 16} * (info.image_height + 16) *
                        static_cast<std::uint64_t>(component.h_samp_factor) *
                        static_cast<std::uint64_t>(component.v_samp_factor) /
                        static_cast<std::uint64_t>(info.max_h_samp_factor * info.max_v_samp_factor);
    }
    return coefficients * 2 * sizeof(std::int16_t);
}

/// The table that a component's coefficients were divided by: the one in force at its first pass, else the last one
/// defined in its slot.
const JQUANT_TBL* table_of(const jpeg_decompress_struct& info, const jpeg_component_info& component) {
    if (component.quant_table != nullptr) {
        return component.quant_table;
    }
    return component.quant_tbl_no >= 0 && component.quant_tbl_no < NUM_QUANT_TBLS
               ? info.quant_tbl_ptrs[component.quant_tbl_no]
               : nullptr;
}

}  // namespace

Result<std::vector<JpegPlane>> read_jpeg_coefficients(std::span<const std::uint8_t> bytes, const Limits& limits) {
    JpegLibrary jpeg(bytes);
    jpeg_decompress_struct& info = jpeg.info;
    if (!jpeg.run([&] { jpeg_read_header(&info, TRUE); })) {
        return jpeg.error();
    }
    if (const Result<void> size = check_picture_size(info.image_width, info.image_height, limits); !size) {
        return size.error();
    }
    for (int i = 0; i < info.num_components; ++i) {
        info.max_h_samp_factor = std::max(info.max_h_samp_factor, info.comp_info[i].h_samp_factor);
        info.max_v_samp_factor = std::max(info.max_v_samp_factor, info.comp_info[i].v_samp_factor);
    }
    if (memory_needed(info) > limits.memory_bytes * 3 / 4) {
        return Error{ErrorCode::kLimit, "the coefficients of the JPEG do not fit into the memory limit"};
    }
    jvirt_barray_ptr* arrays = nullptr;
    if (!jpeg.run([&] { arrays = jpeg_read_coefficients(&info); }) || arrays == nullptr) {
        return jpeg.error();
    }
    std::vector<JpegPlane> planes(static_cast<std::size_t>(info.num_components));
    for (std::size_t i = 0; i < planes.size(); ++i) {
        const jpeg_component_info& component = info.comp_info[i];
        JpegPlane& plane = planes[i];
        plane.blocks_wide = static_cast<int>(component.width_in_blocks);
        plane.blocks_high = static_cast<int>(component.height_in_blocks);
        if (const JQUANT_TBL* table = table_of(info, component)) {
            std::copy_n(table->quantval, 64, plane.quantisation.begin());
        }
        const std::size_t row_values = static_cast<std::size_t>(plane.blocks_wide) * 64;
        plane.coefficients.resize(row_values * static_cast<std::size_t>(plane.blocks_high));
        for (int row = 0; row < plane.blocks_high; ++row) {
            JBLOCKARRAY blocks = nullptr;
            if (!jpeg.run([&] {
                    blocks = info.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&info), arrays[i],
                                                          static_cast<JDIMENSION>(row), 1, FALSE);
                })) {
                return jpeg.error();
            }
            std::memcpy(plane.coefficients.data() + static_cast<std::size_t>(row) * row_values, blocks[0],
                        row_values * sizeof(std::int16_t));
        }
    }
    return planes;
}

}  // namespace bonafide::media
