import HTTPWire
import Testing

@Suite("The way to a file")
struct RelativePathTests {
    @Test(
        "is decoded once, name by name",
        arguments: [
            ("/", [], true), ("", [], true), ("/a", ["a"], false), ("/a/", ["a"], true),
            ("/a/b.txt", ["a", "b.txt"], false),
            ("/a%20b", ["a b"], false), ("/%41", ["A"], false), ("/%252e%252e/x", ["%2e%2e", "x"], false),
            ("/%252f", ["%2f"], false), ("//a///b//", ["a", "b"], true), ("/a+b", ["a+b"], false),
            ("/...", ["..."], false),
            ("/..a/b..", ["..a", "b.."], false), ("/a%5Cb", ["a\\b"], false), ("/%0A", ["\n"], false),
        ] as [(String, [String], Bool)]
    )
    func names(path: String, names: [String], isDirectory: Bool) throws {
        let path = try RelativePath(path)
        #expect(path.names == names.map { Array($0.utf8) })
        #expect(path.isDirectory == isDirectory)
        #expect(try RelativePath(path.encoded) == path)
    }

    @Test("need not be UTF-8")
    func bytes() throws {
        let path = try RelativePath("/%FF%80")
        #expect(path.names == [[0xFF, 0x80]])
        #expect(path.encoded == "/%FF%80")
    }

    @Test(
        "leads nowhere else",
        arguments: [
            ("/..", .leadsElsewhere), ("/../x", .leadsElsewhere), ("/a/../b", .leadsElsewhere), ("/.", .leadsElsewhere),
            ("/%2e%2e/x", .leadsElsewhere), ("/.%2E", .leadsElsewhere), ("/a%2fb", .leadsElsewhere),
            ("/..%2f..%2fetc", .leadsElsewhere), ("/%2F", .leadsElsewhere), ("/a%00", .nul), ("/%00/x", .nul),
            ("/%", .invalidEscape), ("/%4", .invalidEscape), ("/%zz", .invalidEscape), ("/a%2/b", .invalidEscape),
        ] as [(String, RelativePath.Violation)]
    )
    func violations(path: String, violation: RelativePath.Violation) {
        #expect(throws: violation) { try RelativePath(path) }
    }

    @Test("begins behind a prefix")
    func prefix() throws {
        let prefix = try RelativePath("static")
        #expect(try RelativePath("/static/a").dropping(prefix) == RelativePath("/a"))
        #expect(try RelativePath("/static/").dropping(prefix) == RelativePath("/"))
        #expect(try RelativePath("/static").dropping(prefix)?.isDirectory == false)
        #expect(try RelativePath("/statics/a").dropping(prefix) == nil)
        #expect(try RelativePath("/").dropping(prefix) == nil)
    }

    @Test("goes on by one name at a time")
    func appending() throws {
        #expect(try RelativePath("/a/").appending(Array("b".utf8)) == RelativePath("/a/b"))
        for name in ["", ".", "..", "a/b", "a\0"] {
            #expect(throws: RelativePath.Violation.self) { try RelativePath().appending(Array(name.utf8)) }
        }
    }

    @Test(
        "is hidden behind a dot",
        arguments: [("/.git/config", true), ("/a/.env", true), ("/a.b/c", false), ("/", false)]
    )
    func hidden(path: String, isHidden: Bool) throws {
        #expect(try RelativePath(path).isHidden == isHidden)
    }
}
