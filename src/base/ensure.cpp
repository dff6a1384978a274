#include "base/ensure.h"

#include <cstdio>
#include <cstdlib>

namespace bonafide {

void ensure_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: invariant broken: %s\n", file, line, condition);
    std::abort();
}

}  // namespace bonafide
