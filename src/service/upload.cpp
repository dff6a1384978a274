#include "service/upload.h"

#include "report/text_safety.h"
#include "service/case_file.h"
#include "service/file_name.h"
#include "service/remote_url.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <variant>

namespace bonafide::service {
namespace {

constexpr std::size_t kIdBytes = 16;
/// Boundaries and part headers beside the file itself.
constexpr std::uint64_t kMultipartRoomBytes = 64 * 1024;
/// How often the room on the disk is looked at.
constexpr std::uint64_t kLookEveryBytes = 16ULL << 20;
constexpr int kQueueRetryS = 5;
/// At a time: each holds a quarter of a megabyte at most.
constexpr std::int64_t kMostUploads = 256;
constexpr std::size_t kMostKeyCharacters = 255;
constexpr std::ptrdiff_t kMostCaseCharacters = 200;  ///< of a case number, and of an examiner's name

/// What the head of the request says about the upload.
struct Announced {
    std::string file_name;
    std::optional<std::string> boundary, idempotency_key, callback_url;
    report::CaseRecord case_record;
};

/// UTF-8 of a length that a report has room for.
bool is_short_text(const std::string& text) {
    const auto characters = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
    return characters <= kMostCaseCharacters && report::valid_utf8(text) == text;
}

/// What the query says of the case.
std::variant<report::CaseRecord, Problem> read_case_of(const Request& request) {
    report::CaseRecord record;
    for (const auto& [name, text] : {std::pair{"case", &record.number}, std::pair{"examiner", &record.examiner}}) {
        const auto given = request.query.find(name);
        if (given == request.query.end()) {
            continue;
        }
        if (!is_short_text(given->second)) {
            return problems::malformed(std::string(name) + ": must be UTF-8 of at most 200 characters.");
        }
        *text = given->second;
    }
    return record;
}

std::variant<Announced, Problem> read_head(const Options& options, const Request& request) {
    Announced announced;
    if (const std::string& encoding = request.header("content-encoding"); !encoding.empty() && encoding != "identity") {
        return problems::encoding_not_supported("Send the file as it is, without Content-Encoding.");
    }
    if (const std::string& type = request.header("content-type"); !type.empty()) {
        const auto parsed = parse_parameterised(type);
        if (!parsed) {
            return problems::malformed("The Content-Type header is malformed.");
        }
        if (parsed->word.starts_with("multipart/")) {
            const auto boundary = parsed->parameters.find("boundary");
            if (parsed->word != "multipart/form-data" || boundary == parsed->parameters.end()) {
                return problems::malformed(
                    "Of multipart types only multipart/form-data with a boundary is understood.");
            }
            announced.boundary = boundary->second;
        }
    }
    if (const std::string& text = request.header("content-disposition"); !text.empty()) {
        const auto disposition = parse_parameterised(text);
        if (!disposition) {
            return problems::malformed("The Content-Disposition header is malformed.");
        }
        announced.file_name = file_name_of(*disposition);
    }
    if (const auto name = request.query.find("file_name"); name != request.query.end()) {
        announced.file_name = name->second;
    }
    if (request.headers.count("idempotency-key") > 0) {
        const std::string& key = request.header("idempotency-key");
        const bool printable = std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7F; });
        if (key.empty() || key.size() > kMostKeyCharacters || !printable) {
            return problems::malformed("An Idempotency-Key is 1 to 255 visible ASCII characters.");
        }
        announced.idempotency_key = key;
    }
    if (const auto url = request.query.find("callback_url"); url != request.query.end()) {
        if (options.callback_secret.empty()) {
            return problems::malformed("This server makes no call-backs: it was started without --callback-secret.");
        }
        if (const auto target = parse_remote_url(url->second); !target) {
            return problems::malformed("callback_url: " + target.error().message + ".");
        }
        announced.callback_url = url->second;
    }
    auto record = read_case_of(request);
    if (auto* problem = std::get_if<Problem>(&record)) {
        return std::move(*problem);
    }
    announced.case_record = std::move(std::get<report::CaseRecord>(record));
    return announced;
}

