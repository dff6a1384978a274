#pragma once

#include "analyzers/image/copy_move/verify.h"

namespace bonafide::analyzers::clone {

/// How surely the first place of a copy is dark print on light paper, 0 to 1: letters, words and logos repeat without
/// having been copied. Print has two brightnesses and little between them, and less ink than paper.
double likeness_to_print(const Level& level, const Copy& copy);

}  // namespace bonafide::analyzers::clone
