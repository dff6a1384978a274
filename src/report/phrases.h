#pragma once

#include <string_view>

/// Headings and sentences that the page and the document share, so that no reader finds the same thing said in two
/// ways.
namespace bonafide::report::phrases {

inline constexpr std::string_view kReport = "Bonafide report";
inline constexpr std::string_view kVerdict = "Verdict";
inline constexpr std::string_view kProbability = "Probability of manipulated or synthetic: ";
inline constexpr std::string_view kNotJudged = "Probability: not judged";
inline constexpr std::string_view kAuthenticEnd = "authentic";
inline constexpr std::string_view kSuspiciousEnd = "manipulated or synthetic";
inline constexpr std::string_view kPriorBefore = "The thin line is what was assumed before looking: ";
inline constexpr std::string_view kPriorAfter =
    ". Another assumption gives another probability; the likelihood ratio (llr) stays.";
inline constexpr std::string_view kMeans = "What this means";
inline constexpr std::string_view kMeansNot = "What this does not mean";
inline constexpr std::string_view kNoReason = "no reason was recorded";

inline constexpr std::string_view kWhere = "Where and when";
inline constexpr std::string_view kPicture = "Picture";
inline constexpr std::string_view kPictureReduced = "The analysed picture, reduced in size.";
inline constexpr std::string_view kHeat =
    "Yellow to red: above the analyzer's own threshold, which alone does not mean manipulated.";
inline constexpr std::string_view kMaps = "Maps";
inline constexpr std::string_view kMapsMean =
    "Brighter is more suspicious; mid-grey is the analyzer's own threshold. A map shows where to look, not what was "
    "done.";
inline constexpr std::string_view kFused = "all analyzers together";
inline constexpr std::string_view kMoments = "Moments";
inline constexpr std::string_view kMarkedMoments = "Marked: the moments listed under Moments.";
inline constexpr std::string_view kFrames = "Frames";
inline constexpr std::string_view kFramesMean =
    "Evenly spread over the film, to recognise it by; not chosen for what was found.";
inline constexpr std::string_view kWaveform = "Waveform";
inline constexpr std::string_view kSpectrogram = "Spectrogram";
inline constexpr std::string_view kMarkedBands = "Outlined: the band that speaks.";
inline constexpr std::string_view kSpectrogramMeans = "Frequency upwards, time to the right, brighter is louder.";

inline constexpr std::string_view kFindings = "What was found";
inline constexpr std::string_view kNothingMeasured = "Nothing was measured.";
inline constexpr std::string_view kSpeaksFor = "Speaks for manipulated or synthetic";
inline constexpr std::string_view kSpeaksAgainst = "Speaks for authentic";
inline constexpr std::string_view kNeutral = "Measured, speaks for neither side";
inline constexpr std::string_view kNoneOfGroup = "Nothing that was measured.";
inline constexpr std::string_view kGlance = "All analyzers at a glance";
inline constexpr std::string_view kMeasurements = "Measurements";
inline constexpr std::string_view kCannotSpeak = "Cannot speak where";
inline constexpr std::string_view kFalseAlarms = "Known false alarms";
inline constexpr std::string_view kReference = "Reference";
inline constexpr std::string_view kModel = "Model";
inline constexpr std::string_view kNoRatio = "none of its own";
inline constexpr std::string_view kNone = "none";

inline constexpr std::string_view kUnexamined = "What was not looked at, and why";
inline constexpr std::string_view kFailed = "Failed: these looked at nothing";
inline constexpr std::string_view kNotApplicable = "Not applicable to this input";
inline constexpr std::string_view kLooksAt = "It looks at: ";
inline constexpr std::string_view kNothingLooked = "No analyzer looked at this input.";
inline constexpr std::string_view kAllRan = "Every analyzer that was asked ran.";

inline constexpr std::string_view kProvenance = "Where it says it comes from";
inline constexpr std::string_view kCredentials = "Content credentials: ";
inline constexpr std::string_view kNotLookedAt = "Not looked at";
inline constexpr std::string_view kCredentialsUnknown = "Whether the input carries any is not known.";
inline constexpr std::string_view kFailingChecks = "What does not hold";
inline constexpr std::string_view kActions = "History, as the credentials claim it";
inline constexpr std::string_view kIngredients = "Made from, as the credentials claim";
inline constexpr std::string_view kMarks = "Marks in the file, which are claims";
inline constexpr std::string_view kNoMarks = "No marks that name a generator, a program or a camera were found.";
inline constexpr std::string_view kForgeable = "Anyone could have written this.";
inline constexpr std::string_view kProtected = "Protected by a trusted signature.";
inline constexpr std::string_view kParticulars = "Signature and particulars of the credentials";
inline constexpr std::string_view kNotes = "Noted by the validator";

inline constexpr std::string_view kLimits = "Limits";
inline constexpr std::string_view kNoProof =
    "A verdict weighs measurements; it is no proof. Where much depends on it, let a person examine the original.";

inline constexpr std::string_view kMethod = "Method";
inline constexpr std::string_view kHowMeasured =
    "The input was identified by its bytes, hashed before and after, and read by a separate process, shut in as far "
    "as this system allows. Each analyzer looks for one kind of trace and measures it in the units "
    "given; none of them judges.";
inline constexpr std::string_view kHowWeighed =
    "Measurements were then weighed by how usual they are in media known to be manipulated or synthetic and in media "
    "known to be authentic. The result is a likelihood ratio, written as its decimal logarithm (llr): +1 is ten times "
    "more usual if h1 holds, -1 ten times more usual if h0 holds. Words follow the verbal scale of the ENFSI guideline "
    "for evaluative reporting in forensic science (2015): ";

inline constexpr std::string_view kTechnical = "Technical particulars";
inline constexpr std::string_view kCase = "Case";
inline constexpr std::string_view kInput = "Input";
inline constexpr std::string_view kParts = "Parts";
inline constexpr std::string_view kRun = "Program and run";

}  // namespace bonafide::report::phrases