class Upload final : public UploadSink, private MultipartSink {
  public:
    Upload(const UploadPlace& place, const Request& request, std::string actor, Announced announced)
        : place_(place),
          request_(request),
          actor_(std::move(actor)),
          announced_(std::move(announced)),
          id_(random_token(kIdBytes)) {
        place_.metrics.upload_began();
    }
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;

    ~Upload() override {
        place_.metrics.upload_ended();
        if (!kept_) {
            place_.folder.forget_upload(id_);
        }
    }

    std::optional<Problem> start() {
        if (announced_.boundary) {
            auto parser = MultipartParser::create(*announced_.boundary);
            if (!parser) {
                return problem_of(parser.error());
            }
            parser_ = std::move(*parser);
        }
        file_ = engine::OwnedFd(
            ::open(place_.folder.incoming(id_).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
        return file_.valid() ? std::nullopt : std::optional(problem_of(disk_error("make a file for an upload")));
    }

    void suggest_name(const std::string& name) override {
        if (announced_.file_name.empty()) {
            announced_.file_name = name;
        }
    }

    std::optional<Response> take(std::span<const std::uint8_t> piece) override {
        place_.metrics.add_received(piece.size());
        body_bytes_ += piece.size();
        const std::uint64_t most = place_.options.max_upload_bytes + (parser_ ? kMultipartRoomBytes : 0);
        const Result<void> taken = body_bytes_ > most ? Result<void>(Error{ErrorCode::kUsage, ""})
                                   : parser_          ? parser_->feed(piece, *this)
                                                      : data(piece);
        return taken ? std::nullopt : std::optional(refused(problem_of(taken.error())));
    }

    Response finish() override {
        if (parser_) {
            if (auto whole = parser_->finish(); !whole) {
                return refused(problem_of(whole.error()));
            }
            if (!file_seen_) {
                return refused(problems::malformed("The multipart body has no part named \"file\"."));
            }
        }
        if (size_bytes_ == 0) {
            return refused(problems::malformed("The upload is empty."));
        }
        if (fsync(file_.get()) != 0) {
            return refused(problem_of(disk_error("synchronise an upload")));
        }
        file_.reset();
        return submit();
    }

  private:
    Result<void> part(const std::map<std::string, std::string>& headers) override {
        const auto given = headers.find("content-disposition");
        const auto disposition = given == headers.end() ? std::nullopt : parse_parameterised(given->second);
        if (!disposition || disposition->word != "form-data") {
            return Error{ErrorCode::kInvalid, "a part of the multipart body has no Content-Disposition: form-data"};
        }
        const auto name = disposition->parameters.find("name");
        if (name == disposition->parameters.end() || name->second != "file" || file_seen_) {
            return Error{ErrorCode::kInvalid, "the multipart body must hold exactly one part, named \"file\""};
        }
        if (headers.count("content-transfer-encoding") > 0 && headers.at("content-transfer-encoding") != "binary") {
            return Error{ErrorCode::kInvalid, "the part must be sent as it is, without Content-Transfer-Encoding"};
        }
        file_seen_ = true;
        if (const std::string sent = file_name_of(*disposition); !sent.empty()) {
            announced_.file_name = sent;
        }
        return {};
    }

    Result<void> data(std::span<const std::uint8_t> bytes) override {
        size_bytes_ += bytes.size();
        if (size_bytes_ > place_.options.max_upload_bytes) {
            return Error{ErrorCode::kUsage, ""};
        }
        if (size_bytes_ / kLookEveryBytes != looked_) {
            looked_ = size_bytes_ / kLookEveryBytes;
            if (place_.folder.free_bytes() < place_.options.min_free_bytes) {
                return Error{ErrorCode::kLimit, "less room on the disk than the service must leave"};
            }
        }
        digest_.add(bytes);
        return write_all(file_.get(), bytes.data(), bytes.size());
    }

    /// kUsage: too large; kInvalid and kTruncated: the sender's mistake; the rest: ours.
    Problem problem_of(const Error& error) const {
        switch (error.code) {
            case ErrorCode::kUsage:
                return problems::too_large("This server takes files of up to " +
                                           std::to_string(place_.options.max_upload_bytes) + " bytes.");
            case ErrorCode::kInvalid:
            case ErrorCode::kTruncated:
                return problems::malformed("Refused: " + error.message + ".");
            case ErrorCode::kLimit:
                if (error.message.starts_with("the multipart") || error.message.starts_with("a part")) {
                    return problems::malformed("Refused: " + error.message + ".");
                }
                break;
            default:
                break;
        }
        place_.log.error("upload.failed", {{"request_id", request_.id}, {"error", error.message}});
        return problems::from_error(error);
    }

    Response refused(const Problem& problem) const { return Response::problem(problem, request_); }

    Response submit() {
        auto placed = place_.folder.place(id_);
        if (placed) {
            placed = write_case(place_.folder, id_, announced_.case_record);
        }
        if (!placed) {
            place_.folder.remove(id_);
            return refused(problem_of(placed.error()));
        }
        NewCheck check{id_,
                       harmless_file_name(announced_.file_name),
                       digest_.finish(),
                       size_bytes_,
                       actor_,
                       announced_.idempotency_key,
                       announced_.callback_url};
        const auto submitted = place_.store.submit(check, place_.options.max_queue);
        if (!submitted) {
            // Where the connection broke, the check may have been accepted all the same: then it needs its file. If
            // not, upkeep removes it.
            if (!is_unreachable(submitted.error())) {
                place_.folder.remove(id_);
            }
            return refused(problem_of(submitted.error()));
        }
        kept_ = submitted->kind == Submitted::Kind::kCreated;
        if (!kept_) {
            place_.folder.remove(id_);
        }
        switch (submitted->kind) {
            case Submitted::Kind::kQueueFull:
                return refused(problems::queue_full(kQueueRetryS));
            case Submitted::Kind::kKeyReused:
                return refused(problems::key_reused("It was sent before with another file."));
            case Submitted::Kind::kCreated:
                place_.accepted();
                break;
            case Submitted::Kind::kReplayed:
                break;
        }
        Response response = Response::json(202, submitted->check.json());
        response.with("Location", "/v1/checks/" + submitted->check.id);
        return response;
    }

    UploadPlace place_;
    Request request_;
    std::string actor_;
    Announced announced_;
    std::string id_;
    std::optional<MultipartParser> parser_;
    engine::OwnedFd file_;
    Digest digest_;
    std::uint64_t body_bytes_ = 0, size_bytes_ = 0, looked_ = 0;
    bool file_seen_ = false, kept_ = false;
};

}  // namespace

std::unique_ptr<UploadSink> begin_upload(const UploadPlace& place, const Request& request, const std::string& actor,
                                         std::optional<std::uint64_t> length, Response& refusal) {
    auto head = read_head(place.options, request);
    if (auto* problem = std::get_if<Problem>(&head)) {
        refusal = Response::problem(*problem, request);
        return nullptr;
    }
    auto& announced = std::get<Announced>(head);
    const std::uint64_t room = announced.boundary ? kMultipartRoomBytes : 0;
    if (length && *length > place.options.max_upload_bytes + room) {
        refusal = Response::problem(problems::too_large("This server takes files of up to " +
                                                        std::to_string(place.options.max_upload_bytes) + " bytes."),
                                    request);
        return nullptr;
    }
    if (place.folder.free_bytes() < place.options.min_free_bytes + length.value_or(0)) {
        refusal = Response::problem(problems::no_space(), request);
        return nullptr;
    }
    // A first look, which spares the sender the rest; what counts is the one in the transaction.
    const auto waiting = place.store.waiting();
    if (!waiting) {
        refusal = Response::problem(problems::from_error(waiting.error()), request);
        return nullptr;
    }
    const bool full = *waiting >= place.options.max_queue && !announced.idempotency_key;
    if (full || place.metrics.uploads() >= kMostUploads) {
        refusal = Response::problem(problems::queue_full(kQueueRetryS), request);
        return nullptr;
    }
    auto upload = std::make_unique<Upload>(place, request, actor, std::move(announced));
    if (auto problem = upload->start()) {
        refusal = Response::problem(*problem, request);
        return nullptr;
    }
    return upload;
}

}  // namespace bonafide::service
