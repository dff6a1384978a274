#pragma once

#include "engine/front/installation.h"
#include "engine/protocol/camera.h"
#include "engine/protocol/job.h"

#include <set>
#include <string>
#include <vector>

namespace bonafide::engine {

/// Makes a camera's fingerprint out of its pictures, each looked at by a worker of its own. What comes back is added up
/// here: the front never looks at a picture, and none can weigh more than another.
class CameraEnrolment {
  public:
    /// The fewest pictures that a fingerprint is made of.
    static constexpr std::uint32_t kFewestPictures = 5;

    CameraEnrolment(Job job, Installation installation);

    /// Takes in the picture at `path`; an error in words where it is of no use. The first picture sets the size that
    /// all others must have.
    Result<void> add(const std::string& path);
    std::uint32_t pictures() const { return sums_.pictures; }

    /// The fingerprint's file; kUsage where there were too few pictures.
    Result<std::vector<std::uint8_t>> finish();

  private:
    Result<std::vector<std::uint8_t>> ask_worker(Task task, int input_fd) const;
    Job job_;
    Installation installation_;
    CameraSums sums_;
    std::set<std::string> seen_;  ///< digests of the pictures taken in
};

}  // namespace bonafide::engine
