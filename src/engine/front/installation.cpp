#include "engine/front/installation.h"

#include <dlfcn.h>

#include <filesystem>

namespace bonafide::engine {
namespace {

namespace fs = std::filesystem;

/// The file that holds this very function: the program, or libbonafide.so.
fs::path own_file() {
    Dl_info info{};
    std::error_code error;
    if (dladdr(reinterpret_cast<const void*>(&find_installation), &info) != 0 && info.dli_fname != nullptr &&
        fs::path(info.dli_fname).is_absolute()) {
        return fs::canonical(info.dli_fname, error);
    }
    return fs::read_symlink("/proc/self/exe", error);
}

}  // namespace

Installation find_installation() {
    std::error_code error;
    // PREFIX/bin/bonafide, PREFIX/lib/libbonafide.so and PREFIX/lib/<architecture>/libbonafide.so are one to three
    // folders below the prefix.
    fs::path prefix = own_file().parent_path();
    for (int step = 0; step < 3 && !prefix.empty(); ++step, prefix = prefix.parent_path()) {
        const fs::path worker = prefix / "libexec/bonafide/bonafide-worker";
        if (fs::exists(worker, error)) {
            const std::string data = (prefix / "share/bonafide").string();
            return {worker.string(), data, {data}, data + "/web"};
        }
    }
    return {BONAFIDE_BUILD_WORKER,
            BONAFIDE_SOURCE_MODELS,
            {BONAFIDE_SOURCE_MODELS, BONAFIDE_SOURCE_WHEELS},
            BONAFIDE_SOURCE_PAGES};
}

}  // namespace bonafide::engine
