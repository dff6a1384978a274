#include "forge/video.h"

#include "forge/label.h"
#include "forge/mouth/make.h"
#include "forge/sound_marking.h"

#include <optional>
#include <utility>

namespace bonafide::forge {
namespace {

constexpr std::int64_t kFineSoundBps = 160'000;

/// Whether the sound of `film` carries the mark.
Result<bool> is_marked(OpenedFilm& film, int threads) {
    features::sound_watermark::Finder finder;
    ReadFilm reading;
    reading.on_sound = [&](const media::SoundBlock& block) { finder.add(block.mono_16k); };
    const auto end_s = read_film(film, reading, threads);
    return end_s ? Result<bool>(sound_is_marked(finder.find())) : Result<bool>(end_s.error());
}

/// The sound of `source` with the mark, as a recording; nothing where it is there already.
Result<std::optional<std::vector<std::uint8_t>>> marked_sound(const ingest::ByteSource& source, const Order& order,
                                                              const Limits& limits, int threads) {
    auto film = open_film(source, limits);
    if (!film) {
        return film.error();
    }
    if (film->sound() == nullptr) {
        return Error{ErrorCode::kUsage, "it has no sound"};
    }
    const auto already = is_marked(*film, threads);
    if (!already) {
        return already.error();
    }
    if (*already) {
        return std::optional<std::vector<std::uint8_t>>();
    }
    CopyOrder copy;
    copy.sound = &*film;
    copy.options.format = media::WrittenFormat::kWav;
    copy.options.sound = sound_like(*film->sound(), media::SoundCodec::kPcm, kFineSoundBps);
    copy.options.comment = label_of(order.kind);
    auto marked = copy_marked(copy, threads);
    return marked ? Result<std::optional<std::vector<std::uint8_t>>>(std::move(marked->copied.bytes))
                  : Result<std::optional<std::vector<std::uint8_t>>>(marked.error());
}

}  // namespace

Result<Product> make_video(const Order& order, const Given& given, const infer::ModelStore& models,
                           const Limits& limits, int threads) {
    if (given.second == nullptr) {
        return Error{ErrorCode::kUsage, "nothing was given that the person is to say: --sound, or --text and --sample"};
    }
    const auto sound = marked_sound(*given.second, order, limits, threads);
    if (!sound) {
        return Error{sound.error().code, "the sound: " + sound.error().message};
    }
    const auto own = *sound ? ingest::open_memory(**sound) : nullptr;
    Order speaking = order;
    speaking.driver = "sound";
    auto product = make_mouth(speaking, {given.picture, own ? own.get() : given.second}, models, limits, threads);
    if (!product) {
        return product;
    }
    const auto trace = trace_in_sound(product->bytes, threads);
    if (!trace) {
        return trace.error();
    }
    if (!sound_is_marked(*trace)) {
        return Error{ErrorCode::kUsage,
                     "the film is too short for its sound to carry the forge's watermark; nothing leaves the forge "
                     "without it"};
    }
    product->made.description += "; its sound is marked as well";
    return product;
}

}  // namespace bonafide::forge
