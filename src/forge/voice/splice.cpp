// Words cut out and put elsewhere, at moments where hardly anything is heard. Pauses by short-time energy, after
// Rabiner and Sambur, "An algorithm for determining the endpoints of isolated utterances", Bell System Technical
// Journal 54(2), 1975. Deviation: the quietest moment of each stretch is taken whatever its level, so that fluent
// speech is cut too. Limits: nobody asks whether a cut falls between words, or whether pitch and room go together at a
// joint.
#include "forge/voice/splice.h"

#include "forge/random.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace bonafide::forge {
namespace {

constexpr double kHop_s = 0.005;
constexpr std::ptrdiff_t kHopsAround = 4;  ///< the level is a mean over 45 ms
constexpr double kShortest_s = 0.25, kUsual_s = 0.7;
constexpr int kMostMoves = 100;

/// Mean power of every hop, smoothed.
std::vector<double> powers_of(const std::vector<std::vector<float>>& channels, std::size_t hop) {
    std::vector<double> raw(channels.front().size() / hop), smooth(raw.size());
    for (std::size_t i = 0; i < raw.size(); ++i) {
        for (std::size_t sample = i * hop; sample < (i + 1) * hop; ++sample) {
            double sum = 0;
            for (const std::vector<float>& channel : channels) {
                sum += channel[sample];
            }
            raw[i] += sum * sum;
        }
    }
    const auto count = static_cast<std::ptrdiff_t>(raw.size());
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const std::ptrdiff_t first = std::max<std::ptrdiff_t>(0, i - kHopsAround);
        const std::ptrdiff_t end = std::min(count, i + kHopsAround + 1);
        for (std::ptrdiff_t other = first; other < end; ++other) {
            smooth[static_cast<std::size_t>(i)] += raw[static_cast<std::size_t>(other)];
        }
        smooth[static_cast<std::size_t>(i)] /= static_cast<double>(end - first);
    }
    return smooth;
}

/// How much of the piece that comes next is heard at `from_joint` samples after a joint.
float share_of_next(double from_joint, double fade) {
    const double place = std::clamp(from_joint / fade + 0.5, 0.0, 1.0);
    return static_cast<float>(0.5 - 0.5 * std::cos(std::numbers::pi * place));
}

float sample_at(const std::vector<float>& channel, std::ptrdiff_t at) {
    return at >= 0 && at < static_cast<std::ptrdiff_t>(channel.size()) ? channel[static_cast<std::size_t>(at)] : 0.0F;
}

}  // namespace

std::vector<Piece> pieces_of(const std::vector<std::vector<float>>& channels, int rate_hz) {
    const auto hop = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(kHop_s * rate_hz)));
    const std::vector<double> powers = powers_of(channels, hop);
    const auto shortest = static_cast<std::size_t>(kShortest_s / kHop_s),
               usual = static_cast<std::size_t>(kUsual_s / kHop_s);
    std::vector<Piece> pieces;
    std::size_t start = 0;
    while (start + shortest + usual + shortest <= powers.size()) {
        const auto first = powers.begin() + static_cast<std::ptrdiff_t>(start + shortest);
        const auto quietest = std::min_element(first, first + static_cast<std::ptrdiff_t>(usual));
        const auto cut = static_cast<std::size_t>(quietest - powers.begin());
        pieces.push_back({start * hop, cut * hop + hop / 2});
        if (pieces.size() > 1) {
            pieces.back().start = pieces[pieces.size() - 2].end;
        }
        start = cut;
    }
    pieces.push_back({pieces.empty() ? 0 : pieces.back().end, channels.front().size()});
    return pieces;
}

Result<Spliced> splice(const std::vector<std::vector<float>>& channels, int rate_hz, int moves, std::uint64_t seed) {
    if (moves < 1 || moves > kMostMoves) {
        return Error{ErrorCode::kUsage, "1 to " + std::to_string(kMostMoves) + " pieces can be moved"};
    }
    Spliced spliced;
    spliced.pieces = pieces_of(channels, rate_hz);
    const std::size_t count = spliced.pieces.size();
    if (count < 3) {
        return Error{ErrorCode::kUsage, "it is too short to be cut into three pieces and more"};
    }
    Random random(seed);
    for (int move = 0; move < moves; ++move) {
        const std::size_t from = random.below(count), onward = 1 + random.below(count - 1);
        const Piece piece = spliced.pieces[from];
        spliced.pieces.erase(spliced.pieces.begin() + static_cast<std::ptrdiff_t>(from));
        spliced.pieces.insert(spliced.pieces.begin() + static_cast<std::ptrdiff_t>((from + onward) % count), piece);
    }
    const double fade = kFade_s * rate_hz;
    const auto half = static_cast<std::ptrdiff_t>(std::ceil(fade / 2));
    spliced.channels.assign(channels.size(), {});
    for (std::size_t number = 0; number < count; ++number) {
        const Piece& piece = spliced.pieces[number];
        const std::size_t at = spliced.channels.front().size();
        const bool is_joint = number > 0 && spliced.pieces[number - 1].end != piece.start;
        for (std::size_t channel = 0; channel < channels.size(); ++channel) {
            const std::vector<float>& given = channels[channel];
            std::vector<float>& made = spliced.channels[channel];
            made.insert(made.end(), given.begin() + static_cast<std::ptrdiff_t>(piece.start),
                        given.begin() + static_cast<std::ptrdiff_t>(piece.end));
            if (!is_joint) {
                continue;
            }
            const auto before_end = static_cast<std::ptrdiff_t>(spliced.pieces[number - 1].end);
            for (std::ptrdiff_t away = -half; away < half; ++away) {
                const float share = share_of_next(static_cast<double>(away) + 0.5, fade);
                made[static_cast<std::size_t>(static_cast<std::ptrdiff_t>(at) + away)] =
                    (1 - share) * sample_at(given, before_end + away) +
                    share * sample_at(given, static_cast<std::ptrdiff_t>(piece.start) + away);
            }
        }
        if (is_joint) {
            spliced.joints.push_back(at);
        }
    }
    return spliced;
}

}  // namespace bonafide::forge
