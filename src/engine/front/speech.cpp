// Speech out of text by espeak-ng, a program under the GPL: it is run, and nothing of it is linked (docs/adr/0019).
#include "engine/front/speech.h"

#include "engine/front/spawn.h"
#include "report/text_safety.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <regex>
#include <span>
#include <thread>

namespace bonafide::engine {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kLongestWait_s = 30;
constexpr std::chrono::milliseconds kLongestEnd(2000);
constexpr rlim_t kMostProcessorTime_s = 30, kMostMemoryBytes = rlim_t{1} << 30, kMostFileBytes = rlim_t{64} << 20;
constexpr std::size_t kMostSoundBytes = std::size_t{300} * 2 * 22'050;  ///< five minutes
constexpr std::size_t kHeaderBytes = 44;

/// The process may take no more of the machine than this. A library that it links for loudspeakers (libpulse) makes a
/// file in memory of 64 MiB even where none is asked for.
void hold_back(pid_t process) {
    const std::pair<__rlimit_resource, rlim_t> limits[] = {{RLIMIT_CPU, kMostProcessorTime_s},
                                                           {RLIMIT_AS, kMostMemoryBytes},
                                                           {RLIMIT_FSIZE, kMostFileBytes},
                                                           {RLIMIT_CORE, 0}};
    for (const auto& [what, most] : limits) {
        const rlimit limit{most, most};
        // The process may be gone already.
        (void)prlimit(process, what, &limit, nullptr);
    }
}

/// All that comes out of `pipe`. kLimit: more than a recording may hold, or not within `wait_s`.
Result<std::vector<std::uint8_t>> read_all(int pipe, double wait_s) {
    const auto deadline =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(wait_s));
    std::vector<std::uint8_t> bytes;
    std::array<std::uint8_t, 1 << 16> buffer{};
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        pollfd file{pipe, POLLIN, 0};
        const int ready = left > 0 ? poll(&file, 1, static_cast<int>(left)) : 0;
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        if (ready <= 0) {
            return Error{ErrorCode::kLimit, "espeak-ng took too long"};
        }
        const ssize_t count = read(pipe, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return bytes;
        }
        bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + count);
        if (bytes.size() > kMostSoundBytes) {
            return Error{ErrorCode::kLimit, "the text is too long: five minutes of sound are the most"};
        }
    }
}

/// How `process`, which has no output any more, ended: by itself within `patience`, or killed.
int end_of(pid_t process, std::chrono::milliseconds patience) {
    int status = 0;
    for (const auto start = Clock::now(); Clock::now() - start < patience;) {
        if (waitpid(process, &status, WNOHANG) == process) {
            return status;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    kill(process, SIGKILL);
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

/// The first line that was written into `file`.
std::string first_line(int file) {
    std::array<char, 256> buffer{};
    const ssize_t count = pread(file, buffer.data(), buffer.size(), 0);
    const std::string words(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(0, count)));
    return report::valid_utf8(words.substr(0, words.find('\n')));
}

/// On a pipe the program cannot know how long its sound will be, and writes lengths that nothing has.
Result<std::vector<std::uint8_t>> with_lengths(std::vector<std::uint8_t> wav) {
    const auto holds = [&](std::size_t at, std::string_view text) {
        return std::equal(text.begin(), text.end(), wav.begin() + static_cast<std::ptrdiff_t>(at));
    };
    if (wav.size() <= kHeaderBytes || !holds(0, "RIFF") || !holds(8, "WAVE") || !holds(36, "data")) {
        return Error{ErrorCode::kUsage, "espeak-ng has said nothing: are there words of that language in the text?"};
    }
    for (const auto& [at, length] : {std::pair<std::size_t, std::size_t>(4, wav.size() - 8),
                                     std::pair<std::size_t, std::size_t>(40, wav.size() - kHeaderBytes)}) {
        for (std::size_t byte = 0; byte < 4; ++byte) {
            wav[at + byte] = static_cast<std::uint8_t>(length >> (8 * byte));
        }
    }
    return wav;
}

}  // namespace

Result<void> can_be_said(const Sentence& sentence) {
    const std::string& text = sentence.text;
    const auto characters = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
    if (report::valid_utf8(text) != text) {
        return Error{ErrorCode::kUsage, "the text is no UTF-8"};
    }
    if (static_cast<std::size_t>(characters) > kMostCharacters) {
        return Error{ErrorCode::kUsage, "the text is too long: at most " + std::to_string(kMostCharacters) +
                                            " characters are spoken, not " + std::to_string(characters)};
    }
    if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; })) {
        return Error{ErrorCode::kUsage, "the text holds control characters or line breaks"};
    }
    // Letters beyond ASCII are not looked up: what the program does not know it does not say.
    if (std::none_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x80 || std::isalnum(c) != 0; })) {
        return Error{ErrorCode::kUsage, "the text holds nothing to say"};
    }
    // Anything else could name a file.
    static const std::regex kLanguage("[a-z]{2,3}(-[a-z0-9]{1,8}){0,3}");
    if (!std::regex_match(sentence.language, kLanguage)) {
        return Error{ErrorCode::kUsage, "'" + sentence.language + "' is no language; such are en, en-gb, de, pt-br"};
    }
    return {};
}

Result<std::vector<std::uint8_t>> said(const Sentence& sentence, const Limits& limits) {
    if (auto sayable = can_be_said(sentence); !sayable) {
        return sayable.error();
    }
    if (sentence.program.empty()) {
        return Error{ErrorCode::kUsage,
                     "espeak-ng, which speaks the text, was not found in PATH; on Debian it is the package espeak-ng"};
    }
    const auto text =
        file_in_memory("text", {reinterpret_cast<const std::uint8_t*>(sentence.text.data()), sentence.text.size()});
    const auto errors = file_in_memory("words", {});
    auto sound = Pipe::make();
    if (!text || !errors || !sound) {
        return Error{ErrorCode::kIo, "cannot prepare a speaking process (too many open files?)"};
    }
    // -b 1: the text is UTF-8.
    const auto process =
        spawn(sentence.program, {"--stdin", "--stdout", "-b", "1", "-v", sentence.language},
              {{text->get(), STDIN_FILENO}, {sound->writer.get(), STDOUT_FILENO}, {errors->get(), STDERR_FILENO}});
    sound->writer.reset();
    if (!process) {
        return process.error();
    }
    hold_back(*process);
    auto wav = read_all(sound->reader.get(), std::min(kLongestWait_s, limits.time_s));
    const int status = end_of(*process, wav ? kLongestEnd : std::chrono::milliseconds(0));
    if (!wav) {
        return wav.error();
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        const std::string words = first_line(errors->get());
        return Error{ErrorCode::kUsage, "espeak-ng could not say the text in '" + sentence.language +
                                            "': " + (words.empty() ? "it gave no reason" : words)};
    }
    return with_lengths(std::move(*wav));
}

}  // namespace bonafide::engine
