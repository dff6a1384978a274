#include "media/jpeg_library.h"

#include "media/decode_formats.h"

#include <algorithm>

namespace bonafide::media {
namespace {

/// A progressive picture needs about 10 passes; each costs time in proportion to the pixels, whatever its own size.
constexpr int kMostScans = 200;
constexpr JOCTET kEndMarker[2] = {0xFF, JPEG_EOI};

}  // namespace

JpegLibrary::JpegLibrary(std::span<const std::uint8_t> bytes) {
    info.err = jpeg_std_error(&errors_);
    info.client_data = this;
    errors_.error_exit = on_error;
    errors_.emit_message = on_message;
    errors_.output_message = on_output;
    jpeg_create_decompress(
        &info);  // fails only on a mismatch of header and library, which the linker's package rules out
    source_.next_input_byte = bytes.data();
    source_.bytes_in_buffer = bytes.size();
    source_.init_source = on_start;
    source_.term_source = on_start;
    source_.fill_input_buffer = on_more;
    source_.skip_input_data = on_skip;
    source_.resync_to_restart = jpeg_resync_to_restart;
    info.src = &source_;
    progress_.progress_monitor = on_progress;
    info.progress = &progress_;
}

JpegLibrary::~JpegLibrary() {
    jpeg_destroy_decompress(&info);
}

JpegLibrary& JpegLibrary::self(j_common_ptr info) {
    return *static_cast<JpegLibrary*>(info->client_data);
}

void JpegLibrary::on_error(j_common_ptr info) {
    JpegLibrary& library = self(info);
    char text[JMSG_LENGTH_MAX] = {};
    info->err->format_message(info, text);
    library.error_code_ = info->err->msg_code;
    library.error_text_ = library_words(text);
    std::longjmp(library.escape_, 1);
}

void JpegLibrary::on_message(j_common_ptr info, int level) {
    if (level >= 0) {
        return;
    }
    JpegLibrary& library = self(info);
    ++info->err->num_warnings;
    const int code = info->err->msg_code;
    // Bytes that belong to nothing are damage where a restart marker should stand. Between segments and behind the last
    // row they do no harm to the pixels; of those the file's structure tells.
    const bool inside_scan =
        library.info.input_scan_number > 0 && library.info.input_iMCU_row < library.info.total_iMCU_rows;
    const bool stray = code == JWRN_EXTRANEOUS_DATA;
    if (code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE || code == JWRN_ARITH_BAD_CODE ||
        code == JWRN_MUST_RESYNC || (stray && inside_scan)) {
        library.note_fault(code == JWRN_HIT_MARKER);
    }
    if (library.first_warning_.empty() && (!stray || inside_scan) && code != JWRN_JPEG_EOF) {
        char text[JMSG_LENGTH_MAX] = {};
        info->err->format_message(info, text);
        library.first_warning_ = library_words(text);
    }
}

void JpegLibrary::note_fault(bool missing) {
    if (!fault_.found) {
        fault_ = {true, missing, info.input_scan_number, info.input_iMCU_row};
    }
}

void JpegLibrary::on_progress(j_common_ptr info) {
    JpegLibrary& library = self(info);
    if (library.info.input_scan_number > kMostScans) {
        library.too_many_scans_ = true;
        library.error_text_ = "more than " + std::to_string(kMostScans) + " passes";
        std::longjmp(library.escape_, 1);
    }
}

boolean JpegLibrary::on_more(j_decompress_ptr info) {
    JpegLibrary& library = self(reinterpret_cast<j_common_ptr>(info));
    library.truncated_ = true;
    if (info->arith_code) {
        // The arithmetic decoder takes an early end for zero bits and says nothing.
        library.note_fault(true);
    }
    library.source_.next_input_byte = kEndMarker;
    library.source_.bytes_in_buffer = sizeof kEndMarker;
    return TRUE;
}

void JpegLibrary::on_skip(j_decompress_ptr info, long count) {
    if (count <= 0) {
        return;
    }
    JpegLibrary& library = self(reinterpret_cast<j_common_ptr>(info));
    const auto wanted = static_cast<std::size_t>(count);
    if (wanted > library.source_.bytes_in_buffer) {
        on_more(info);
        return;
    }
    library.source_.next_input_byte += wanted;
    library.source_.bytes_in_buffer -= wanted;
}

Error JpegLibrary::error() const {
    if (too_many_scans_) {
        return {ErrorCode::kLimit, "JPEG with " + error_text_};
    }
    switch (error_code_) {
        case JERR_BAD_PRECISION:
        case JERR_SOF_UNSUPPORTED:
        case JERR_ARITH_NOTIMPL:
        case JERR_CONVERSION_NOTIMPL:
        case JERR_BAD_J_COLORSPACE:
        case JERR_CCIR601_NOTIMPL:
        case JERR_FRACT_SAMPLE_NOTIMPL:
            return {ErrorCode::kUnsupported, "kind of JPEG that is not supported: " + error_text_};
        case JERR_OUT_OF_MEMORY:
            return {ErrorCode::kLimit, "not enough memory for the JPEG"};
        default:
            break;
    }
    if (truncated_) {
        return {ErrorCode::kTruncated, "the JPEG ends before its picture data"};
    }
    return {ErrorCode::kInvalid, "not a valid JPEG: " + error_text_};
}

}  // namespace bonafide::media
