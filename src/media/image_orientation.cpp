#include "media/image_orientation.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace bonafide::media {
namespace {

/// What an orientation does to a picture: a transposition, then mirrors.
struct Turn {
    bool transpose;
    bool mirror_horizontal;
    bool mirror_vertical;
    bool operator==(const Turn&) const = default;
};

constexpr std::array<Turn, 8> kTurns = {{{false, false, false},
                                         {false, true, false},
                                         {false, true, true},
                                         {false, false, true},
                                         {true, false, false},
                                         {true, true, false},
                                         {true, true, true},
                                         {true, false, true}}};

const Turn& turn_of(int orientation) {
    return kTurns[static_cast<std::size_t>(std::clamp(orientation, 1, 8) - 1)];
}

int number_of(const Turn& turn) {
    return static_cast<int>(std::find(kTurns.begin(), kTurns.end(), turn) - kTurns.begin()) + 1;
}

}  // namespace

int exif_orientation(std::span<const std::uint8_t> exif) {
    constexpr std::string_view kPrefix("Exif\0\0", 6);
    if (exif.size() >= kPrefix.size() && std::equal(kPrefix.begin(), kPrefix.end(), exif.begin())) {
        exif = exif.subspan(kPrefix.size());
    }
    if (exif.size() < 8 || exif[0] != exif[1] || (exif[0] != 'I' && exif[0] != 'M')) {
        return 1;
    }
    const bool big_endian = exif[0] == 'M';
    const auto number = [&](std::size_t offset, std::size_t width) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < width; ++i) {
            value = (value << 8) | exif[offset + (big_endian ? i : width - 1 - i)];
        }
        return value;
    };
    const std::size_t directory = number(4, 4);
    if (directory > exif.size() - 2) {
        return 1;
    }
    const std::size_t entries = std::min<std::size_t>(number(directory, 2), (exif.size() - directory - 2) / 12);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + i * 12;
        if (number(entry, 2) == 0x0112) {
            const std::uint32_t value = number(entry + 8, number(entry + 2, 2) == 4 ? 4 : 2);
            return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
        }
    }
    return 1;
}

cv::Mat upright(const cv::Mat& stored, int orientation) {
    const Turn turn = turn_of(orientation);
    cv::Mat turned = stored;
    if (turn.transpose) {
        cv::transpose(stored, turned);
    }
    if (turn.mirror_horizontal || turn.mirror_vertical) {
        cv::Mat mirrored;
        cv::flip(turned, mirrored,
                 turn.mirror_horizontal && turn.mirror_vertical ? -1
                 : turn.mirror_horizontal                       ? 1
                                                                : 0);
        return mirrored;
    }
    return turned;
}

cv::Rect upright(const cv::Rect& box, cv::Size stored, int orientation) {
    const Turn turn = turn_of(orientation);
    cv::Rect turned = box;
    if (turn.transpose) {
        turned = {box.y, box.x, box.height, box.width};
        std::swap(stored.width, stored.height);
    }
    if (turn.mirror_horizontal) {
        turned.x = stored.width - turned.x - turned.width;
    }
    if (turn.mirror_vertical) {
        turned.y = stored.height - turned.y - turned.height;
    }
    return turned;
}

int inverse_of(int orientation) {
    // Quarter turns undo each other; every other orientation undoes itself.
    return orientation == 6 ? 8 : orientation == 8 ? 6 : orientation;
}

int then_turned_left(int orientation) {
    // A turn to the left is a transposition, which exchanges the mirrors before it, then top with bottom mirrored.
    const Turn turn = turn_of(orientation);
    return number_of({!turn.transpose, turn.mirror_vertical, !turn.mirror_horizontal});
}

int then_mirrored(int orientation, bool left_with_right) {
    Turn turn = turn_of(orientation);
    (left_with_right ? turn.mirror_horizontal : turn.mirror_vertical) ^= true;
    return number_of(turn);
}

}  // namespace bonafide::media
