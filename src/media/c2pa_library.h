#pragma once

#include <cstddef>
#include <cstdint>

/// The few functions of libc2pa's C interface that Bonafide calls, to read credentials and to sign those of its forge
/// (c2pa-c-ffi 0.91, as the c2pa-python 0.38.1 wheel ships it without a header). Names, argument types and ownership
/// follow the library's exported symbols; everything else of it is left alone.
///
/// Errors: a null pointer or a negative number, the reason then in c2pa_error(). The library is written in Rust: a
/// panic inside it does not unwind into C++ but aborts the process, which costs a worker its one input.
extern "C" {

struct C2paSettings;
struct C2paContextBuilder;
struct C2paContext;
struct C2paReader;
struct C2paStream;
struct C2paHttpResolver;
struct C2paHttpRequest;
struct C2paHttpResponse;
struct C2paBuilder;
struct C2paSigner;
/// Whatever the stream callbacks need; the library only passes the pointer through.
struct StreamContext;

/// Copies up to `length` bytes to `data`; returns how many, 0 at the end, negative for an error.
using C2paReadCallback = std::intptr_t (*)(StreamContext* context, std::uint8_t* data, std::intptr_t length);
/// Moves the position; `mode` 0 from the start, 1 from the position, 2 from the end. Returns the new position, negative
/// for an error.
using C2paSeekCallback = std::intptr_t (*)(StreamContext* context, std::intptr_t offset, int mode);
using C2paWriteCallback = std::intptr_t (*)(StreamContext* context, const std::uint8_t* data, std::intptr_t length);
using C2paFlushCallback = std::intptr_t (*)(StreamContext* context);
/// Answers a network request; anything but 0 refuses it.
using C2paHttpResolverCallback = int (*)(void* context, const C2paHttpRequest* request, C2paHttpResponse* response);

/// "c2pa-c-ffi/0.91.3 c2pa-rs/0.91.3"; owned by the caller.
char* c2pa_version();
/// The calling thread's last error as "Kind: message"; owned by the caller.
char* c2pa_error();
/// Sets the calling thread's last error, for callbacks.
int c2pa_error_set_last(const char* message);
/// Frees what any other function here returned. Returns -1, and does nothing, for an address the library does not own
/// (any more).
int c2pa_free(const void* pointer);

C2paSettings* c2pa_settings_new();
/// Overrides settings by a document in `format` ("json" or "toml"). 0 for success.
int c2pa_settings_update_from_string(C2paSettings* settings, const char* text, const char* format);

C2paContextBuilder* c2pa_context_builder_new();
/// Copies the settings.
int c2pa_context_builder_set_settings(C2paContextBuilder* builder, C2paSettings* settings);
C2paHttpResolver* c2pa_http_resolver_create(void* context, C2paHttpResolverCallback callback);
/// Takes over `resolver` where it returns 0.
int c2pa_context_builder_set_http_resolver(C2paContextBuilder* builder, C2paHttpResolver* resolver);
/// Takes over `builder`, also where it fails.
C2paContext* c2pa_context_builder_build(C2paContextBuilder* builder);

/// `context` must outlive the stream, which is given back with c2pa_release_stream.
C2paStream* c2pa_create_stream(StreamContext* context, C2paReadCallback reader, C2paSeekCallback seeker,
                               C2paWriteCallback writer, C2paFlushCallback flusher);
void c2pa_release_stream(C2paStream* stream);

C2paReader* c2pa_reader_from_context(C2paContext* context);
/// Reads and validates; takes over `reader` and returns another. `format` is a media type.
C2paReader* c2pa_reader_with_stream(C2paReader* reader, const char* format, C2paStream* stream);
/// The manifest store as JSON; owned by the caller.
char* c2pa_reader_json(C2paReader* reader);

/// Who signs: `algorithm` "es256" and so on, certificates in PEM with the signer's first, its key in PEM (PKCS #8), and
/// the address of a time-stamping authority or null.
struct C2paSignerInfo {
    const char* algorithm;
    const char* certificates;
    const char* key;
    const char* time_authority;
};
C2paSigner* c2pa_signer_from_info(const C2paSignerInfo* info);
C2paBuilder* c2pa_builder_from_json(const char* manifest);
C2paBuilder* c2pa_builder_from_context(C2paContext* context);
/// Takes over `builder` and returns another.
C2paBuilder* c2pa_builder_with_definition(C2paBuilder* builder, const char* manifest);
/// Writes `source` with the signed manifest embedded to `target`; returns the manifest's length, negative for an error.
std::int64_t c2pa_builder_sign(C2paBuilder* builder, const char* format, C2paStream* source, C2paStream* target,
                               C2paSigner* signer, const unsigned char** manifest);

}  // extern "C"
