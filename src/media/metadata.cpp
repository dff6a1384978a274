#include "media/metadata.h"

#include "media/metadata_blocks.h"
#include "media/metadata_exif.h"
#include "media/metadata_iptc.h"
#include "media/metadata_xmp.h"

namespace bonafide::media {
namespace {

/// Blocks inside blocks inside blocks: EXIF in TIFF tags in EXIF has no honest use beyond the first step.
constexpr int kMostNesting = 3;

void read_block(const MetadataBlock& block, Metadata& metadata, BlockCollector& nested) {
    switch (block.kind) {
        case BlockKind::kExif:
            read_exif(*ingest::open_memory(block.bytes), ExifScope::kBlock, metadata, nested);
            break;
        case BlockKind::kPhotoshop:
            read_photoshop_resources(block.bytes, metadata.photoshop_resources, nested);
            break;
        case BlockKind::kXmp:
            if (auto problem = read_xmp(block.bytes, metadata.xmp))
                nested.add_problem(block.origin + ", XMP: " + *problem);
            metadata.has_xmp = true;
            break;
        case BlockKind::kIptc:
            if (auto problem = read_iptc(block.bytes, metadata.iptc))
                nested.add_problem(block.origin + ", IPTC: " + *problem);
            metadata.has_iptc = metadata.has_iptc || !metadata.iptc.empty();
            break;
    }
}

void take(BlockCollector& collector, Metadata& metadata, int depth) {
    metadata.has_icc = metadata.has_icc || collector.has_icc();
    for (TextEntry& text : collector.texts()) {
        if (metadata.texts.size() < BlockCollector::kMostTexts) metadata.texts.push_back(std::move(text));
    }
    BlockCollector nested;
    if (depth < kMostNesting) {
        for (const MetadataBlock& block : collector.blocks())
            read_block(block, metadata, nested);
    }
    for (std::string& problem : collector.problems()) {
        if (metadata.problems.size() < BlockCollector::kMostProblems) metadata.problems.push_back(std::move(problem));
    }
    if (depth < kMostNesting) take(nested, metadata, depth + 1);
}

}  // namespace

Metadata read_metadata(const ingest::Identity& identity, const ingest::ByteSource& source) {
    Metadata metadata;
    BlockCollector collector;
    if (identity.container == ingest::Container::kTiff) {
        read_exif(source, ExifScope::kTiffFile, metadata, collector);
    } else {
        find_blocks(identity, source, collector);
    }
    take(collector, metadata, 0);
    return metadata;
}

}  // namespace bonafide::media
