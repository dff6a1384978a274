// XMP: ISO 16684-1. Properties come as attributes or elements of rdf:Description, values as texts, resources,
// structures (nested rdf:Description or parseType="Resource") and arrays (rdf:Bag, rdf:Seq, rdf:Alt). Deviations: a
// prefix keeps the meaning it was first declared with; of language alternatives the default (or first) one is kept;
// qualifiers other than rdf:value are dropped; fields of structures in an array are joined, one list a field.
#include "media/metadata_xmp.h"

#include "media/metadata_bytes.h"
#include "media/metadata_text.h"

#include <pugixml.hpp>

#include <algorithm>
#include <string_view>

namespace bonafide::media {
namespace {

constexpr int kMostDepth = 12;
constexpr std::size_t kMostProperties = 2048;
constexpr std::size_t kMostNamespaces = 256;
constexpr std::size_t kMostItems = 1024;  // of one array
constexpr std::size_t kMostTotalBytes = 2 << 20;
constexpr std::string_view kRdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

struct Namespace {
    std::string_view uri, prefix;
};

/// Prefixes that the rest of the program uses, whatever a file calls them.
constexpr Namespace kNamespaces[] = {
    {kRdf, "rdf"},
    {"adobe:ns:meta/", "x"},
    {"http://www.w3.org/XML/1998/namespace", "xml"},
    {"http://purl.org/dc/elements/1.1/", "dc"},
    {"http://ns.adobe.com/xap/1.0/", "xmp"},
    {"http://ns.adobe.com/xap/1.0/mm/", "xmpMM"},
    {"http://ns.adobe.com/xap/1.0/rights/", "xmpRights"},
    {"http://ns.adobe.com/xap/1.0/sType/ResourceEvent#", "stEvt"},
    {"http://ns.adobe.com/xap/1.0/sType/ResourceRef#", "stRef"},
    {"http://ns.adobe.com/xmp/note/", "xmpNote"},
    {"http://ns.adobe.com/xmp/1.0/DynamicMedia/", "xmpDM"},
    {"http://ns.adobe.com/photoshop/1.0/", "photoshop"},
    {"http://ns.adobe.com/camera-raw-settings/1.0/", "crs"},
    {"http://ns.adobe.com/tiff/1.0/", "tiff"},
    {"http://ns.adobe.com/exif/1.0/", "exif"},
    {"http://cipa.jp/exif/1.0/", "exifEX"},
    {"http://ns.adobe.com/exif/1.0/aux/", "aux"},
    {"http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/", "Iptc4xmpCore"},
    {"http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "Iptc4xmpExt"},
    {"http://ns.useplus.org/ldf/xmp/1.0/", "plus"},
    {"http://www.tc260.org.cn/ns/AIGC/1.0/", "TC260"},
    {"http://ns.google.com/photos/1.0/camera/", "GCamera"},
    {"http://ns.google.com/photos/1.0/creations/", "GCreations"},
};

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

class XmpReader {
  public:
    explicit XmpReader(std::map<std::string, std::string>& properties) : properties_(properties) {}

    bool found() const { return found_; }
    bool cut() const { return cut_; }

    /// Looks for rdf:Description below `node`, which is wrapped in x:xmpmeta and rdf:RDF, or in neither.
    void find_descriptions(const pugi::xml_node& node, int depth) {
        if (depth > kMostDepth) {
            cut_ = true;
            return;
        }
        for (const pugi::xml_node& child : node.children()) {
            if (child.type() != pugi::node_element) continue;
            declare(child);
            const std::string name = qualified(child.name());
            if (name == "x:xmpmeta") {
                if (const pugi::xml_attribute toolkit = find_attribute(child, "x:xmptk"))
                    store("x:xmptk", toolkit.value());
            }
            if (name == "rdf:Description") {
                found_ = true;
                read_structure(child, "", depth);
            } else {
                find_descriptions(child, depth + 1);
            }
        }
    }

  private:
    /// Properties of a structure: its attributes and child elements.
    void read_structure(const pugi::xml_node& node, const std::string& outer, int depth) {
        for (const pugi::xml_attribute& attribute : node.attributes()) {
            const std::string name = qualified(attribute.name());
            if (is_property(name)) store(outer + name, attribute.value());
        }
        std::size_t items = 0;
        for (const pugi::xml_node& child : node.children()) {
            if (child.type() != pugi::node_element) continue;
            if (++items > kMostProperties) {
                cut_ = true;
                return;
            }
            declare(child);
            const std::string name = qualified(child.name());
            if (name == "rdf:value") {
                read_value(child, outer.substr(0, outer.empty() ? 0 : outer.size() - 1), depth + 1);
            } else if (is_property(name)) {
                read_value(child, outer + name, depth + 1);
            }
        }
    }

    void read_value(const pugi::xml_node& node, const std::string& key, int depth) {
        if (depth > kMostDepth || key.size() > 512) {
            cut_ = true;
            return;
        }
        for (const pugi::xml_node& child : node.children()) {
            if (child.type() != pugi::node_element) continue;
            declare(child);
            const std::string name = qualified(child.name());
            if (name == "rdf:Bag" || name == "rdf:Seq" || name == "rdf:Alt")
                return read_array(child, name == "rdf:Alt", key, depth + 1);
            // parseType="Resource" puts the fields right here; otherwise a nested Description holds them.
            return name == "rdf:Description" ? read_structure(child, key + "/", depth + 1)
                                             : read_structure(node, key + "/", depth + 1);
        }
        if (const pugi::xml_attribute resource = find_attribute(node, "rdf:resource"))
            return store(key, resource.value());
        if (!is_blank(node.text().get())) return store(key, node.text().get());
        read_structure(node, key + "/", depth + 1);
    }

    void read_array(const pugi::xml_node& node, bool alternatives, const std::string& key, int depth) {
        pugi::xml_node chosen;
        std::size_t items = 0;
        for (const pugi::xml_node& item : node.children()) {
            if (item.type() != pugi::node_element) continue;
            if (++items > kMostItems) {
                cut_ = true;
                break;
            }
            declare(item);
            if (!alternatives) {
                read_value(item, key, depth);
            } else if (!chosen || std::string_view(item.attribute("xml:lang").value()) == "x-default") {
                chosen = item;
            }
        }
        if (chosen) read_value(chosen, key, depth);
    }

    void store(const std::string& key, std::string_view value) {
        std::string text = clean_utf8(value);
        if (text.empty() || key.empty()) return;
        const bool known = properties_.contains(key);
        if ((!known && properties_.size() >= kMostProperties) || total_bytes_ + text.size() > kMostTotalBytes) {
            cut_ = true;
            return;
        }
        std::string& stored = properties_[key];
        if (stored.size() + text.size() + 2 > kMostTextBytes) {
            cut_ = true;
            return;
        }
        total_bytes_ += text.size();
        if (!stored.empty()) stored += "; ";
        stored += text;
    }

    static bool is_property(const std::string& name) {
        return name.substr(0, 4) != "rdf:" && name.substr(0, 4) != "xml:" && name.substr(0, 5) != "xmlns";
    }

    /// Remembers the prefixes that `node` declares.
    void declare(const pugi::xml_node& node) {
        constexpr std::string_view kDeclaration = "xmlns:";
        for (const pugi::xml_attribute& attribute : node.attributes()) {
            const std::string_view name = attribute.name();
            if (name.substr(0, kDeclaration.size()) == kDeclaration && prefixes_.size() < kMostNamespaces) {
                prefixes_.emplace(name.substr(kDeclaration.size()), attribute.value());
            }
        }
    }

    std::string qualified(std::string_view name) const {
        name = name.substr(0, 256);
        const std::size_t colon = name.find(':');
        if (colon == std::string_view::npos) return clean_utf8(name);
        const std::string_view prefix = name.substr(0, colon);
        const auto declared = prefixes_.find(prefix);
        if (declared != prefixes_.end()) {
            for (const Namespace& known : kNamespaces) {
                if (known.uri == declared->second)
                    return std::string(known.prefix) + ":" + clean_utf8(name.substr(colon + 1));
            }
        }
        return clean_utf8(name);
    }

    pugi::xml_attribute find_attribute(const pugi::xml_node& node, std::string_view wanted) const {
        for (const pugi::xml_attribute& attribute : node.attributes()) {
            if (qualified(attribute.name()) == wanted) return attribute;
        }
        return {};
    }

    std::map<std::string, std::string>& properties_;
    std::map<std::string, std::string, std::less<>> prefixes_;
    std::size_t total_bytes_ = 0;
    bool found_ = false, cut_ = false;
};

}  // namespace

std::optional<std::string> read_xmp(std::span<const std::uint8_t> bytes,
                                    std::map<std::string, std::string>& properties) {
    // A packet may be padded with NULs, which XML does not allow.
    while (!bytes.empty() && bytes.back() == 0)
        bytes = bytes.first(bytes.size() - 1);
    pugi::xml_document document;
    const pugi::xml_parse_result parsed =
        document.load_buffer(bytes.data(), bytes.size(), pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol);
    std::map<std::string, std::string> found;
    XmpReader reader(found);
    // A damaged packet still gives what stands before the damage.
    reader.find_descriptions(document, 0);
    properties.merge(found);
    if (!parsed) return std::string("the packet is no well-formed XML: ") + parsed.description();
    if (!reader.found()) return "the packet holds no RDF description";
    if (reader.cut()) return "the packet is deeper or longer than this program reads";
    return std::nullopt;
}

}  // namespace bonafide::media
