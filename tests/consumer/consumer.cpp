// Checks the file named on the command line and prints its verdict: the program of docs/guide/installing.md.
#include <bonafide/bonafide.h>

#include <cstdio>
#include <exception>

int main(int count, char** arguments) {
    if (count != 2) {
        std::fputs("usage: consumer FILE\n", stderr);
        return 2;
    }
    try {
        const bonafide::CheckOptions options;
        const bonafide::Report report = bonafide::check(arguments[1], options);
        std::puts(report.verdict().c_str());
        return report.json().find("\"bonafide.report/1\"") == std::string::npos ? 1 : 0;
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "consumer: %s\n", problem.what());
        return 2;
    }
}
