#include "service/verify_upload.h"

#include "engine/front/verification.h"
#include "report/text_safety.h"
#include "service/file_name.h"

#include <fcntl.h>

namespace bonafide::service {
namespace {

constexpr std::size_t kMostReportBytes = std::size_t{40} << 20;
constexpr std::size_t kMostSignatureBytes = 64 * 1024;
constexpr std::uint64_t kMultipartRoomBytes = 64 * 1024;
constexpr int kMostAtOnce = 3;
constexpr int kRetryS = 10;
constexpr std::size_t kIdBytes = 16;

class VerifyUpload final : public BodySink, private MultipartSink {
  public:
    VerifyUpload(const VerifyPlace& place, const Request& request)
        : place_(place), request_(request), id_(random_token(kIdBytes)) {
        ++place_.verifications;
    }
    VerifyUpload(const VerifyUpload&) = delete;
    VerifyUpload& operator=(const VerifyUpload&) = delete;
    ~VerifyUpload() override {
        --place_.verifications;
        place_.upload.folder.forget_upload(id_);
    }

    std::optional<Problem> start() {
        const std::string& encoding = request_.header("content-encoding");
        if (!encoding.empty() && encoding != "identity") {
            return problems::encoding_not_supported("Send the report as it is, without Content-Encoding.");
        }
        const auto type = parse_parameterised(request_.header("content-type"));
        if (!type || !type->word.starts_with("multipart/")) {
            part_ = &report_;
            return std::nullopt;
        }
        const auto boundary = type->parameters.find("boundary");
        if (type->word != "multipart/form-data" || boundary == type->parameters.end()) {
            return problems::malformed("Of multipart types only multipart/form-data with a boundary is understood.");
        }
        auto parser = MultipartParser::create(boundary->second);
        if (!parser) {
            return problems::malformed("Refused: " + parser.error().message + ".");
        }
        parser_ = std::move(*parser);
        return std::nullopt;
    }

    std::optional<Response> take(std::span<const std::uint8_t> piece) override {
        place_.upload.metrics.add_received(piece.size());
        const auto taken = parser_ ? parser_->feed(piece, *this) : data(piece);
        return taken ? std::nullopt : std::optional(refused(problem_of(taken.error())));
    }

    Response finish() override {
        if (parser_) {
            if (auto whole = parser_->finish(); !whole) {
                return refused(problem_of(whole.error()));
            }
        }
        if (!report_) {
            return refused(problems::malformed("There is no report: send one as the body, or as the part \"report\"."));
        }
        engine::VerificationJob job;
        job.trusted = place_.trusted;
        job.limits = place_.upload.options.limits;
        job.cache_folder = place_.upload.options.cache_folder;
        auto verification = engine::verify(*report_, signature_, job);
        if (!verification) {
            return refused(problems::malformed("What was sent is no report that can be verified: " +
                                               report::visible(verification.error().message) + "."));
        }
        if (file_.valid()) {
            if (auto problem = compare_file(*verification, job)) {
                return refused(*problem);
            }
        }
        return Response::json(200, engine::to_json(*verification));
    }

  private:
    std::optional<Problem> compare_file(engine::Verification& verification, const engine::VerificationJob& job) {
        // One at a time: checks come first, and each repetition keeps a thread of the service waiting.
        const std::unique_lock one(place_.replaying, std::try_to_lock);
        if (!one.owns_lock()) {
            return problems::too_many_requests(kRetryS);
        }
        const auto compared =
            engine::verify_fd(verification, file_.get(), file_name_, job, place_.installation, &place_.stopping);
        if (place_.stopping) {
            return problems::unavailable("The server is stopping.");
        }
        return compared ? std::nullopt : std::optional(problem_of(compared.error()));
    }

