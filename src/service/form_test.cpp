// What requests say of themselves: targets, names, hosts, addresses, lists.
#include "service/access.h"
#include "service/file_name.h"
#include "service/list_query.h"
#include "service/message.h"
#include "service/public_address.h"
#include "service/rate_limit.h"
#include "service/remote_url.h"
#include "service/secrets.h"
#include "service/times.h"

#include <gtest/gtest.h>

namespace bonafide::service {
namespace {

TEST(Target, IsDecodedOnceOrRefused) {
    const auto target = parse_target("/a%20b/%252e?q=x+y%26&file_name=%C3%A4.jpg&empty");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/a b/%2e");
    EXPECT_EQ(target->query.at("q"), "x y&");
    EXPECT_EQ(target->query.at("file_name"), "\xC3\xA4.jpg");
    EXPECT_EQ(target->query.at("empty"), "");
    for (const char* bad : {"", "*", "a", "http://host/", "/%", "/%0", "/%zz", "/%00", "/?a=%0a", "/%7f"}) {
        EXPECT_FALSE(parse_target(bad)) << bad;
    }
}

TEST(FileName, IsMadeHarmless) {
    EXPECT_EQ(harmless_file_name("photo.jpg"), "photo.jpg");
    EXPECT_EQ(harmless_file_name("../../etc/passwd"), "passwd");
    EXPECT_EQ(harmless_file_name("C:\\pictures\\a b.png"), "a b.png");
    for (const char* nothing : {"", ".", "..", "/", "a/..", "  "}) {
        EXPECT_EQ(harmless_file_name(nothing), "upload") << nothing;
    }
    EXPECT_EQ(harmless_file_name("a\x1b[31m\n.jpg"), "a_[31m_.jpg");
    EXPECT_EQ(harmless_file_name("gpj.\xE2\x80\xAE"
                                 "exe"),
              "gpj._exe");
    EXPECT_EQ(harmless_file_name("\xFF\xC0\xAF.jpg"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD.jpg");
    std::string umlauts;
    for (int i = 0; i < 300; ++i) {
        umlauts += "\xC3\xA4";
    }
    const std::string shortened = harmless_file_name(umlauts + ".jpeg");
    EXPECT_LE(shortened.size(), 200U);
    EXPECT_TRUE(shortened.ends_with("\xC3\xA4.jpeg"));
}

TEST(FileName, ComesFromADisposition) {
    const auto name = [](const char* text) {
        const auto parsed = parse_parameterised(text);
        return parsed ? file_name_of(*parsed) : std::string("refused");
    };
    EXPECT_EQ(name("attachment; filename=\"a; b.jpg\""), "a; b.jpg");
    EXPECT_EQ(name("attachment; filename=a.jpg"), "a.jpg");
    EXPECT_EQ(name("form-data; name=\"file\"; filename=\"a\\\"b\\c.jpg\""), "a\"b\\c.jpg");
    EXPECT_EQ(name("attachment; filename=\"x\"; filename*=UTF-8''%c3%a4.jpg"), "\xC3\xA4.jpg");
    EXPECT_EQ(name("attachment"), "");
    for (const char* bad : {"", ";", "a; b", "a; =b", "a; b=\"c", "a; b=\"c\" d", "a; b=1; B=2"}) {
        EXPECT_EQ(name(bad), "refused") << bad;
    }
}

TEST(HostName, LosesPortAndBrackets) {
    EXPECT_EQ(host_name("LocalHost:8080"), "localhost");
    EXPECT_EQ(host_name("[::1]:1"), "::1");
    EXPECT_EQ(host_name("127.0.0.1"), "127.0.0.1");
    for (const char* bad : {"", ":80", "[::1", "a:b", "a:123456", "[::1]x"}) {
        EXPECT_EQ(host_name(bad), std::nullopt) << bad;
    }
}

TEST(RemoteUrl, IsHttpOrHttpsWithoutUser) {
    const auto url = parse_remote_url("http://example.org:81/a?b=c#d");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->host, "example.org");
    EXPECT_EQ(url->port, 81);
    EXPECT_EQ(url->target, "/a?b=c");
    EXPECT_FALSE(url->encrypted);
    EXPECT_TRUE(parse_remote_url("HTTPS://a")->encrypted);
    EXPECT_EQ(parse_remote_url("https://a")->port, 443);
    EXPECT_EQ(parse_remote_url("http://[::1]")->host, "::1");
    EXPECT_EQ(parse_remote_url("http://a?x")->target, "/?x");
    for (const char* bad : {"", "ftp://a/", "http://", "http:///a", "http://u@a/", "https://u:p@a/", "http://a:0/",
                            "http://a:x/", "http://a:70000/", "http://[::1/", "http://[fe80::1%25lo]/", "http://a/ b",
                            "http://a\r\nHost: b/", "http://a%00b/", "file:///etc/passwd"}) {
        EXPECT_FALSE(parse_remote_url(bad)) << bad;
    }
}

TEST(RemoteUrl, ResolvesReferencesAsRfc3986Has5_4) {
    const auto base = parse_remote_url("http://a/b/c/d;p?q");
    ASSERT_TRUE(base);
    for (const auto& [reference, meant] : {std::pair{"g", "http://a/b/c/g"},
                                           {"./g", "http://a/b/c/g"},
                                           {"g/", "http://a/b/c/g/"},
                                           {"/g", "http://a/g"},
                                           {"//g", "http://g/"},
                                           {"?y", "http://a/b/c/d;p?y"},
                                           {"g?y#s", "http://a/b/c/g?y"},
                                           {"#s", "http://a/b/c/d;p?q"},
                                           {"", "http://a/b/c/d;p?q"},
                                           {".", "http://a/b/c/"},
                                           {"..", "http://a/b/"},
                                           {"../../g", "http://a/g"},
                                           {"../../../g", "http://a/g"},
                                           {"g/../h", "http://a/b/c/h"},
                                           {"https://g:8443/x", "https://g:8443/x"}}) {
        const auto resolved = resolve_reference(*base, reference);
        ASSERT_TRUE(resolved) << reference;
        EXPECT_EQ((resolved->encrypted ? "https://" : "http://") + resolved->authority + resolved->target, meant)
            << reference;
    }
    for (const char* bad : {"ftp://g/", "javascript:alert(1)", "//u@g/", "a b"}) {
        EXPECT_FALSE(resolve_reference(*base, bad)) << bad;
    }
}

TEST(PublicAddress, IsNoneOfThoseThatLeadInside) {
    for (const char* inside : {"127.0.0.1",
                               "10.1.2.3",
                               "172.31.0.1",
                               "192.168.1.1",
                               "169.254.169.254",
                               "100.64.0.1",
                               "0.0.0.0",
                               "255.255.255.255",
                               "224.0.0.1",
                               "::1",
                               "::",
                               "fe80::1",
                               "fd00::1",
                               "::ffff:127.0.0.1",
                               "::ffff:8.8.8.8",
                               "2002:7f00:1::",
                               "2001::1",
                               "2001:db8::1",
                               "3fff::1",
                               "168.63.129.16",
                               "64:ff9b::a00:1",
                               "localhost",
                               ""}) {
        EXPECT_FALSE(is_public_address(inside)) << inside;
    }
    for (const char* outside : {"8.8.8.8", "172.32.0.1", "1.1.1.1", "2606:4700::1111"}) {
        EXPECT_TRUE(is_public_address(outside)) << outside;
    }
}

TEST(ListQuery, RefusesWhatIsOutOfRange) {
    const auto query = parse_list_query({{"limit", "7"}, {"cursor", cursor_of(12)}, {"state", "done"}, {"q", "x"}});
    ASSERT_TRUE(query);
    EXPECT_EQ(query->limit, 7U);
    EXPECT_EQ(query->before_seq, 12);
    EXPECT_EQ(query->state, State::kDone);
    using Query = std::map<std::string, std::string>;
    for (const Query& bad :
         {Query{{"limit", "0"}}, Query{{"limit", "201"}}, Query{{"limit", "-1"}}, Query{{"limit", "1x"}},
          Query{{"limit", ""}}, Query{{"cursor", "12"}}, Query{{"cursor", "c"}},
          Query{{"cursor", "c99999999999999999999"}}, Query{{"state", "Done"}}, Query{{"verdict", "guilty"}},
          Query{{"q", std::string(201, 'x')}}}) {
        EXPECT_FALSE(parse_list_query(bad)) << bad.begin()->first << "=" << bad.begin()->second;
    }
}

TEST(RateLimit, RefillsWithTime) {
    RateLimit limit(60);
    const auto start = RateLimit::Clock::now();
    for (int call = 0; call < 60; ++call) {
        EXPECT_EQ(limit.take("a", start), 0);
    }
    EXPECT_EQ(limit.take("a", start), 1);
    EXPECT_EQ(limit.take("b", start), 0);
    EXPECT_EQ(limit.take("a", start + std::chrono::seconds(1)), 0);
    EXPECT_EQ(limit.wait_s("a", start + std::chrono::seconds(1)), 1);
}

TEST(Secrets, AreThoseOfTheStandards) {
    // RFC 4231, test case 2; FIPS 180-4's "abc".
    EXPECT_EQ(hmac_sha256("Jefe", "what do ya want for nothing?"),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    const std::string abc = "abc";
    Digest digest;
    digest.add(std::span(reinterpret_cast<const std::uint8_t*>(abc.data()), 1));
    digest.add(std::span(reinterpret_cast<const std::uint8_t*>(abc.data()) + 1, 2));
    EXPECT_EQ(digest.finish(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(random_token(16).size(), 22U);
    EXPECT_NE(random_token(16), random_token(16));
}

TEST(Times, AreRfc3339) {
    EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(rfc3339(1'767'225'599'007), "2025-12-31T23:59:59.007Z");
}

}  // namespace
}  // namespace bonafide::service
