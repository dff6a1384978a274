// Validation codes of the C2PA specification: what they mean, and how those of C2PA 1.x validators map to those of
// C2PA 2.x
// ("Content Credentials: C2PA Technical Specification" 2.2, chapter on validation, against 1.0).
//
// The mapping: a referenced ingredient manifest that is not in the store was `claim.missing` and is
// `ingredient.manifest.missing`; a changed one was `ingredient.hashedURI.mismatch` and is
// `ingredient.manifest.mismatch`. `timeStamp.mismatch` failed a manifest in 1.x and only informs in 2.x (the time is
// then unknown); it is still listed among the failing checks here, without making a manifest invalid.

#include "analyzers/provenance/credentials/manifest_summary.h"

#include <algorithm>
#include <array>

namespace bonafide::analyzers::credentials {
namespace {

struct CodeMeaning {
    std::string_view code;
    std::string_view meaning;
};

constexpr std::array kMeanings = {
    CodeMeaning{"assertion.dataHash.mismatch", "the file's content was changed after it was signed"},
    CodeMeaning{"assertion.bmffHash.mismatch", "the file's content was changed after it was signed"},
    CodeMeaning{"assertion.boxesHash.mismatch", "a part of the file was changed after it was signed"},
    CodeMeaning{"assertion.boxesHash.unknownBox", "the file has a part that the signature does not cover"},
    CodeMeaning{"assertion.collectionHash.mismatch", "a file of the signed collection was changed"},
    CodeMeaning{"assertion.dataHash.malformed", "the record that ties the signature to the content cannot be read"},
    CodeMeaning{"assertion.bmffHash.malformed", "the record that ties the signature to the content cannot be read"},
    CodeMeaning{"assertion.hashedURI.mismatch", "a statement in the credentials was changed after it was signed"},
    CodeMeaning{"assertion.missing", "a statement that the signature covers is missing"},
    CodeMeaning{"assertion.undeclared", "the credentials hold a statement that the signature does not cover"},
    CodeMeaning{"assertion.inaccessible", "a statement lies elsewhere and was not fetched"},
    CodeMeaning{"assertion.notRedacted", "a statement that should have been removed is still there"},
    CodeMeaning{"assertion.selfRedacted", "the manifest removes a statement of its own"},
    CodeMeaning{"assertion.action.redacted", "the record of actions was removed"},
    CodeMeaning{"assertion.action.malformed", "the record of actions cannot be read"},
    CodeMeaning{"assertion.action.ingredientMismatch", "an action names a part that is not the one listed"},
    CodeMeaning{"assertion.cbor.invalid", "a statement cannot be read"},
    CodeMeaning{"assertion.json.invalid", "a statement cannot be read"},
    CodeMeaning{"claim.missing", "the signed claim is missing"},
    CodeMeaning{"claim.multiple", "there is more than one claim where one is allowed"},
    CodeMeaning{"claim.malformed", "the signed claim cannot be read"},
    CodeMeaning{"claim.cbor.invalid", "the signed claim cannot be read"},
    CodeMeaning{"claim.hardBindings.missing", "nothing ties the credentials to this content"},
    CodeMeaning{"claimSignature.mismatch",
                "the claim was changed after it was signed, or the signature is not its own"},
    CodeMeaning{"claimSignature.missing", "the claim is not signed"},
    CodeMeaning{"claimSignature.outsideValidity", "the signing certificate was not valid at the time of signing"},
    CodeMeaning{"ingredient.manifest.missing", "the credentials of a part are missing from the file"},
    CodeMeaning{"ingredient.manifest.mismatch", "the credentials of a part were changed after it was used"},
    CodeMeaning{"ingredient.claimSignature.mismatch", "the signature of a part was changed after it was used"},
    CodeMeaning{"ingredient.claimSignature.missing", "the signature of a part is missing"},
    CodeMeaning{"manifest.multipleParents", "the manifest names more than one parent"},
    CodeMeaning{"manifest.inaccessible", "the manifest lies elsewhere and was not fetched"},
    CodeMeaning{"signingCredential.untrusted",
                "the signer is on no trust list given; this alone does not mean tampering"},
    CodeMeaning{"signingCredential.invalid", "the signing certificate may not be used for signing"},
    CodeMeaning{"signingCredential.expired", "the signing certificate had expired"},
    CodeMeaning{"signingCredential.revoked", "the signing certificate was revoked"},
    CodeMeaning{"signingCredential.ocsp.revoked", "the signing certificate was revoked"},
    CodeMeaning{"signingCredential.ocsp.skipped",
                "whether the certificate was revoked was not asked, since no network is used"},
    CodeMeaning{"timeStamp.mismatch",
                "the time stamp belongs to another claim, so that the time of signing is unknown"},
    CodeMeaning{"timeStamp.malformed", "the time stamp cannot be read"},
    CodeMeaning{"timeStamp.untrusted", "the time stamp's authority is on no trust list given"},
    CodeMeaning{"timeStamp.outsideValidity", "the time stamp lies outside its certificate's validity"},
    CodeMeaning{"algorithm.unsupported", "an algorithm is used that the validator does not accept"},
    CodeMeaning{"algorithm.deprecated", "an outdated algorithm is used"},
    CodeMeaning{"general.error", "the credentials cannot be read"},
};

}  // namespace

std::string_view meaning_of(std::string_view code) {
    const auto* const found =
        std::find_if(kMeanings.begin(), kMeanings.end(), [&](const CodeMeaning& known) { return known.code == code; });
    return found == kMeanings.end() ? std::string_view{} : found->meaning;
}

std::string_view former_code_of(std::string_view code) {
    if (code == "ingredient.manifest.missing") {
        return "claim.missing";
    }
    if (code == "ingredient.manifest.mismatch") {
        return "ingredient.hashedURI.mismatch";
    }
    return {};
}

}  // namespace bonafide::analyzers::credentials
