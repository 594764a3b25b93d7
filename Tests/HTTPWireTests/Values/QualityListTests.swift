import Testing

@testable import HTTPWire

@Suite("Preferences with weights (RFC 9110 section 12)")
struct QualityListTests {
    @Test(
        "have weights in thousandths; malformed members are left out",
        arguments: [
            ("", []),
            ("a", ["a 1000"]),
            (
                "a;q=1, b;q=0.5 , c ; Q=0.125,d;q=0,e;q=1.000,f;q=0.",
                ["a 1000", "b 500", "c 125", "d 0", "e 1000", "f 0"]
            ),
            ("A, *;q=0.1", ["a 1000", "* 100"]),
            (",,a,,", ["a 1000"]),
            ("a;q=2, b", ["b 1000"]),
            ("a;q=1.001, b", ["b 1000"]),
            ("a;q=0.1234, b", ["b 1000"]),
            ("a;q=-1, b;q=, c;q, d;q=x, e;q=00, f;q=1e3, g;q=.5, h", ["h 1000"]),
            ("a;q=0,5", ["a 0", "5 1000"]),
            ("a b, ;q=1, é, \"x\", d", ["d 1000"]),
            ("*/html, text/*, */*", ["text/* 1000", "*/* 1000"]),
        ] as [(String, [String])]
    )
    func items(text: String, items: [String]) {
        #expect(QualityList(text).items.map { "\($0.value) \($0.quality)" } == items)
    }

    @Test(
        "choose a content coding (section 12.5.3)",
        arguments: [
            ("gzip", .gzip), ("x-gzip", .gzip), ("GZIP", .gzip), ("deflate", .deflate), ("gzip, deflate, br", .gzip),
            ("deflate, gzip;q=0.9", .deflate), ("gzip;q=0.001", .gzip), ("*", .gzip), ("*;q=0.5, gzip;q=0.4", .deflate),
            ("", .identity), ("br", .identity), ("identity", .identity), ("identity, gzip;q=0.5", .identity),
            ("gzip;q=0", .identity), ("gzip;q=0, *", .deflate), ("identity;q=0.5, gzip", .gzip),
            ("identity;q=0", nil), ("*;q=0", nil), ("*;q=0, identity", .identity), ("gzip, identity;q=0", .gzip),
            ("br, identity;q=0", nil), ("*;q=0, gzip", .gzip),
        ] as [(String, ContentCoding?)]
    )
    func codings(text: String, coding: ContentCoding?) {
        #expect(QualityList(text).preferredContentCoding(among: [.gzip, .deflate]) == coding)
    }

    @Test(
        "choose among codings that others have applied",
        arguments: [
            ("br", "br"), ("gzip, br, zstd", "br"), ("gzip;q=1, br;q=0.9", "gzip"), ("zstd", "zstd"), ("*", "br"),
            ("br;q=0, *", "zstd"), ("br;q=0, gzip", "gzip"), ("x-gzip", "gzip"), ("deflate", "identity"),
            ("", "identity"),
            ("identity;q=0.5, br;q=0.4", "identity"), ("deflate, identity;q=0", nil),
        ] as [(String, String?)]
    )
    func namedCodings(text: String, coding: String?) {
        #expect(QualityList(text).preferredContentCoding(among: ["br", "zstd", "gzip"]) == coding)
    }

    @Test(
        "choose a media type, the most specific range counting (section 12.5.1)",
        arguments: [
            ("text/plain", 300), ("text/html", 700), ("text/html;level=1", 1000), ("text/html;level=2", 400),
            ("text/html;level=3", 700), ("image/jpeg", 500),
        ]
    )
    func mediaRanges(text: String, quality: Int) throws {
        let list = QualityList("text/*;q=0.3, text/html;q=0.7, text/html;level=1, text/html;level=2;q=0.4, */*;q=0.5")
        let type = try #require(MediaType(text))
        #expect(list.quality(of: type) == quality)
    }

    @Test(
        "choose among the server's media types",
        arguments: [
            ("text/html, application/json;q=0.9", MediaType.html), ("application/json", .json), ("*/*", .json),
            ("text/*", .html), ("", .json), ("image/png", nil), ("application/json;q=0, */*", .html),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", .html),
        ] as [(String, MediaType?)]
    )
    func mediaTypes(text: String, type: MediaType?) {
        #expect(QualityList(text).preferred(among: [.json, .html]) == type)
    }

    @Test(
        "choose a language (RFC 4647 section 3.3.1)",
        arguments: [
            ("de", "de-AT"), ("de-AT", "de-AT"), ("en", "en"), ("fr, *;q=0.1", "en"), ("fr", nil), ("", "en"),
            ("en;q=0.5, de", "de-AT"), ("d", nil), ("de-CH", nil), ("de, de-AT;q=0", nil),
        ] as [(String, String?)]
    )
    func languages(text: String, language: String?) {
        #expect(QualityList(text).preferredLanguage(among: ["en", "de-AT"]) == language)
    }

    @Test("choose among tokens: by weight, then by the server's order")
    func tokens() {
        let list = QualityList("utf-8;q=0.5, ISO-8859-1, *;q=0.1, x;q=0")
        #expect(list.quality(of: "UTF-8") == 500)
        #expect(list.quality(of: "other") == 100)
        #expect(list.preferred(among: ["utf-8", "iso-8859-1"]) == "iso-8859-1")
        #expect(list.preferred(among: ["b", "a"]) == "b")
        #expect(list.preferred(among: ["x"]) == nil)
        #expect(list.preferred(among: [String]()) == nil)
        #expect(QualityList("a;q=0.5").quality(of: "b") == 0)
    }

    @Test("are read from several fields")
    func fields() {
        #expect(QualityList(fieldValues: ["a, b", "c;q=0.1"]).items.map(\.value) == ["a", "b", "c"])
    }
}
