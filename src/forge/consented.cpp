#include "forge/consented.h"

#include "base/hash.h"
#include "forge/identity/consent.h"

namespace bonafide::forge {

Result<void> take_consent(const Order& order, Made& made) {
    const std::string kind(consent_kind_of(order.kind, order.voice));
    const auto consent = check_consent(order.consent, {kind, order.person, today(), order.consent_signer});
    if (!consent) {
        return consent.error();
    }
    made.purpose = consent->purpose;
    made.consent_sha256 =
        sha256_hex({reinterpret_cast<const std::uint8_t*>(order.consent.data()), order.consent.size()});
    return {};
}

}  // namespace bonafide::forge
