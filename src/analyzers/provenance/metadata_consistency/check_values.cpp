// Exposure (EXIF 2.32: time and f-number, and their APEX values ShutterSpeedValue and ApertureValue) and position.
#include "analyzers/provenance/metadata_consistency/checks.h"
#include "analyzers/provenance/metadata_consistency/statements.h"

#include <cmath>

namespace bonafide::analyzers {
namespace {

constexpr double kLongestExposure_s = 86400;
constexpr double kLeastFNumber = 0.3, kMostFNumber = 500;
constexpr double kMostApexDifference_ev =
    3;  // some makers round to whole steps, or write the plain value into the APEX field
constexpr double kMostSameDifference_ev = 0.5;
constexpr double kSamePlace_degrees = 0.01;  // about a kilometre: programs round positions

void check_exposure(Examination& examination) {
    const auto& exif = examination.metadata.exif;
    const auto time = number_of(exif, "Photo.ExposureTime"), aperture = number_of(exif, "Photo.FNumber");
    if (time && (*time < 0 || *time > kLongestExposure_s)) {
        examination.contradict(RemarkKind::kValue, "An exposure of " + exif.at("Photo.ExposureTime") +
                                                       " seconds is stated, which no camera makes.");
    }
    // 0 stands for an unknown lens.
    if (aperture && (*aperture < 0 || (*aperture > 0 && (*aperture < kLeastFNumber || *aperture > kMostFNumber)))) {
        examination.contradict(RemarkKind::kValue,
                               "An f-number of " + exif.at("Photo.FNumber") + " is stated, which no lens has.");
    }
    const auto speed = number_of(exif, "Photo.ShutterSpeedValue"),
               apex_aperture = number_of(exif, "Photo.ApertureValue");
    if (time && speed && *time > 0 && *speed != 0) {
        ++examination.result.comparisons;
        if (std::abs(-std::log2(*time) - *speed) > kMostApexDifference_ev) {
            examination.remark(RemarkKind::kValue,
                               "The exposure time and the shutter speed value differ by more than three steps.");
        }
    }
    if (aperture && apex_aperture && *aperture > 0 && *apex_aperture > 0) {
        ++examination.result.comparisons;
        if (std::abs(2 * std::log2(*aperture) - *apex_aperture) > kMostApexDifference_ev) {
            examination.remark(RemarkKind::kValue,
                               "The f-number and the aperture value differ by more than three steps.");
        }
    }
    if (time && aperture && *time > 0 && *aperture > 0 && number_of(exif, "Photo.ISOSpeedRatings")) {
        examination.sign("exposure time, f-number and sensitivity");
    }
}

/// XMP copies EXIF values; an editor of metadata that knows only one of them leaves two truths.
void compare_copies(Examination& examination) {
    const auto& exif = examination.metadata.exif;
    const auto& xmp = examination.metadata.xmp;
    const auto compare = [&](const char* name, const char* exif_key, const char* xmp_key, double steps_each) {
        const auto first = number_of(exif, exif_key), second = number_of(xmp, xmp_key);
        if (!first || !second || *first <= 0 || *second <= 0) return;
        ++examination.result.comparisons;
        if (steps_each * std::abs(std::log2(*first / *second)) > kMostSameDifference_ev) {
            examination.contradict(RemarkKind::kValue, std::string("EXIF and XMP state different values for the ") +
                                                           name + ": " + exif.at(exif_key) + " and " + xmp.at(xmp_key) +
                                                           ".");
        }
    };
    compare("exposure time", "Photo.ExposureTime", "exif:ExposureTime", 1);
    compare("f-number", "Photo.FNumber", "exif:FNumber", 2);
}

void check_position(Examination& examination) {
    struct Axis {
        const char *name, *exif_key, *reference_key, *xmp_key;
        double most_degrees;
    };
    constexpr Axis kAxes[] = {{"latitude", "GPS.GPSLatitude", "GPS.GPSLatitudeRef", "exif:GPSLatitude", 90},
                              {"longitude", "GPS.GPSLongitude", "GPS.GPSLongitudeRef", "exif:GPSLongitude", 180}};
    const auto& exif = examination.metadata.exif;
    for (const Axis& axis : kAxes) {
        const auto text = value_of(exif, axis.exif_key);
        const auto degrees =
            text ? parse_degrees(*text, value_of(exif, axis.reference_key).value_or("")) : std::nullopt;
        if (!degrees) continue;
        ++examination.result.comparisons;
        if (std::abs(*degrees) > axis.most_degrees) {
            examination.contradict(RemarkKind::kValue, std::string("A ") + axis.name + " of " + std::string(*text) +
                                                           " is stated, which is not on Earth.");
            continue;
        }
        const auto copy_text = value_of(examination.metadata.xmp, axis.xmp_key);
        const auto copy = copy_text ? parse_degrees(*copy_text, "") : std::nullopt;
        if (!copy) continue;
        ++examination.result.comparisons;
        if (std::abs(*degrees - *copy) > kSamePlace_degrees) {
            examination.contradict(RemarkKind::kValue, std::string("EXIF and XMP state different values for the ") +
                                                           axis.name + ": " + std::string(*text) + " and " +
                                                           std::string(*copy_text) + ".");
        }
    }
}

}  // namespace

void check_values(Examination& examination) {
    check_exposure(examination);
    compare_copies(examination);
    check_position(examination);
}

}  // namespace bonafide::analyzers
