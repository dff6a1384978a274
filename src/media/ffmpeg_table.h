#pragma once

#include "media/ffmpeg_encoder_text.h"
#include "media/ffmpeg_handles.h"
#include "media/streams.h"

#include <optional>
#include <string>

namespace bonafide::media {

/// What the container declares, with times counted from `origin_s` on. Strings are valid UTF-8 and bounded; numbers are
/// finite.
StreamTable make_stream_table(const AVFormatContext& context, double origin_s);

/// How `stream`'s coded pictures are laid out; nothing for codecs whose encoders leave no text.
std::optional<UnitLayout> unit_layout(const AVStream& stream);

}  // namespace bonafide::media
