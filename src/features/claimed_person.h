#pragma once

#include "evidence/same_face.h"
#include "evidence/same_voice.h"

#include <string>
#include <vector>

namespace bonafide::features {

/// Who a picture, film or recording is said to show or to let be heard. At least one look or voice.
struct ClaimedPerson {
    std::string name;                            ///< under which they were enrolled
    std::vector<evidence::FaceNumbers> looks;    ///< pictures and films that show their face
    std::vector<evidence::VoiceNumbers> voices;  ///< recordings of their voice
};

}  // namespace bonafide::features
