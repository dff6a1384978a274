#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <opencv2/core.hpp>

#include <span>
#include <vector>

namespace bonafide::python {

namespace nb = nanobind;

/// A NumPy array lent to C++ as a matrix over the array's own memory. Only for reading: the array may be read-only.
/// Holds the array; to be made and destroyed with the interpreter's lock.
struct Lent {
    nb::ndarray<nb::ro> array;
    cv::Mat matrix;
};

/// `given` as a picture: uint8, (height, width, 3), red first, C-contiguous; nothing is ever copied. TypeError that
/// names the argument `name` where it is anything else; UsageError where it is empty, LimitError where it holds more
/// pixels than Limits allows.
Lent picture(nb::handle given, const char* name);

/// `given` as a plane: float32, (height, width), C-contiguous; the same errors.
Lent plane(nb::handle given, const char* name);

/// `given` as a row of numbers: float32, (n,), C-contiguous; the same errors, but empty ones are taken. The span is
/// valid as long as `holder`.
std::span<const float> row(nb::handle given, const char* name, nb::ndarray<nb::ro>& holder);

/// A NumPy array that owns the memory of `matrix` (not copied where it is continuous and nobody else's): (rows,
/// columns), or (rows, columns, channels) where there are several. ENSURE: 8-bit unsigned or 32-bit float.
nb::object to_array(cv::Mat matrix);

/// A NumPy array of the given shape that owns `values`.
template <class T>
nb::object to_array(std::vector<T> values, std::initializer_list<std::size_t> shape) {
    auto* kept = new std::vector<T>(std::move(values));
    const nb::capsule owner(kept, [](void* memory) noexcept { delete static_cast<std::vector<T>*>(memory); });
    return nb::cast(nb::ndarray<nb::numpy, T>(kept->data(), shape, owner));
}

}  // namespace bonafide::python
