#include "arrays.h"

#include "base/limits.h"
#include "errors.h"

#include <string>

namespace bonafide::python {
namespace {

/// What an argument has to be.
struct Wanted {
    const char* name;
    nb::dlpack::dtype type;
    const char* words;
    std::size_t dimensions;
    std::size_t channels = 0;  ///< extent of the last of three dimensions; 0: any
};

std::string words_for(const nb::dlpack::dtype& type) {
    const auto code = static_cast<nb::dlpack::dtype_code>(type.code);
    const std::string bits = std::to_string(type.bits);
    switch (code) {
        case nb::dlpack::dtype_code::Int:
            return "int" + bits;
        case nb::dlpack::dtype_code::UInt:
            return "uint" + bits;
        case nb::dlpack::dtype_code::Float:
            return "float" + bits;
        case nb::dlpack::dtype_code::Bool:
            return "bool";
        default:
            return "another type";
    }
}

bool is_contiguous(const nb::ndarray<nb::ro>& array) {
    if (array.size() == 0) {
        return true;  // nothing is read; how NumPy steps through it says nothing
    }
    std::int64_t expected = 1;
    for (std::size_t i = array.ndim(); i-- > 0;) {
        // The step along an extent of one means nothing.
        if (array.shape(i) > 1 && array.stride(i) != expected) {
            return false;
        }
        expected *= static_cast<std::int64_t>(array.shape(i));
    }
    return true;
}

[[noreturn]] void wrong_type(const Wanted& wanted, const std::string& given) {
    throw nb::type_error((std::string(wanted.name) + " must be " + wanted.words + ", not " + given).c_str());
}

nb::ndarray<nb::ro> checked(nb::handle given, const Wanted& wanted) {
    nb::ndarray<nb::ro> array;
    if (!nb::try_cast(given, array, false)) {
        wrong_type(wanted, "a " + std::string(nb::type_name(given.type()).c_str()));
    }
    std::string shape;
    for (std::size_t i = 0; i < array.ndim(); ++i) {
        shape += (i == 0 ? "" : ", ") + std::to_string(array.shape(i));
    }
    const bool fits = array.dtype() == wanted.type && array.ndim() == wanted.dimensions &&
                      (wanted.channels == 0 || array.shape(2) == wanted.channels);
    if (!fits) {
        wrong_type(wanted, words_for(array.dtype()) + " of shape (" + shape + ")");
    }
    if (array.device_type() != nb::device::cpu::value) {
        wrong_type(wanted, "an array on another device");
    }
    if (!is_contiguous(array)) {
        wrong_type(wanted, "an array with other strides: numpy.ascontiguousarray(" + std::string(wanted.name) +
                               ") makes a copy that will do");
    }
    return array;
}

Lent lent(nb::handle given, const Wanted& wanted, int type) {
    Lent result{checked(given, wanted), {}};
    const std::size_t rows = result.array.shape(0), columns = result.array.shape(1);
    if (rows == 0 || columns == 0) {
        refuse(ErrorCode::kUsage, std::string(wanted.name) + " is empty");
    }
    // One side alone may not be so long either: below, sides and pixels are counted in 32 bits.
    const std::uint64_t most = Limits{}.pixels;
    if (rows > most || columns > most || rows * columns > most) {
        refuse(ErrorCode::kLimit, std::string(wanted.name) + " has more than " + std::to_string(most) + " pixels");
    }
    // Matrices know no constant memory. Nothing in this module writes to what was lent.
    result.matrix =
        cv::Mat(static_cast<int>(rows), static_cast<int>(columns), type, const_cast<void*>(result.array.data()));
    return result;
}

}  // namespace

Lent picture(nb::handle given, const char* name) {
    return lent(given,
                {name, nb::dtype<std::uint8_t>(), "a C-contiguous uint8 array of shape (height, width, 3)", 3, 3},
                CV_8UC3);
}

Lent plane(nb::handle given, const char* name) {
    return lent(given, {name, nb::dtype<float>(), "a C-contiguous float32 array of shape (height, width)", 2},
                CV_32FC1);
}

std::span<const float> row(nb::handle given, const char* name, nb::ndarray<nb::ro>& holder) {
    holder = checked(given, {name, nb::dtype<float>(), "a C-contiguous float32 array of shape (n,)", 1});
    return {static_cast<const float*>(holder.data()), holder.shape(0)};
}

nb::object to_array(cv::Mat matrix) {
    ENSURE(matrix.depth() == CV_8U || matrix.depth() == CV_32F);
    // Memory that was lent, or that another matrix shares, is not ours to give away.
    const bool own = matrix.u != nullptr && matrix.u->refcount == 1 && matrix.isContinuous();
    auto* kept = new cv::Mat(own ? std::move(matrix) : matrix.clone());
    const nb::capsule owner(kept, [](void* memory) noexcept { delete static_cast<cv::Mat*>(memory); });
    const std::size_t shape[] = {static_cast<std::size_t>(kept->rows), static_cast<std::size_t>(kept->cols),
                                 static_cast<std::size_t>(kept->channels())};
    const std::size_t dimensions = kept->channels() == 1 ? 2 : 3;
    if (kept->depth() == CV_8U) {
        return nb::cast(nb::ndarray<nb::numpy, std::uint8_t>(kept->data, dimensions, shape, owner));
    }
    return nb::cast(nb::ndarray<nb::numpy, float>(kept->data, dimensions, shape, owner));
}

}  // namespace bonafide::python
