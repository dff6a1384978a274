// RIFF files. WebP: RFC 9649, section 2; WAV: Microsoft and IBM 1991, EBU Tech 3285 and 3306 (RF64); AVI: the
// OpenDML 1.02 extension. The chunk list is walked at the top level (and into AVI's and WAV's INFO lists); sound and
// picture data are never read.
#include "analyzers/container/structure/riff.h"

#include "analyzers/container/structure/fields.h"
#include "analyzers/container/structure/trailing.h"
#include "analyzers/container/structure/writers.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::analyzers::structure {
namespace {

using ingest::Container;

constexpr std::size_t kMostChunks = 200'000;
constexpr std::size_t kMostInfoBytes = 64 << 10;
constexpr std::uint64_t kStreamed = 0xFFFFFFFF;

struct Chunk {
    std::string name;
    std::uint64_t offset = 0;  ///< of its data
    std::uint64_t length = 0;
};

struct Walk {
    std::vector<Chunk> chunks;
    std::uint64_t end = 0;  ///< where the chunks of the last RIFF list end
    bool cut = false;       ///< the last chunk reaches past the file
    bool broken = false;    ///< something that is no chunk stands inside the list
    bool more = false;
    bool unpadded = false;  ///< an odd chunk lacks its padding byte
};

bool is_name(const std::string& name) {
    return name.size() == 4 &&
           std::all_of(name.begin(), name.end(), [](char letter) { return letter >= 0x20 && letter <= 0x7E; });
}

/// Chunks of [begin, end); `end` is where the list claims to end, and may lie behind the file.
void walk_list(const ingest::ByteSource& source, std::uint64_t begin, std::uint64_t end, Walk& walk) {
    std::uint64_t offset = begin;
    while (offset + 8 <= end && offset + 8 <= source.size_bytes()) {
        if (walk.chunks.size() >= kMostChunks) {
            walk.more = true;
            break;
        }
        const std::vector<std::uint8_t> head = source.read(offset, 8);
        const Fields fields(head);
        Chunk chunk{fields.text(0, 4), offset + 8, fields.little32(4)};
        const bool padded = !walk.chunks.empty() && (walk.chunks.back().length & 1U) != 0;
        if (!is_name(chunk.name) && padded && is_name(Fields(source.read(offset - 1, 4)).text(0, 4))) {
            walk.unpadded = true;  // some libraries forget the byte that makes lengths even
            --offset;
            continue;
        }
        if (!is_name(chunk.name)) {
            walk.broken = true;
            break;
        }
        const std::uint64_t room = source.size_bytes() - chunk.offset;
        const bool streamed = chunk.length == kStreamed && chunk.name == "data";
        walk.cut = walk.cut || (chunk.length > room && !streamed);
        chunk.length = std::min(chunk.length, room);
        walk.chunks.push_back(chunk);
        offset = chunk.offset + chunk.length + (chunk.length & 1U);
    }
    walk.end = offset;
}

Walk walk_file(const ingest::ByteSource& source, Structure& structure) {
    Walk walk;
    std::uint64_t offset = 0;
    for (int lists = 0; lists < 1000; ++lists) {  // OpenDML films continue in further RIFF lists
        const std::vector<std::uint8_t> head = source.read(offset, 12);
        const Fields fields(head);
        const std::string magic = fields.text(0, 4);
        if (head.size() < 12 || (magic != "RIFF" && magic != "RF64" && magic != "BW64") ||
            (lists > 0 && fields.text(8, 4) != "AVIX")) {
            break;
        }
        const std::uint64_t declared = fields.little32(4);
        const bool open = declared == kStreamed || declared == 0;  // RF64, or a recording that was never closed
        const std::uint64_t end = open ? source.size_bytes() : offset + 8 + declared;
        if (open && magic == "RIFF") {
            structure.add(SignKind::kNote,
                          "Its size was never filled in, as streams and interrupted recordings leave it.");
        } else if (end > source.size_bytes() + 1) {
            structure.add(SignKind::kDamage,
                          "It ends " + std::to_string(end - source.size_bytes()) + " bytes before its declared end.");
        }
        walk_list(source, offset + 12, end, walk);
        offset = std::min(end + (end & 1U), source.size_bytes());
        walk.end = open ? walk.end : offset;
        if (walk.more || walk.broken) {
            break;
        }
    }
    return walk;
}

void judge_webp(const ingest::ByteSource& source, const Walk& walk, Structure& structure) {
    std::map<std::string, int> counts;
    for (const Chunk& chunk : walk.chunks) {
        ++counts[chunk.name];
    }
    static constexpr std::array<std::string_view, 11> kKnown = {"VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "PSAI",
                                                                "ANMF", "ICCP", "EXIF", "XMP ", "C2PA"};
    for (const auto& [name, count] : counts) {
        if (std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end()) {
            structure.add(SignKind::kNote, "It has an unknown chunk '" + name + "'.");
        } else if (count > 1 && name != "ANMF") {
            structure.add(SignKind::kAnomaly, "The chunk '" + name + "' stands there " + std::to_string(count) +
                                                  " times; encoders write it once.");
        }
    }
    if (counts.count("VP8X") == 0) {
        return;
    }
    if (walk.chunks.front().name != "VP8X") {
        structure.add(SignKind::kAnomaly, "The header of the extended format does not stand first.");
    }
    const auto header =
        std::find_if(walk.chunks.begin(), walk.chunks.end(), [](const Chunk& chunk) { return chunk.name == "VP8X"; });
    const std::uint8_t flags = Fields(source.read(header->offset, 1)).u8(0);
    struct Flag {
        std::uint8_t bit;
        const char* chunk;
        const char* what;
    };
    static constexpr std::array<Flag, 4> kFlags = {{{0x20, "ICCP", "a colour profile"},
                                                    {0x08, "EXIF", "camera data"},
                                                    {0x04, "XMP ", "XMP data"},
                                                    {0x02, "ANIM", "an animation"}}};
    for (const Flag& flag : kFlags) {
        const bool announced = (flags & flag.bit) != 0;
        const bool there = counts.count(flag.chunk) > 0;
        if (announced && !there && !walk.cut) {
            structure.add(SignKind::kResave, std::string("Its header announces ") + flag.what +
                                                 " that is not there: something was taken out.");
        } else if (!announced && there) {
            structure.add(SignKind::kResave, std::string("It holds ") + flag.what +
                                                 " that its header does not announce: something was put in.");
        }
    }
}

void read_info(const ingest::ByteSource& source, const Chunk& list, Structure& structure) {
    const std::vector<std::uint8_t> bytes =
        source.read(list.offset, static_cast<std::size_t>(std::min<std::uint64_t>(list.length, kMostInfoBytes)));
    const Fields fields(bytes);
    if (fields.text(0, 4) != "INFO") {
        return;
    }
    std::size_t offset = 4;
    while (fields.has(offset, 8)) {
        const std::size_t length = fields.little32(offset + 4);
        const std::string name = fields.text(offset, 4);
        const std::string text = fields.text(offset + 8, std::min<std::size_t>(length, 300));
        if (name == "ISFT" && !note_writer(text, structure)) {
            structure.writer = printable(text.c_str());
            structure.add(SignKind::kNote, "It names the software '" + structure.writer + "'.");
        }
        offset += 8 + length + (length & 1U);
    }
}

void judge_sound_or_film(const ingest::ByteSource& source, const Walk& walk, Container container,
                         Structure& structure) {
    int data = 0, format = 0;
    for (const Chunk& chunk : walk.chunks) {
        data += chunk.name == "data" ? 1 : 0;
        format += chunk.name == "fmt " ? 1 : 0;
        if (chunk.name == "LIST") {
            read_info(source, chunk, structure);
        } else if (chunk.name == "bext") {
            structure.add(SignKind::kNote,
                          "It is a broadcast recording (bext), as recorders and sound editors write them.");
        } else if (chunk.name == "id3 " || chunk.name == "ID3 " || chunk.name == "_PMX") {
            structure.add(SignKind::kResave, "Tags were written into it afterwards (" + printable(chunk.name) + ").");
        }
    }
    if (container == Container::kWav) {
        if (format > 1 || data > 1) {
            structure.add(SignKind::kAnomaly, "It holds its format or its sound data more than once.");
        }
        if (data == 0) {
            structure.add(SignKind::kDamage, "There is no sound data.");
        }
        const auto first = std::find_if(walk.chunks.begin(), walk.chunks.end(), [](const Chunk& chunk) {
            return chunk.name == "data" || chunk.name == "fmt ";
        });
        if (format > 0 && first != walk.chunks.end() && first->name == "data") {
            structure.add(SignKind::kAnomaly, "The sound stands before its format.");
        }
    }
}

}  // namespace

