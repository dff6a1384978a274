#pragma once

// clang-format off
#include <cstdio>  // jpeglib.h uses FILE and size_t without including what declares them
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#include "base/result.h"

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace bonafide::media {

/// A libjpeg decompressor that reads from memory, keeps its errors and warnings, and survives the library's error
/// exits. At the end of the bytes it is given an end marker, so that truncated pictures decode as far as they go.
class JpegLibrary {
  public:
    explicit JpegLibrary(std::span<const std::uint8_t> bytes);
    ~JpegLibrary();
    JpegLibrary(const JpegLibrary&) = delete;
    JpegLibrary& operator=(const JpegLibrary&) = delete;

    /// Calls `step`, and returns false where libjpeg gave up inside it. The library leaves by longjmp: `step` must hold
    /// no object with a destructor.
    template <class Step>
    bool run(const Step& step) {
        if (setjmp(escape_) != 0) {
            return false;
        }
        step();
        return true;
    }

    jpeg_decompress_struct info{};

    /// Where entropy-coded data first failed or ended: passes before it, and rows of minimum coded units in its pass.
    struct Fault {
        bool found = false;
        bool missing = false;  ///< the data ended; otherwise it is corrupt
        int scan = 0;          ///< number of the pass, from 1
        std::uint32_t unit_row = 0;
    };
    const Fault& fault() const { return fault_; }
    bool truncated() const { return truncated_; }  ///< libjpeg asked for bytes past the end
    const std::string& first_warning() const { return first_warning_; }

    /// The error that ended the last run: kUnsupported, kTruncated or kInvalid.
    Error error() const;

  private:
    static JpegLibrary& self(j_common_ptr info);
    static void on_error(j_common_ptr info);
    static void on_message(j_common_ptr info, int level);
    static void on_output(j_common_ptr) {}
    static void on_progress(j_common_ptr info);
    static void on_start(j_decompress_ptr) {}
    static boolean on_more(j_decompress_ptr info);
    static void on_skip(j_decompress_ptr info, long count);
    void note_fault(bool missing);

    jpeg_error_mgr errors_{};
    jpeg_source_mgr source_{};
    jpeg_progress_mgr progress_{};
    std::jmp_buf escape_{};
    Fault fault_;
    bool truncated_ = false;
    bool too_many_scans_ = false;
    int error_code_ = 0;
    std::string first_warning_, error_text_;
};

}  // namespace bonafide::media
