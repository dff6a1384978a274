#include "analyzers/container/structure/writers.h"

#include <algorithm>
#include <array>

namespace bonafide::analyzers::structure {
namespace {

/// Longer patterns first where one holds another. Handler names after Gloe, Fischer, Kirchner 2014 and Iuliani et al.
/// 2019, encoder comments and tags as the programs' own sources and files show them.
constexpr std::array kWriters = {
    Writer{"Lavf", "FFmpeg (libavformat)", WriterFamily::kLibrary},
    Writer{"Lavc", "FFmpeg (libavcodec)", WriterFamily::kLibrary},
    Writer{"HandBrake", "HandBrake", WriterFamily::kEditor},
    Writer{"CapCut", "CapCut", WriterFamily::kEditor},
    Writer{"LVEditor", "CapCut", WriterFamily::kEditor},
    Writer{"vid:v", "TikTok", WriterFamily::kNetwork},
    Writer{"TikTok", "TikTok", WriterFamily::kNetwork},
    Writer{"Twitter-vork", "Twitter", WriterFamily::kNetwork},
    Writer{"Vireo", "Twitter", WriterFamily::kNetwork},
    Writer{"produced by Google", "YouTube or Google Photos", WriterFamily::kNetwork},
    Writer{"WhatsApp", "WhatsApp", WriterFamily::kNetwork},
    Writer{"FBMD", "Facebook or Instagram", WriterFamily::kNetwork},
    Writer{"iMovie", "iMovie", WriterFamily::kEditor},
    Writer{"Final Cut", "Final Cut Pro", WriterFamily::kEditor},
    Writer{"Premiere", "Adobe Premiere", WriterFamily::kEditor},
    Writer{"After Effects", "Adobe After Effects", WriterFamily::kEditor},
    Writer{"Photoshop", "Adobe Photoshop", WriterFamily::kEditor},
    Writer{"Lightroom", "Adobe Lightroom", WriterFamily::kEditor},
    Writer{"Adobe", "an Adobe program", WriterFamily::kEditor},
    Writer{"Mainconcept", "a program with the MainConcept encoder (Adobe and others)", WriterFamily::kEditor},
    Writer{"DaVinci Resolve", "DaVinci Resolve", WriterFamily::kEditor},
    Writer{"Sony Vegas", "Vegas", WriterFamily::kEditor},
    Writer{"VEGAS", "Vegas", WriterFamily::kEditor},
    Writer{"Wondershare", "Wondershare Filmora", WriterFamily::kEditor},
    Writer{"Filmora", "Wondershare Filmora", WriterFamily::kEditor},
    Writer{"InShot", "InShot", WriterFamily::kEditor},
    Writer{"KineMaster", "KineMaster", WriterFamily::kEditor},
    Writer{"Avidemux", "Avidemux", WriterFamily::kEditor},
    Writer{"VirtualDub", "VirtualDub", WriterFamily::kEditor},
    Writer{"Shotcut", "Shotcut", WriterFamily::kEditor},
    Writer{"Kdenlive", "Kdenlive", WriterFamily::kEditor},
    Writer{"GPAC", "GPAC (MP4Box)", WriterFamily::kLibrary},
    Writer{"L-SMASH", "L-SMASH", WriterFamily::kLibrary},
    Writer{"Bento4", "Bento4", WriterFamily::kLibrary},
    Writer{"CodeShop", "Unified Streaming", WriterFamily::kLibrary},
    Writer{"GStreamer", "GStreamer", WriterFamily::kLibrary},
    Writer{"mkvmerge", "mkvmerge", WriterFamily::kLibrary},
    Writer{"libebml", "libebml (mkvmerge and others)", WriterFamily::kLibrary},
    Writer{"libwebm", "libwebm", WriterFamily::kLibrary},
    Writer{"Chrome", "the browser Chrome", WriterFamily::kLibrary},
    Writer{"QTmuxingAppLibWebM", "the browser Firefox", WriterFamily::kLibrary},
    Writer{"obs-", "OBS Studio", WriterFamily::kLibrary},
    Writer{"IsoMedia File Produced by", "a library", WriterFamily::kLibrary},
    Writer{"gd-jpeg", "the GD library (PHP)", WriterFamily::kLibrary},
    Writer{"LEAD Technologies", "LEADTOOLS", WriterFamily::kLibrary},
    Writer{"ImageMagick", "ImageMagick", WriterFamily::kLibrary},
    Writer{"GraphicsMagick", "GraphicsMagick", WriterFamily::kLibrary},
    Writer{"GIMP", "GIMP", WriterFamily::kEditor},
    Writer{"Paint.NET", "Paint.NET", WriterFamily::kEditor},
    Writer{"paint.net", "Paint.NET", WriterFamily::kEditor},
    Writer{"PaintShop", "PaintShop Pro", WriterFamily::kEditor},
    Writer{"Paint Shop", "Paint Shop Pro", WriterFamily::kEditor},
    Writer{"IrfanView", "IrfanView", WriterFamily::kEditor},
    Writer{"ACD Systems", "ACDSee", WriterFamily::kEditor},
    Writer{"Picasa", "Picasa", WriterFamily::kEditor},
    Writer{"Intel(R) JPEG Library", "the Intel JPEG Library", WriterFamily::kLibrary},
    Writer{"Optimized by JPEGmini", "JPEGmini", WriterFamily::kLibrary},
    Writer{"Compressed by jpeg-recompress", "jpeg-recompress", WriterFamily::kLibrary},
    Writer{"Leptonica", "Leptonica", WriterFamily::kLibrary},
    Writer{"Matplotlib", "Matplotlib", WriterFamily::kLibrary},
    Writer{"Snipping Tool", "a screenshot tool", WriterFamily::kEditor},
    Writer{"Screenshot", "a screenshot tool", WriterFamily::kEditor},
    Writer{"XnView", "XnView", WriterFamily::kEditor},
    Writer{"Snapseed", "Snapseed", WriterFamily::kEditor},
    Writer{"VSCO", "VSCO", WriterFamily::kEditor},
    Writer{"PicsArt", "PicsArt", WriterFamily::kEditor},
    Writer{"Canva", "Canva", WriterFamily::kEditor},
    Writer{"Audacity", "Audacity", WriterFamily::kEditor},
    Writer{"libsndfile", "libsndfile", WriterFamily::kLibrary},
    Writer{"REAPER", "REAPER", WriterFamily::kEditor},
    Writer{"Core Media", "Apple (phone, camera application or QuickTime)", WriterFamily::kDevice},
    Writer{"GoPro", "a GoPro camera", WriterFamily::kDevice},
    Writer{"DJI", "a DJI camera", WriterFamily::kDevice},
};

}  // namespace

const Writer* find_writer(std::string_view text) {
    const auto* const found = std::find_if(kWriters.begin(), kWriters.end(), [&](const Writer& writer) {
        return text.find(writer.pattern) != std::string_view::npos;
    });
    return found == kWriters.end() ? nullptr : found;
}

bool note_writer(std::string_view text, Structure& structure) {
    const Writer* const writer = find_writer(text);
    if (writer == nullptr) {
        return false;
    }
    if (structure.writer.empty()) {
        structure.writer = writer->name;
    }
    const std::string name(writer->name);
    switch (writer->family) {
        case WriterFamily::kDevice:
            structure.add(SignKind::kNote, "Its structure is that of " + name + ".");
            break;
        case WriterFamily::kLibrary:
            structure.add(SignKind::kResave, "It was written by " + name +
                                                 ", a library that computers and servers use and cameras do not.");
            break;
        case WriterFamily::kEditor:
            structure.add(SignKind::kResave, "It was saved by " + name + ".");
            break;
        case WriterFamily::kNetwork:
            structure.add(SignKind::kResave, "It went through " + name + ", which re-encodes what it is sent.");
            break;
    }
    return true;
}

}  // namespace bonafide::analyzers::structure
