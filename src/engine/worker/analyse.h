#pragma once

#include "engine/protocol/job.h"
#include "engine/worker/isolation.h"
#include "features/claimed_person.h"
#include "features/sensor_fingerprint.h"
#include "fusion/fusion.h"
#include "fusion/learned_fusion.h"
#include "infer/model_store.h"
#include "ingest/byte_source.h"
#include "report/report.h"

#include <functional>
#include <optional>
#include <span>
#include <string>

namespace bonafide::engine {

/// What a worker loads before it gives up the right to open files.
struct Equipment {
    infer::ModelStore models;
    fusion::Calibration calibration;
    fusion::LearnedFusion learned_fusion;
    std::optional<features::SensorFingerprint> camera;  ///< the one that the job names
    std::optional<features::ClaimedPerson> claimed;     ///< the one that the job names
};

/// Receives a file that goes with the report.
using ArtifactSink = std::function<void(const std::string& name, std::span<const std::uint8_t> bytes)>;

/// What a worker was given to look at; borrowed.
struct Given {
    const ingest::ByteSource* input = nullptr;
    const ingest::ByteSource* mask = nullptr;  ///< null where there is none
};

/// The main job, once, on one input: identify, decode, analyse, judge. Never fails: what could not be done is the
/// report's verdict `failed`. `job.only`, `skip` and `parameters` must have been checked with plan_for().
report::Report analyse(const Job& job, const Given& given, const Equipment& equipment, const Isolation& isolation,
                       const ArtifactSink& artifacts);

/// kUsage where the job names an analyzer or parameter that does not exist, or a value out of range.
Result<void> check_choices(const Job& job);

}  // namespace bonafide::engine
