import Testing

@testable import HTTPWire

@Suite("Reference resolution (RFC 3986 section 5)")
struct HTTPURLResolvingTests {
    @Test(
        "normal examples (section 5.4.1)",
        arguments: [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("g#s", "http://a/b/c/g#s"),
            ("g?y#s", "http://a/b/c/g?y#s"),
            (";x", "http://a/b/c/;x"),
            ("g;x", "http://a/b/c/g;x"),
            ("g;x?y#s", "http://a/b/c/g;x?y#s"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../", "http://a/"),
            ("../../g", "http://a/g"),
        ]
    )
    func normal(reference: String, result: String) {
        #expect(HTTPURL("http://a/b/c/d;p?q")?.resolving(reference)?.description == result)
    }

    @Test(
        "abnormal examples (section 5.4.2)",
        arguments: [
            ("../../../g", "http://a/g"),
            ("../../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            (".g", "http://a/b/c/.g"),
            ("g..", "http://a/b/c/g.."),
            ("..g", "http://a/b/c/..g"),
            ("./../g", "http://a/b/g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/./h", "http://a/b/c/g/h"),
            ("g/../h", "http://a/b/c/h"),
            ("g;x=1/./y", "http://a/b/c/g;x=1/y"),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("g?y/./x", "http://a/b/c/g?y/./x"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("g#s/./x", "http://a/b/c/g#s/./x"),
            ("g#s/../x", "http://a/b/c/g#s/../x"),
            // The lenient reading that the section allows.
            ("http:g", "http://a/b/c/g"),
        ]
    )
    func abnormal(reference: String, result: String) {
        #expect(HTTPURL("http://a/b/c/d;p?q")?.resolving(reference)?.description == result)
    }

    @Test(
        "references that servers send",
        arguments: [
            ("http://a", "g", "http://a/g"),
            ("http://a", "?g", "http://a?g"),
            ("http://a?q", "", "http://a?q"),
            ("http://a/b#f", "", "http://a/b"),
            ("http://u:p@a:8/b", "/c", "http://u:p@a:8/c"),
            ("http://u:p@a:8/b", "//c", "http://c"),
            ("http://a/b", "https://C:443/d", "https://c/d"),
            ("https://a/b", "//c:443/d", "https://c/d"),
            ("http://a/b", " /c d\u{FC} ", "http://a/c%20d%C3%BC"),
            ("http://a/b/", "%2e%2e/c", "http://a/c"),
            ("http://a/b", "HTTP:c", "http://a/c"),
            ("http://a/b", "ftp://c/d", "ftp://c/d"),
            ("http://a/b", "./c:d", "http://a/c:d"),
            ("http://a/b", "/c:d", "http://a/c:d"),
            ("http://a/b", "\\\\evil\\c", "http://a/%5C%5Cevil%5Cc"),
        ]
    )
    func received(base: String, reference: String, result: String) {
        #expect(HTTPURL(base)?.resolving(reference)?.description == result)
    }

    @Test(
        "references that lead nowhere",
        arguments: [
            "g:h", "mailto:a@b", "https:g", "//", "///a", "http://", "http://a b/", "//a:x/", "/\nb", "//\u{FC}.de/",
            "//a\\b", "javascript:alert(1)", "data:,x",
        ]
    )
    func nowhere(reference: String) {
        #expect(HTTPURL("http://a/b/c/d;p?q")?.resolving(reference) == nil)
    }
}
