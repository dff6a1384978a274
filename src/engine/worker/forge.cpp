#include "engine/worker/forge.h"

#include "forge/make.h"
#include "forge/seal.h"

namespace bonafide::engine {

Result<Forged> forge_picture(const Job& job, const ingest::ByteSource& input, const ingest::ByteSource* second,
                             const infer::ModelStore& models) {
    auto product = forge::make(job.forge, {input, second}, models, job.limits, job.threads);
    if (!product) {
        return product.error();
    }
    return Forged{std::move(product->bytes), to_json(product->made)};
}

Result<Forged> seal_forgery(const Job& job, const ingest::ByteSource& input) {
    const auto bytes = input.read_all(job.limits.size_bytes);
    if (!bytes) {
        return bytes.error();
    }
    auto sealed = forge::seal(*bytes, job.seal.made, {job.seal.key_pem, job.seal.certificates_pem});
    if (!sealed) {
        return sealed.error();
    }
    return Forged{std::move(*sealed), to_json(job.seal.made)};
}

}  // namespace bonafide::engine
