// The format, as dlib's sources write it: integers are a byte that tells their length and sign, then as many bytes,
// least first; floats are two integers, mantissa and power of two; flags are the character 0 or 1; texts are their
// length and their bytes; a block of numbers is five integers (a version and four sides) and then plain floats. A
// network is written from outside in: first a version for each layer, then the input, then each layer's own values in
// the order in which the picture passes through them.
#include "infer/dlib_network.h"

#include <cmath>
#include <cstring>
#include <exception>
#include <limits>

namespace bonafide::infer {
namespace {

constexpr std::size_t kMostLayers = 4096;
constexpr std::size_t kLongestName = 64;
constexpr std::uint64_t kLargestSide = 1U << 20;

/// Why the bytes could not be read; caught where the reading began and never seen outside.
struct Unreadable : std::exception {
    explicit Unreadable(ErrorCode given_code, std::string given_words)
        : code(given_code), words(std::move(given_words)) {}
    ErrorCode code;
    std::string words;
};

class Reader {
  public:
    explicit Reader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

    bool at_end() const { return rest_.empty(); }
    /// Whether the next value is a small version number, as stands before each layer.
    bool at_version() const { return rest_.size() >= 2 && rest_[0] == 1 && rest_[1] >= 1 && rest_[1] <= 3; }

    std::int64_t integer() {
        const std::uint8_t head = take(1)[0];
        const std::size_t length = head & 0x0FU;
        if ((head & 0x70U) != 0 || length > 8) {
            throw Unreadable(ErrorCode::kInvalid, "a number is malformed");
        }
        std::uint64_t value = 0;
        const auto bytes = take(length);
        for (std::size_t i = 0; i < length; ++i) {
            value |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
        }
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
            throw Unreadable(ErrorCode::kInvalid, "a number is too large");
        }
        return (head & 0x80U) != 0 ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
    }
    std::size_t size() {
        const std::int64_t value = integer();
        if (value < 0 || static_cast<std::uint64_t>(value) > kLargestSide) {
            throw Unreadable(ErrorCode::kInvalid, "a size is out of range");
        }
        return static_cast<std::size_t>(value);
    }
    float real() {
        const std::int64_t mantissa = integer(), power = integer();
        if (power < -2000 || power > 2000) {
            throw Unreadable(ErrorCode::kInvalid, "a number is not finite");
        }
        const auto value = static_cast<float>(std::ldexp(static_cast<double>(mantissa), static_cast<int>(power)));
        if (!std::isfinite(value)) {
            throw Unreadable(ErrorCode::kInvalid, "a number is not finite");
        }
        return value;
    }
    std::string text() {
        const std::size_t length = size();
        if (length > kLongestName) {
            throw Unreadable(ErrorCode::kInvalid, "a name is too long");
        }
        const auto bytes = take(length);
        return {bytes.begin(), bytes.end()};
    }
    void flag() {
        const std::uint8_t value = take(1)[0];
        if (value != '0' && value != '1') {
            throw Unreadable(ErrorCode::kInvalid, "a flag is neither 0 nor 1");
        }
    }
    /// The sides of a block alone, whose numbers lie elsewhere.
    void shape() {
        (void)integer();
        for (int side = 0; side < 4; ++side) {
            (void)size();
        }
    }
    std::vector<float> block() {
        if (integer() != 2) {
            throw Unreadable(ErrorCode::kUnsupported, "a block of numbers of another version");
        }
        std::size_t count = 1;
        for (int side = 0; side < 4; ++side) {
            const std::size_t length = size();
            if (length != 0 && count > rest_.size() / length) {
                throw Unreadable(ErrorCode::kTruncated, "it ends inside its weights");
            }
            count *= length;
        }
        const auto bytes = take(count * sizeof(float));
        std::vector<float> values(count);
        if (count > 0) {
            std::memcpy(values.data(), bytes.data(), bytes.size());  // x86-64 is little endian, as the file is
        }
        for (const float value : values) {
            if (!std::isfinite(value)) {
                throw Unreadable(ErrorCode::kInvalid, "a weight is not finite");
            }
        }
        return values;
    }

