#pragma once

#include "base/result.h"
#include "engine/front/spawn.h"
#include "evidence/same_face.h"
#include "evidence/same_voice.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

struct sqlite3;

namespace bonafide::engine {

/// One look at, or one recording of, an enrolled person.
template <class Numbers>
struct EnrolledSample {
    Numbers numbers{};
    std::string source_sha256;  ///< of the file it was taken from
};
using PersonSample = EnrolledSample<evidence::FaceNumbers>;
using VoiceSample = EnrolledSample<evidence::VoiceNumbers>;

/// At least one sample or voice.
struct EnrolledPerson {
    std::string name;
    std::vector<PersonSample> samples;  ///< of their face
    std::vector<VoiceSample> voices;
};

/// SHA-256 of the networks that the numbers of a gallery come from.
struct GalleryNetworks {
    std::string face, voice;
};

/// The people whom the user has enrolled: an SQLite database in one file, readable by its owner alone; encrypted as a
/// whole, names included, where a passphrase is given (engine/front/sealed.h). It lives in memory while it is open, so
/// that nothing but the one file ever touches the disk, and save() replaces that file (engine/front/private_file.h).
class PersonGallery {
  public:
    enum class Access { kRead, kChange };

    /// Opens the gallery at `path`, or an empty one where there is none. The numbers of other networks than `networks`
    /// mean nothing. kChange keeps others out until this object is gone. kUsage: a
    /// passphrase is missing, wrong, too short, or given for a gallery that is not encrypted; kInvalid: it is no
    /// gallery, damaged, or of another network; kIo.
    static Result<PersonGallery> open(const std::string& path, const std::optional<std::string>& passphrase,
                                      const GalleryNetworks& networks, Access access);

    /// kUsage where `name` is empty, longer than 100 bytes, not UTF-8, or holds control characters.
    static Result<void> check_name(const std::string& name);

    /// Everyone, by name.
    Result<std::vector<EnrolledPerson>> people() const;
    /// kUsage where nobody is called so.
    Result<EnrolledPerson> person(const std::string& name) const;

    /// Adds looks at, or recordings of, `name`, who need not be known yet; files that were enrolled for them before are
    /// left out. How many were new. Takes effect on disk with save(). ENSURE: there are some.
    Result<std::size_t> enroll(const std::string& name, const std::vector<PersonSample>& samples);
    Result<std::size_t> enroll(const std::string& name, const std::vector<VoiceSample>& samples);
    /// Removes everything about `name`, also from the unused parts of the database. kUsage where nobody is called so.
    Result<void> remove(const std::string& name);
    /// ENSURE: opened with kChange.
    Result<void> save();

    const std::string& path() const { return path_; }
    bool encrypted() const { return passphrase_.has_value(); }

  private:
    struct Close {
        void operator()(sqlite3* database) const;
    };
    PersonGallery() = default;
    Result<void> load(const std::vector<std::uint8_t>& bytes, const GalleryNetworks& networks);
    Result<void> create(const GalleryNetworks& networks);
    template <class Numbers>
    Result<std::size_t> add(const char* insertion, const std::string& name,
                            const std::vector<EnrolledSample<Numbers>>& samples);

    std::string path_;
    std::optional<std::string> passphrase_;
    OwnedFd lock_;
    std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace bonafide::engine
