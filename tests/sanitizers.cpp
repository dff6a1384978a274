// Compiled into every test program, and into the program under test: what the leak sanitizer is to leave out, without a
// word, since logs are read by programs. Exported, since the sanitizer's own library calls it.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer's own hook
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions();
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_options();

// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() {
    // x265, which only fixtures use to encode, keeps a table for the life of the process.
    // oneTBB's observers and their binding are freed by a thread that may not run again before the leak check.
    // fontconfig and Pango keep their fonts for the life of the process.
    return "leak:libx265\nleak:tbb::detail::r1::observe\nleak:libtbbbind\nleak:libfontconfig\nleak:libpango\n";
}

// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_options() {
    return "print_suppressions=0";
}