Structure examine_riff(const ingest::ByteSource& source, Container container) {
    Structure structure;
    structure.format = container == Container::kWebp ? "WebP" : container == Container::kAvi ? "AVI" : "WAV";
    const Walk walk = walk_file(source, structure);
    if (walk.chunks.empty()) {
        structure.add(SignKind::kDamage, "It holds no chunk.");
        return structure;
    }
    if (walk.cut) {
        structure.add(SignKind::kDamage, "Its last chunk is cut off.");
    }
    if (walk.broken) {
        structure.add(SignKind::kDamage,
                      "The chain of chunks breaks off after " + std::to_string(walk.chunks.size()) + " chunks.");
    }
    if (walk.unpadded) {
        structure.add(SignKind::kNote, "A chunk of odd length lacks its padding, as some libraries write it.");
    }
    if (walk.more) {
        structure.add(SignKind::kNote, "It has more than 200,000 chunks; the rest was not looked at.");
    }
    if (container == Container::kWebp) {
        judge_webp(source, walk, structure);
    } else {
        judge_sound_or_film(source, walk, container, structure);
    }
    if (!walk.cut && !walk.broken && !walk.more) {
        note_trailing(source, walk.end, structure);
    }
    return structure;
}

}  // namespace bonafide::analyzers::structure
