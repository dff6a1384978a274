#include "engine/worker/localise.h"

#include "base/ensure.h"
#include "evidence/map_grid.h"
#include "ingest/identify.h"
#include "media/image.h"

#include <opencv2/imgproc.hpp>

namespace bonafide::engine {
namespace {

std::string in_words(cv::Size size) {
    return std::to_string(size.width) + " x " + std::to_string(size.height) + " px";
}

}  // namespace

Result<cv::Mat> read_mask(const ingest::ByteSource& source, const Limits& limits) {
    const auto bytes = source.read_all(limits.size_bytes);
    if (!bytes) {
        return bytes.error();
    }
    const auto image = media::decode_image(ingest::identify(source), *bytes, limits);
    if (!image) {
        return image.error();
    }
    if (image->decoded_fraction < 1) {
        return Error{ErrorCode::kTruncated, image->damage};
    }
    cv::Mat grey, mask;
    cv::cvtColor(image->rgb, grey, cv::COLOR_RGB2GRAY);
    cv::compare(grey, grey.depth() == CV_16U ? 32767 : 127, mask, cv::CMP_GT);
    return mask;
}

evaluation::ShadeCounts shade_counts(const cv::Mat& map, const cv::Mat& mask) {
    ENSURE(map.type() == CV_8UC1 && (mask.empty() || (mask.type() == CV_8UC1 && mask.size() == map.size())));
    evaluation::ShadeCounts counts;
    for (int y = 0; y < map.rows; ++y) {
        const auto* shade = map.ptr<std::uint8_t>(y);
        const auto* changed = mask.empty() ? nullptr : mask.ptr<std::uint8_t>(y);
        for (int x = 0; x < map.cols; ++x) {
            auto& side = changed != nullptr && changed[x] != 0 ? counts.inside : counts.outside;
            ++side[shade[x]];
        }
    }
    return counts;
}

Localiser::Localiser(const ingest::ByteSource* mask, cv::Size picture, bool laundered, const Limits& limits)
    : picture_(picture) {
    result_["problem"] = "";
    result_["maps"] = nlohmann::ordered_json::object();
    if (mask == nullptr) {
        return;
    }
    auto read = read_mask(*mask, limits);
    if (!read) {
        result_["problem"] = "its mask cannot be read: " + read.error().message;
    } else if (read->size() != picture && !laundered) {
        result_["problem"] = "its mask is " + in_words(read->size()) + ", the picture " + in_words(picture);
    } else if (read->size() != picture) {
        cv::resize(*read, mask_, picture, 0, 0, cv::INTER_NEAREST);
    } else {
        mask_ = *read;
    }
}

void Localiser::add(const std::string& name, const cv::Mat& map) {
    if (!result_["problem"].get_ref<const std::string&>().empty()) {
        return;
    }
    const evaluation::ShadeCounts counts = shade_counts(evidence::enlarged(map, picture_), mask_);
    result_["maps"][name] = {{"inside", counts.inside}, {"outside", counts.outside}};
}

}  // namespace bonafide::engine
