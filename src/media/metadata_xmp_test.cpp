#include "media/metadata_xmp.h"

#include "fixtures/metadata_fixtures.h"
#include "media/metadata_bytes.h"

#include <gtest/gtest.h>

namespace bonafide::media {
namespace {

using Properties = std::map<std::string, std::string>;

std::pair<Properties, std::optional<std::string>> read(const std::string& packet) {
    Properties properties;
    auto problem = read_xmp(as_bytes(packet), properties);
    return {properties, problem};
}

TEST(MetadataXmp, ReadsAttributesAndElements) {
    const auto [properties, problem] = read(metadata_fixtures::wrap_xmp(
        R"(<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:CreatorTool="A &amp; B">
             <xmp:ModifyDate>2020-01-02T03:04:05Z</xmp:ModifyDate>
             <dc:subject><rdf:Bag><rdf:li>one</rdf:li><rdf:li>two</rdf:li></rdf:Bag></dc:subject>
             <dc:title><rdf:Alt><rdf:li xml:lang="de">Titel</rdf:li><rdf:li xml:lang="x-default">title</rdf:li></rdf:Alt></dc:title>
           </rdf:Description>)"));
    EXPECT_FALSE(problem) << *problem;
    EXPECT_EQ(properties.at("xmp:CreatorTool"), "A & B");
    EXPECT_EQ(properties.at("xmp:ModifyDate"), "2020-01-02T03:04:05Z");
    EXPECT_EQ(properties.at("dc:subject"), "one; two");
    EXPECT_EQ(properties.at("dc:title"), "title");
}

TEST(MetadataXmp, ReadsStructuresInAllForms) {
    const auto [properties, problem] = read(metadata_fixtures::wrap_xmp(
        R"(<rdf:Description xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:e="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
                            xmlns:r="http://ns.adobe.com/xap/1.0/sType/ResourceRef#">
             <xmpMM:History><rdf:Seq>
               <rdf:li rdf:parseType="Resource"><e:action>created</e:action></rdf:li>
               <rdf:li e:action="saved" e:softwareAgent="Editor"/>
               <rdf:li><rdf:Description e:action="converted"/></rdf:li>
             </rdf:Seq></xmpMM:History>
             <xmpMM:DerivedFrom r:documentID="uuid:1"/>
             <xmpMM:Web rdf:resource="https://example.org/"/>
           </rdf:Description>)"));
    EXPECT_FALSE(problem) << *problem;
    EXPECT_EQ(properties.at("xmpMM:History/stEvt:action"), "created; saved; converted") << "under the usual prefix";
    EXPECT_EQ(properties.at("xmpMM:History/stEvt:softwareAgent"), "Editor");
    EXPECT_EQ(properties.at("xmpMM:DerivedFrom/stRef:documentID"), "uuid:1");
    EXPECT_EQ(properties.at("xmpMM:Web"), "https://example.org/");
}

TEST(MetadataXmp, DoesNotExpandEntities) {
    const auto [properties, problem] = read(
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c SYSTEM "
        "\"file:///etc/passwd\">]>" +
        metadata_fixtures::wrap_xmp(
            R"(<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="&b;&c;"/>)"));
    EXPECT_EQ(properties.at("dc:format"), "&b;&c;") << problem.value_or("");
}

TEST(MetadataXmp, BoundsDepthNumberAndLength) {
    std::string deep;
    for (int level = 0; level < 200'000; ++level)
        deep += "<a>";
    auto [none, deep_problem] = read(deep);
    EXPECT_TRUE(none.empty());
    EXPECT_TRUE(deep_problem);
    std::string nested = R"(<rdf:Description xmlns:p="urn:p">)";
    for (int level = 0; level < 40; ++level)
        nested += "<p:a>";
    nested += "deep";
    for (int level = 0; level < 40; ++level)
        nested += "</p:a>";
    auto [few, nested_problem] = read(metadata_fixtures::wrap_xmp(nested + "</rdf:Description>"));
    EXPECT_TRUE(nested_problem);
    std::string many = R"(<rdf:Description xmlns:p="urn:p")";
    for (int index = 0; index < 10'000; ++index)
        many += " p:n" + std::to_string(index) + "=\"v\"";
    auto [some, many_problem] = read(metadata_fixtures::wrap_xmp(many + "/>"));
    EXPECT_LE(some.size(), 2048U);
    EXPECT_TRUE(many_problem);
}

TEST(MetadataXmp, SaysWhatIsWrong) {
    EXPECT_TRUE(read("").second);
    EXPECT_TRUE(read("no packet").second);
    EXPECT_TRUE(read("<html/>").second);
    const std::string whole = metadata_fixtures::make_xmp({{"xmp:CreatorTool", "Tool"}, {"dc:format", "image/jpeg"}});
    const auto [properties, problem] = read(whole.substr(0, whole.find("</rdf:RDF>")));
    EXPECT_TRUE(problem);
    EXPECT_EQ(properties.at("xmp:CreatorTool"), "Tool") << "what stands before the damage is read";
}

}  // namespace
}  // namespace bonafide::media
