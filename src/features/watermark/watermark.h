#pragma once

#include "base/result.h"

#include <opencv2/core.hpp>

#include <functional>
#include <vector>

namespace bonafide::features::watermark {

/// The best trace of the forge's watermark in a picture. Whoever has this source can embed the mark in any picture, and
/// take it out of one: it says what the forge made, and proves nothing against somebody who lies.
struct Trace {
    /// -log10 of a bound on the chance that a picture made without the key agrees so well anywhere that was searched;
    /// at least 0. The bound holds for every picture, since it is taken over the draw of the key (README.md).
    double false_alarm_exponent = 0;
    double agreement = 0;  ///< mean cosine between the phases found and the key's, -1 to 1
    double scale = 1;      ///< longer side of this picture over that of the marked one: below 1 a crop, above 1 a frame
    int orientation = 1;   ///< as EXIF counts: how the marked picture was turned or mirrored; 1 where it was not
};

/// From here on the mark counts as found: at most one picture in a million made without the key.
inline constexpr double kFoundExponent = 6;
/// The shortest longer side in which the mark can be looked for, px.
inline constexpr int kSmallestSidePx = 96;

/// Looks for the mark in `luma` (CV_32FC1 in [0, 255]) as it is, turned and mirrored; then, where it is not there, in
/// crops that kept at least half of the longer side and in frames of up to twice its length. Nothing is found (exponent
/// 0) where the longer side is under kSmallestSidePx.
Trace find(const cv::Mat& luma);

/// The same without the search for crops and frames, ten times as fast.
Trace find_as_it_is(const cv::Mat& luma);

/// What frames of a film say together.
struct FilmTrace {
    Trace trace;           ///< of all frames, or of the one that says most where that is more
    int frames = 0;        ///< that were large enough to be looked at
    int frames_found = 0;  ///< in so many the mark is found by themselves, as they are, turned or mirrored
};

/// Looks for the mark in frames of one film (CV_32FC1 in [0, 255], of one size): the phases of all are added up, so
/// that a mark too weak in each is found in all together. The bound on chance holds as for a picture.
FilmTrace find_in_frames(const std::vector<cv::Mat>& lumas);

/// A picture that carries the mark.
struct Marked {
    cv::Mat rgb;
    double psnr_db = 0;      ///< peak signal-to-noise ratio of the mark's own change, over all channels,
                             ///< before anything was drawn over it
    Trace after_laundering;  ///< what is found after half size and JPEG of quality 60, together
};

/// `rgb` (CV_8UC3, red first) with the mark, as faint as lets it be found after half size and JPEG of quality 60.
/// `draw_over` draws on the marked picture what is no part of it, such as a label, before the mark is looked for in it:
/// the mark is made as strong as that asks for, and not spent on hiding a label's letters. kUsage where the picture is
/// too small or holds too little light and dark to carry it.
Result<Marked> embed(const cv::Mat& rgb, const std::function<void(cv::Mat&)>& draw_over = {});

}  // namespace bonafide::features::watermark
