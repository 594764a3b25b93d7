import HTTPWire
import Testing

@Suite("Entity tags (RFC 9110 section 8.8.3)")
struct EntityTagTests {
    @Test(
        "are strong or weak, and read as they are written",
        arguments: [
            ("\"xyzzy\"", false, "xyzzy"), ("W/\"xyzzy\"", true, "xyzzy"), ("\"\"", false, ""),
            ("\"a,b\"", false, "a,b"), ("\"\\\"", false, "\\"), ("\"é\"", false, "é"), ("\"W/\"", false, "W/"),
        ] as [(String, Bool, String)]
    )
    func wellFormed(text: String, isWeak: Bool, opaque: String) throws {
        let tag = try #require(EntityTag(text))
        #expect(tag.isWeak == isWeak)
        #expect(tag.opaqueTag == opaque)
        #expect(tag.description == text)
    }

    @Test(
        "are quoted, and have no spaces, quotation marks or control characters",
        arguments: [
            "", "xyzzy", "\"xyzzy", "xyzzy\"", "w/\"a\"", "W/a", "W/", "W", "W/ \"a\"", "\"a b\"", "\"a\"b\"", "\"a\" ",
            " \"a\"", "\"\u{7F}\"", "\"\t\"", "'a'", "*",
        ]
    )
    func malformed(text: String) {
        #expect(EntityTag(text) == nil)
    }

    @Test("can't be made of text that would end them")
    func parts() {
        #expect(EntityTag(opaqueTag: "a\"b") == nil)
        #expect(EntityTag(opaqueTag: "a\r\nb") == nil)
        #expect(EntityTag(opaqueTag: "a", isWeak: true)?.description == "W/\"a\"")
    }

    @Test(
        "are compared in two ways (section 8.8.3.2)",
        arguments: [
            ("W/\"1\"", "W/\"1\"", false, true), ("W/\"1\"", "W/\"2\"", false, false),
            ("W/\"1\"", "\"1\"", false, true), ("\"1\"", "\"1\"", true, true), ("\"1\"", "\"2\"", false, false),
        ]
    )
    func comparison(left: String, right: String, strong: Bool, weak: Bool) throws {
        let (left, right) = (try #require(EntityTag(left)), try #require(EntityTag(right)))
        #expect(left.matchesStrongly(right) == strong)
        #expect(right.matchesStrongly(left) == strong)
        #expect(left.matchesWeakly(right) == weak)
        #expect(right.matchesWeakly(left) == weak)
    }

    @Test(
        "come in lists (section 13.1.1)",
        arguments: [
            (["\"a\""], ["\"a\""]), (["\"a\", W/\"b\""], ["\"a\"", "W/\"b\""]),
            (["\"a\"", "\"b\""], ["\"a\"", "\"b\""]),
            ([" , \"a\" ,,\t\"b\" ,"], ["\"a\"", "\"b\""]), (["\"a,b\",\"\\\",\"c\""], ["\"a,b\"", "\"\\\"", "\"c\""]),
            (["\"a\" \"b\""], ["\"a\""]), (["\"a\", b, \"c\""], ["\"a\""]), (["a"], []), ([""], []), ([], []),
            (["\"a\", *"], ["\"a\""]), (["a", "\"b\""], ["\"b\""]),
        ] as [([String], [String])]
    )
    func lists(values: [String], tags: [String]) {
        #expect(EntityTagList(fieldValues: values) == .tags(tags.compactMap(EntityTag.init)))
    }

    @Test("can be any", arguments: [["*"], [" * "], ["\"a\"", "*"]])
    func any(values: [String]) {
        #expect(EntityTagList(fieldValues: values) == .any)
    }
}
