#include "report/pdf/pictures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <memory>

namespace bonafide::report::pdf {
namespace {

/// Above what the worker sends: previews of 1,600 px, maps of that size.
constexpr std::int64_t kMostPixels = 16'000'000;
/// How much of the picture the heat hides, as on the page.
constexpr double kHeatOpacity = 0.7;

cairo_status_t read_bytes(void* closure, unsigned char* data, unsigned int size) {
    auto& rest = *static_cast<std::string_view*>(closure);
    if (rest.size() < size) {
        return CAIRO_STATUS_READ_ERROR;
    }
    std::memcpy(data, rest.data(), size);
    rest.remove_prefix(size);
    return CAIRO_STATUS_SUCCESS;
}

bool is_sound(cairo_surface_t* surface) {
    return cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
}

/// Linear between five values at 0, 1/4, ... 1.
double between(const std::array<double, 5>& table, double at) {
    const double place = std::clamp(at, 0.0, 1.0) * 4;
    const auto index = std::min<std::size_t>(3, static_cast<std::size_t>(place));
    const double part = place - static_cast<double>(index);
    return table[index] * (1 - part) + table[index + 1] * part;
}

/// A grey value's colour as cairo stores it: 0xAARRGGBB, colours multiplied by alpha. The tables are those of the
/// page's filter (html_exhibits.cpp).
std::uint32_t heat(int grey) {
    static constexpr std::array<double, 5> kRed{1, 1, 1, 1, 0.85}, kGreen{0.85, 0.85, 0.85, 0.4, 0},
        kAlpha{0, 0, 0, 0.8, 1};
    const double at = grey / 255.0, alpha = between(kAlpha, at) * kHeatOpacity;
    const auto byte = [](double value) { return static_cast<std::uint32_t>(value * 255 + 0.5); };
    return byte(alpha) << 24 | byte(alpha * between(kRed, at)) << 16 | byte(alpha * between(kGreen, at)) << 8;
}

}  // namespace

int width_of(cairo_surface_t* surface) {
    return cairo_image_surface_get_width(surface);
}
int height_of(cairo_surface_t* surface) {
    return cairo_image_surface_get_height(surface);
}

Surface surface_of(const Picture& picture) {
    const std::int64_t pixels = std::int64_t{picture.width_px} * picture.height_px;
    if (picture.width_px <= 0 || picture.height_px <= 0 || pixels > kMostPixels) {
        return nullptr;
    }
    Surface surface;
    if (picture.is_jpeg) {
        surface.reset(cairo_image_surface_create(CAIRO_FORMAT_RGB24, picture.width_px, picture.height_px));
        const auto* data = reinterpret_cast<const unsigned char*>(picture.bytes.data());
        if (is_sound(surface.get())) {
            cairo_surface_set_mime_data(surface.get(), CAIRO_MIME_TYPE_JPEG, data, picture.bytes.size(), nullptr,
                                        nullptr);
        }
    } else {
        std::string_view rest = picture.bytes;
        surface.reset(cairo_image_surface_create_from_png_stream(read_bytes, &rest));
    }
    return is_sound(surface.get()) ? std::move(surface) : nullptr;
}

Surface shrunk(Surface picture, int longest_px) {
    if (!picture) {
        return picture;
    }
    const int longest = std::max(width_of(picture.get()), height_of(picture.get()));
    const unsigned char* file = nullptr;
    unsigned long bytes = 0;
    cairo_surface_get_mime_data(picture.get(), CAIRO_MIME_TYPE_JPEG, &file, &bytes);
    if (longest <= longest_px || file != nullptr) {
        return picture;
    }
    const double scale = static_cast<double>(longest_px) / longest;
    const auto side = [scale](int px) { return std::max(1, static_cast<int>(std::lround(px * scale))); };
    Surface small(
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, side(width_of(picture.get())), side(height_of(picture.get()))));
    if (!is_sound(small.get())) {
        return picture;
    }
    const std::unique_ptr<cairo_t, decltype(&cairo_destroy)> painter(cairo_create(small.get()), cairo_destroy);
    cairo_scale(painter.get(), static_cast<double>(width_of(small.get())) / width_of(picture.get()),
                static_cast<double>(height_of(small.get())) / height_of(picture.get()));
    cairo_set_source_surface(painter.get(), picture.get(), 0, 0);
    // Maps are smooth: a filter that reaches further takes five times as long, to the same end.
    cairo_pattern_set_filter(cairo_get_source(painter.get()), CAIRO_FILTER_BILINEAR);
    cairo_paint(painter.get());
    return small;
}

Surface heat_of(cairo_surface_t* map) {
    const int width = width_of(map), height = height_of(map);
    const cairo_format_t format = cairo_image_surface_get_format(map);
    Surface heated(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height));
    if (!is_sound(heated.get()) || (format != CAIRO_FORMAT_RGB24 && format != CAIRO_FORMAT_ARGB32)) {
        return nullptr;
    }
    std::array<std::uint32_t, 256> colours{};
    for (std::size_t grey = 0; grey < colours.size(); ++grey) {
        colours[grey] = heat(static_cast<int>(grey));
    }
    bool is_empty = true;
    cairo_surface_flush(map);
    cairo_surface_flush(heated.get());
    for (int y = 0; y < height; ++y) {
        const unsigned char* from =
            cairo_image_surface_get_data(map) + std::ptrdiff_t{y} * cairo_image_surface_get_stride(map);
        unsigned char* to = cairo_image_surface_get_data(heated.get()) +
                            std::ptrdiff_t{y} * cairo_image_surface_get_stride(heated.get());
        for (int x = 0; x < width; ++x) {
            std::uint32_t pixel = 0;
            std::memcpy(&pixel, from + std::ptrdiff_t{x} * 4, 4);
            is_empty = is_empty && colours[pixel & 0xFF] == 0;
            std::memcpy(to + std::ptrdiff_t{x} * 4, &colours[pixel & 0xFF], 4);
        }
    }
    cairo_surface_mark_dirty(heated.get());
    return is_empty ? nullptr : std::move(heated);
}

void paint(cairo_t* painter, cairo_surface_t* surface, double x, double y, double width, double height) {
    cairo_save(painter);
    cairo_translate(painter, x, y);
    cairo_scale(painter, width / width_of(surface), height / height_of(surface));
    cairo_set_source_surface(painter, surface, 0, 0);
    cairo_paint(painter);
    cairo_restore(painter);
    cairo_set_source_rgb(painter, kLine.red, kLine.green, kLine.blue);
    cairo_set_line_width(painter, 0.4);
    cairo_rectangle(painter, x, y, width, height);
    cairo_stroke(painter);
}

}  // namespace bonafide::report::pdf
