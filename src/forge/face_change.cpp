#include "forge/face_change.h"

#include "base/hash.h"
#include "forge/animal.h"
#include "forge/consented.h"
#include "forge/face.h"
#include "forge/picture.h"
#include "forge/swap.h"
#include "forge/swap_autoencoder.h"

#include <algorithm>
#include <array>
#include <memory>

namespace bonafide::forge {
namespace {

using features::faces::Face;

/// Puts on the face of the person in given.second, by a mesh.
Result<FaceChange> prepare_mesh_swap(const Given& given, const infer::ModelStore& models, const Limits& limits,
                                     int threads) {
    if (given.second == nullptr) {
        return Error{ErrorCode::kUsage, "no picture with the face to put on was given (--face)"};
    }
    const auto of_the_other = [](const Error& error) {
        return Error{error.code, "the face's picture: " + error.message};
    };
    const auto read = read_picture(*given.second, limits);
    if (!read) {
        return of_the_other(read.error());
    }
    const cv::Mat source = within_720p(*read);
    const auto source_face = largest_face(source, models, threads, kSmallestSwappedFacePx);
    if (!source_face) {
        return of_the_other(source_face.error());
    }
    FaceChange swap;
    swap.change = [source, source_face = *source_face](const cv::Mat& rgb, const Face& face) {
        return Result<cv::Mat>(swap_face(rgb, face, source, source_face));
    };
    swap.made.description = "the face of another person put onto that of the picture";
    return swap;
}

/// Gives the face again by the network in given.second, which knows another person's.
Result<FaceChange> prepare_autoencoder_swap(const Given& given, int threads) {
    if (given.second == nullptr) {
        return Error{ErrorCode::kUsage, "no trained network was given (--network)"};
    }
    const auto bytes = given.second->read_all(infer::ForeignNetwork::kMostBytes);
    if (!bytes) {
        return Error{bytes.error().code, "the network: " + bytes.error().message};
    }
    auto opened = open_swap_autoencoder(*bytes, std::max(1, threads));
    if (!opened) {
        return Error{opened.error().code, "the network: " + opened.error().message};
    }
    FaceChange swap;
    // Shared, since a std::function has to be copied.
    swap.change = [network = std::make_shared<infer::ForeignNetwork>(std::move(*opened))](
                      const cv::Mat& rgb, const Face& face) { return swap_by_autoencoder(rgb, face, *network); };
    swap.made.description = "the face given again as another person's by a trained autoencoder";
    return swap;
}

Result<FaceChange> prepare_swap(const Order& order, const Given& given, const infer::ModelStore& models,
                                const Limits& limits, int threads) {
    Made made;
    if (auto consented = take_consent(order, made); !consented) {
        return consented.error();
    }
    const bool by_autoencoder = order.model == "autoencoder";
    if (!by_autoencoder && !order.model.empty() && order.model != "mesh") {
        return Error{ErrorCode::kUsage,
                     "'" + order.model + "' exchanges no face; `bonafide forge swap --help` lists what does"};
    }
    auto swap =
        by_autoencoder ? prepare_autoencoder_swap(given, threads) : prepare_mesh_swap(given, models, limits, threads);
    if (!swap) {
        return swap;
    }
    swap->least_px = kSmallestSwappedFacePx;
    swap->made.kind = order.kind;
    swap->made.purpose = made.purpose;
    swap->made.consent_sha256 = made.consent_sha256;
    return swap;
}

Result<FaceChange> prepare_animal(const Order& order, const Given& given, const Limits& limits) {
    const auto& drawn = drawn_animals();
    const bool known = std::find(drawn.begin(), drawn.end(), order.animal) != drawn.end();
    if (order.animal.empty() == (given.second == nullptr)) {
        return Error{ErrorCode::kUsage, "either a drawn animal (--animal) or a picture of one (--picture) is needed"};
    }
    if (!order.animal.empty() && !known) {
        return Error{ErrorCode::kUsage,
                     "no '" + order.animal + "' is drawn; `bonafide forge animal --help` lists those that are"};
    }
    cv::Mat animal;
    std::array<cv::Point2f, 3> places;
    if (given.second != nullptr) {
        auto other = read_picture(*given.second, limits);
        if (!other) {
            return Error{other.error().code, "the animal's picture: " + other.error().message};
        }
        if (order.places.size() != 2 * places.size()) {
            return Error{ErrorCode::kUsage, "the places of the animal's eyes and mouth are missing"};
        }
        for (std::size_t i = 0; i < places.size(); ++i) {
            places[i] = {static_cast<float>(order.places[2 * i]), static_cast<float>(order.places[2 * i + 1])};
        }
        animal = std::move(*other);
    }
    FaceChange change;
    change.least_px = kSmallestAnimalFacePx;
    const std::string what = animal.empty() ? "a drawn " + order.animal + "'s face" : "the face of a pictured animal";
    change.made = {.kind = order.kind, .description = what + " put onto the person's"};
    change.change = [name = order.animal, seed = order.seed, animal, places](const cv::Mat& rgb, const Face& face) {
        return wear_animal(rgb, face, [&](const Expression& expression, double unit_px) {
            return animal.empty() ? Result<cv::Mat>(draw_animal(name, expression, unit_px, seed))
                                  : animal_from_picture(animal, places, expression, unit_px);
        });
    };
    return change;
}

}  // namespace

Result<FaceChange> prepare_change(const Order& order, const Given& given, const infer::ModelStore& models,
                                  const Limits& limits, int threads) {
    if (order.kind == "swap") {
        return prepare_swap(order, given, models, limits, threads);
    }
    if (order.kind == "animal") {
        return prepare_animal(order, given, limits);
    }
    return Error{ErrorCode::kUsage, "'" + order.kind + "' changes no face"};
}

}  // namespace bonafide::forge