  private:
    std::span<const std::uint8_t> take(std::size_t count) {
        if (count > rest_.size()) {
            throw Unreadable(ErrorCode::kTruncated, "it ends early");
        }
        const auto taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    std::span<const std::uint8_t> rest_;
};

void skip_learning_rates(Reader& reader) {
    for (int number = 0; number < 4; ++number) {
        (void)reader.real();
    }
}

void read_window(Reader& reader, DlibLayer& layer) {
    layer.height = reader.size();
    layer.width = reader.size();
    layer.stride_y = reader.size();
    layer.stride_x = reader.size();
    layer.padding_y = reader.size();
    layer.padding_x = reader.size();
    if (layer.stride_y == 0 || layer.stride_x == 0) {
        throw Unreadable(ErrorCode::kInvalid, "a window does not move");
    }
}

DlibLayer read_layer(Reader& reader) {
    using Kind = DlibLayer::Kind;
    const std::string name = reader.text();
    DlibLayer layer;
    if (name == "con_4") {
        layer.kind = Kind::kConvolution;
        layer.weights = reader.block();
        layer.outputs = reader.size();
        read_window(reader, layer);
        reader.shape();
        reader.shape();
        skip_learning_rates(reader);
    } else if (name == "affine_") {
        layer.kind = Kind::kScale;
        layer.weights = reader.block();
        reader.shape();
        reader.shape();
        if (reader.integer() != 0) {
            throw Unreadable(ErrorCode::kUnsupported, "a scale that is not one a channel");
        }
    } else if (name == "relu_") {
        layer.kind = Kind::kRelu;
    } else if (name == "max_pool_2" || name == "avg_pool_2") {
        layer.kind = name == "max_pool_2" ? Kind::kMaxPool : Kind::kMeanPool;
        read_window(reader, layer);
    } else if (name == "add_prev_") {
        layer.kind = Kind::kAddEarlier;
    } else if (name == "fc_2") {
        layer.kind = Kind::kFullyConnected;
        layer.outputs = reader.size();
        (void)reader.size();
        layer.weights = reader.block();
        reader.shape();
        reader.shape();
        if (reader.integer() != 1) {
            throw Unreadable(ErrorCode::kUnsupported, "a fully connected layer with biases");
        }
        skip_learning_rates(reader);
    } else {
        throw Unreadable(ErrorCode::kUnsupported, "a layer of a kind that is not known here");
    }
    return layer;
}

/// What stands behind each layer: marks and buffers of training, which a finished network has no use for.
void skip_training(Reader& reader) {
    for (int number = 0; number < 3; ++number) {
        reader.flag();
    }
    for (int number = 0; number < 3; ++number) {
        (void)reader.block();
    }
}

DlibNetwork read(Reader& reader) {
    (void)reader.integer();
    if (reader.text() != "loss_metric_2") {
        throw Unreadable(ErrorCode::kUnsupported, "it was not trained to tell things apart by distance");
    }
    (void)reader.real();
    (void)reader.real();
    while (reader.at_version()) {
        (void)reader.integer();
    }
    DlibNetwork network;
    if (reader.text() != "input_rgb_image_sized") {
        throw Unreadable(ErrorCode::kUnsupported, "it does not look at pictures of one size");
    }
    network.mean_red = reader.real();
    network.mean_green = reader.real();
    network.mean_blue = reader.real();
    network.height_px = reader.size();
    network.width_px = reader.size();
    while (!reader.at_end()) {
        if (network.layers.size() == kMostLayers) {
            throw Unreadable(ErrorCode::kLimit, "it has too many layers");
        }
        network.layers.push_back(read_layer(reader));
        skip_training(reader);
        if (network.layers.size() == 1) {
            (void)reader.integer();  // behind the first layer alone: how many pictures the input made of one
        }
    }
    return network;
}

}  // namespace

Result<DlibNetwork> read_dlib_network(std::span<const std::uint8_t> bytes) {
    Reader reader(bytes);
    try {
        return read(reader);
    } catch (const Unreadable& problem) {
        return Error{problem.code, "this is no network of dlib that can be read here: " + problem.words};
    }
}

}  // namespace bonafide::infer