    Result<void> part(const std::map<std::string, std::string>& headers) override {
        const auto given = headers.find("content-disposition");
        const auto disposition = given == headers.end() ? std::nullopt : parse_parameterised(given->second);
        const bool is_form = disposition && disposition->word == "form-data";
        const auto name =
            is_form ? disposition->parameters.find("name") : std::map<std::string, std::string>::const_iterator{};
        if (!is_form || name == disposition->parameters.end()) {
            return Error{ErrorCode::kInvalid, "a part of the multipart body has no Content-Disposition: form-data"};
        }
        if (headers.count("content-transfer-encoding") > 0 && headers.at("content-transfer-encoding") != "binary") {
            return Error{ErrorCode::kInvalid, "the parts must be sent as they are, without Content-Transfer-Encoding"};
        }
        part_ = nullptr;
        if (name->second == "report" && !report_) {
            part_ = &report_;
            report_ = "";
        } else if (name->second == "signature" && !signature_) {
            part_ = &signature_;
            signature_ = "";
        } else if (name->second == "file" && !file_.valid()) {
            file_name_ = harmless_file_name(file_name_of(*disposition));
            file_ = engine::OwnedFd(::open(place_.upload.folder.incoming(id_).c_str(),
                                           O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
            return file_.valid() ? Result<void>() : disk_error("make a file for an upload");
        } else {
            return Error{ErrorCode::kInvalid,
                         "the multipart body may hold the parts \"report\", \"signature\" and \"file\", each once"};
        }
        return {};
    }

    Result<void> data(std::span<const std::uint8_t> bytes) override {
        if (part_ == nullptr) {
            file_bytes_ += bytes.size();
            if (file_bytes_ > place_.upload.options.max_upload_bytes) {
                return Error{ErrorCode::kUsage, ""};
            }
            if (place_.upload.folder.free_bytes() < place_.upload.options.min_free_bytes + bytes.size()) {
                return Error{ErrorCode::kLimit, "less room on the disk than the service must leave"};
            }
            return write_all(file_.get(), bytes.data(), bytes.size());
        }
        std::optional<std::string>& text = *part_;
        if (!text) {
            text = "";
        }
        if (text->size() + bytes.size() > (part_ == &signature_ ? kMostSignatureBytes : kMostReportBytes)) {
            return Error{ErrorCode::kUsage, ""};
        }
        text->append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    }

    /// kUsage: too large; kInvalid, kTruncated: the sender's mistake; the rest: ours.
    Problem problem_of(const Error& error) const {
        switch (error.code) {
            case ErrorCode::kUsage:
                return problems::too_large("A report may have 40 MiB, a signature 64 KiB, a file " +
                                           std::to_string(place_.upload.options.max_upload_bytes) + " bytes.");
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
        place_.upload.log.error("verify.failed", {{"request_id", request_.id}, {"error", error.message}});
        return problems::from_error(error);
    }

    Response refused(const Problem& problem) const { return Response::problem(problem, request_); }

    VerifyPlace place_;
    Request request_;
    std::string id_, file_name_;
    std::optional<MultipartParser> parser_;
    std::optional<std::string> report_, signature_;
    std::optional<std::string>* part_ = nullptr;  ///< null: the file
    engine::OwnedFd file_;
    std::uint64_t file_bytes_ = 0;
};

}  // namespace

std::unique_ptr<BodySink> begin_verification(const VerifyPlace& place, const Request& request,
                                             std::optional<std::uint64_t> length, Response& refusal) {
    const std::uint64_t most = place.upload.options.max_upload_bytes + kMostReportBytes + kMultipartRoomBytes;
    if (length && *length > most) {
        refusal = Response::problem(
            problems::too_large("All parts together may have " + std::to_string(most) + " bytes."), request);
        return nullptr;
    }
    if (place.verifications >= kMostAtOnce) {
        refusal = Response::problem(problems::too_many_requests(kRetryS), request);
        return nullptr;
    }
    auto upload = std::make_unique<VerifyUpload>(place, request);
    if (auto problem = upload->start()) {
        refusal = Response::problem(*problem, request);
        return nullptr;
    }
    return upload;
}

}  // namespace bonafide::service
