// The table of known marks. A line belongs here when a standard, a vendor's documentation or the program's own public
// source describes the field; plain product names only count in fields that name the program or device, never in
// captions and keywords, which may talk about anything.
#include "analyzers/provenance/ai_marks/ai_marks.h"

namespace bonafide::analyzers {
namespace {

using enum MarkClaim;
using enum MarkPlace;

constexpr std::string_view kSourceType = "Iptc4xmpExt:DigitalSourceType";
constexpr std::string_view kSourceTypeReference =
    "IPTC NewsCodes, Digital Source Type (cv.iptc.org/newscodes/digitalsourcetype)";
constexpr std::string_view kIptc2025Reference = "IPTC Photo Metadata Standard 2025.1";
constexpr std::string_view kAigcReference = "GB 45438-2025 and TC260-PG-20258A (labels of AI-generated content, China)";
constexpr std::string_view kWebUiReference = "AUTOMATIC1111/stable-diffusion-webui, infotext";
constexpr std::string_view kComfyReference = "Comfy-Org/ComfyUI, SaveImage and SaveAnimatedWEBP nodes";
constexpr std::string_view kInvokeReference = "invoke-ai/InvokeAI, image metadata";
constexpr std::string_view kNovelReference = "NovelAI, image metadata (Title, Software, Source, Comment)";
constexpr std::string_view kNameReference =
    "product name in a field for the program or device; the vendor documents no format";

constexpr MarkRule kRules[] = {
    // IPTC: the standard way to declare the source.
    {kXmp, kSourceType, "trainedAlgorithmicMedia", "", "", kSynthetic, kSourceTypeReference},
    {kXmp, kSourceType, "algorithmicMedia", "", "", kSynthetic, kSourceTypeReference},
    {kXmp, kSourceType, "compositeWithTrainedAlgorithmicMedia", "", "", kEditedWithAi, kSourceTypeReference},
    {kXmp, kSourceType, "compositeSynthetic", "", "", kEditedWithAi, kSourceTypeReference},
    {kXmp, kSourceType, "digitalCapture", "", "", kCameraCapture, kSourceTypeReference},
    {kXmp, kSourceType, "computationalCapture", "", "", kCameraCapture, kSourceTypeReference},
    {kXmp, "Iptc4xmpExt:AISystemUsed", "", "", "", kSynthetic, kIptc2025Reference},
    {kXmp, "Iptc4xmpExt:AIPromptInformation", "", "", "", kSynthetic, kIptc2025Reference},
    {kXmp, "Iptc4xmpExt:AISystemVersionUsed", "", "", "", kSynthetic, kIptc2025Reference},
    {kXmp, "Iptc4xmpExt:AIPromptWriterName", "", "", "", kSynthetic, kIptc2025Reference},

    // China's mandatory label: XMP in pictures, a tag in films and recordings, a JSON text elsewhere.
    {kXmp, "TC260:AIGC", "Label", "", "", kSynthetic, kAigcReference},
    {kContainer, "AIGC", "Label", "", "", kSynthetic, kAigcReference},
    {kText, "AIGC", "Label", "", "", kSynthetic, kAigcReference},
    {kAnywhere, "", "AIGC", "ContentProducer", "", kSynthetic, kAigcReference},

    // Credit lines of phone and photo programs.
    {kSoftwareField, "", "Made with Google AI", "", "Google AI", kSynthetic, "Google Photos help, AI info"},
    {kSoftwareField, "", "Edited with Google AI", "", "Google AI", kEditedWithAi, "Google Photos help, AI info"},
    {kSoftwareField, "", "Apple Photos Clean Up", "", "Apple Photos", kEditedWithAi,
     "iOS 18.1, credit field of pictures retouched with Clean Up"},
    {kSoftwareField, "", "Apple Image Playground", "", "Apple Image Playground", kSynthetic,
     "Apple, announced marking of Image Playground pictures"},
    {kTrailer, "", "PhotoEditor_Re_Edit_Data", "genAIType", "Samsung Galaxy AI", kEditedWithAi,
     "observed in Samsung's trailer; not documented by the vendor"},

    // Local generators.
    {kText, "parameters", "sui_image_params", "", "SwarmUI", kSynthetic,
     "mcmonkeyprojects/SwarmUI, image metadata format"},
    {kExif, "Photo.UserComment", "sui_image_params", "", "SwarmUI", kSynthetic,
     "mcmonkeyprojects/SwarmUI, image metadata format"},
    {kText, "fooocus_scheme", "", "", "Fooocus", kSynthetic, "lllyasviel/Fooocus, metadata schemes"},
    {kText, "parameters", "Steps", "Sampler", "Stable Diffusion web UI", kSynthetic, kWebUiReference},
    {kText, "parameters", "Steps", "Seed", "Stable Diffusion web UI", kSynthetic, kWebUiReference},
    {kExif, "Photo.UserComment", "Steps", "Sampler", "Stable Diffusion web UI", kSynthetic, kWebUiReference},
    {kText, "", "use_stable_diffusion_model", "", "Easy Diffusion", kSynthetic,
     "easydiffusion/easydiffusion, image metadata"},
    {kText, "prompt", "class_type", "", "ComfyUI", kSynthetic, kComfyReference},
    {kText, "workflow", "nodes", "", "ComfyUI", kSynthetic, kComfyReference},
    {kExif, "Image.Make", "workflow", "nodes", "ComfyUI", kSynthetic, kComfyReference},
    {kExif, "Image.Model", "prompt", "class_type", "ComfyUI", kSynthetic, kComfyReference},
    {kExif, "", "prompt", "class_type", "ComfyUI", kSynthetic, kComfyReference},
    {kContainer, "", "class_type", "inputs", "ComfyUI", kSynthetic, kComfyReference},
    {kContainer, "workflow", "nodes", "", "ComfyUI", kSynthetic, kComfyReference},
    {kText, "invokeai_metadata", "", "", "InvokeAI", kSynthetic, kInvokeReference},
    {kText, "invokeai_graph", "", "", "InvokeAI", kSynthetic, kInvokeReference},
    {kText, "sd-metadata", "", "", "InvokeAI", kSynthetic, kInvokeReference},
    {kContainer, "invokeai_metadata", "", "", "InvokeAI", kSynthetic, kInvokeReference},

    // Services.
    {kText, "Title", "NovelAI generated image", "", "NovelAI", kSynthetic, kNovelReference},
    {kExif, "Image.ImageDescription", "NovelAI generated image", "", "NovelAI", kSynthetic, kNovelReference},
    {kSoftwareField, "", "NovelAI", "", "NovelAI", kSynthetic, kNovelReference},
    {kSoftwareField, "", "NovelAI Diffusion", "", "NovelAI", kSynthetic, kNovelReference},
    {kAnywhere, "", "Job ID:", "--v", "Midjourney", kSynthetic, "Midjourney, description written into its PNG files"},
    {kAnywhere, "", "Job ID:", "--ar", "Midjourney", kSynthetic, "Midjourney, description written into its PNG files"},
    {kSoftwareField, "", "Black Forest Labs", "", "FLUX", kSynthetic,
     "black-forest-labs/flux, EXIF of the reference program"},
    {kSoftwareField, "", "AI generated", "", "", kSynthetic, "black-forest-labs/flux, EXIF of the reference program"},
    {kAnywhere, "", "made with suno", "", "Suno", kSynthetic, "Suno, comment of its downloads"},

    // Product names, in fields for the program or device only.
    {kSoftwareField, "", "Midjourney", "", "Midjourney", kSynthetic, kNameReference},
    {kSoftwareField, "", "DALL-E", "", "DALL-E", kSynthetic, kNameReference},
    {kSoftwareField, "",
     "DALL\xC2\xB7"
     "E",
     "", "DALL-E", kSynthetic, kNameReference},
    {kSoftwareField, "", "ChatGPT", "", "ChatGPT", kSynthetic, kNameReference},
    {kSoftwareField, "", "gpt-image-1", "", "OpenAI", kSynthetic, kNameReference},
    {kSoftwareField, "", "OpenAI", "", "OpenAI", kSynthetic, kNameReference},
    {kSoftwareField, "", "Adobe Firefly", "", "Adobe Firefly", kSynthetic, kNameReference},
    {kSoftwareField, "", "Ideogram", "", "Ideogram", kSynthetic, kNameReference},
    {kSoftwareField, "", "Stable Diffusion", "", "Stable Diffusion", kSynthetic, kNameReference},
    {kSoftwareField, "", "Stability AI", "", "Stability AI", kSynthetic, kNameReference},
    {kSoftwareField, "", "DreamStudio", "", "Stability AI", kSynthetic, kNameReference},
    {kSoftwareField, "", "ComfyUI", "", "ComfyUI", kSynthetic, kNameReference},
    {kSoftwareField, "", "InvokeAI", "", "InvokeAI", kSynthetic, kNameReference},
    {kSoftwareField, "", "Fooocus", "", "Fooocus", kSynthetic, kNameReference},
    {kSoftwareField, "", "SwarmUI", "", "SwarmUI", kSynthetic, kNameReference},
    {kSoftwareField, "", "Draw Things", "", "Draw Things", kSynthetic, kNameReference},
    {kSoftwareField, "", "Bing Image Creator", "", "Bing Image Creator", kSynthetic, kNameReference},
    {kSoftwareField, "", "Google Imagen", "", "Google Imagen", kSynthetic, kNameReference},
    {kSoftwareField, "", "Leonardo.Ai", "", "Leonardo.Ai", kSynthetic, kNameReference},
    {kSoftwareField, "", "Recraft", "", "Recraft", kSynthetic, kNameReference},
    {kSoftwareField, "", "RunwayML", "", "Runway", kSynthetic, kNameReference},
    {kSoftwareField, "", "KlingAI", "", "Kling", kSynthetic, kNameReference},
    {kSoftwareField, "", "Kling AI", "", "Kling", kSynthetic, kNameReference},
    {kSoftwareField, "", "Hailuo AI", "", "Hailuo", kSynthetic, kNameReference},
    {kSoftwareField, "", "Luma Dream Machine", "", "Luma", kSynthetic, kNameReference},
    {kSoftwareField, "", "Pika Labs", "", "Pika", kSynthetic, kNameReference},
    {kSoftwareField, "", "HeyGen", "", "HeyGen", kSynthetic, kNameReference},
    {kSoftwareField, "", "ElevenLabs", "", "ElevenLabs", kSynthetic, kNameReference},
    {kSoftwareField, "", "Udio", "", "Udio", kSynthetic, kNameReference},
};

}  // namespace

std::span<const MarkRule> mark_rules() {
    return kRules;
}

}  // namespace bonafide::analyzers
