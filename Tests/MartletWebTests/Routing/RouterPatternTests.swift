import Testing

@testable import MartletWeb

@Suite("Patterns of routes")
struct RouterPatternTests {
    @Test("consist of segments, captures and an ending")
    func parsing() throws {
        let note = try RoutePattern("/notes/{id}")
        #expect(note.segments == [.literal(Array("notes".utf8)), .capture])
        #expect(note.ending == .nothing)
        #expect(note.names == ["id"])

        let files = try RoutePattern("/users/{user-1}/files/{path...}")
        #expect(files.segments.count == 3)
        #expect(files.ending == .rest)
        #expect(files.names == ["user-1", "path"])

        #expect(try RoutePattern("/").segments == [.literal([])])
        #expect(try RoutePattern("/a/").segments == [.literal(Array("a".utf8)), .literal([])])
        #expect(try RoutePattern("/{all...}").segments == [])
        #expect(try RoutePattern("/caf%C3%A9").segments == RoutePattern("/café").segments)
        #expect(try RoutePattern("/%7Bid%7D").segments == [.literal(Array("{id}".utf8))])
        #expect(try RoutePattern("/.well-known").segments == [.literal(Array(".well-known".utf8))])
    }

    @Test("end with anything where a handler is mounted", arguments: ["/static", "/static/"])
    func mounts(text: String) throws {
        let pattern = try RoutePattern(text, isMount: true)
        #expect(pattern.text == "/static")
        #expect(pattern.segments == [.literal(Array("static".utf8))])
        #expect(pattern.ending == .anything)
        #expect(try RoutePattern("/", isMount: true).text == "/")
        #expect(try RoutePattern("/", isMount: true).segments == [])
    }

    @Test(
        "that can't be parsed have a reason",
        arguments: [
            ("", "a pattern must begin with a slash"),
            ("notes", "a pattern must begin with a slash"),
            ("//", "a segment is empty"),
            ("/a//b", "a segment is empty"),
            ("//{x}", "a segment is empty"),
            ("/a/./b", #"clients resolve the segments "." and ".." before they send a path"#),
            ("/%2e%2E", #"clients resolve the segments "." and ".." before they send a path"#),
            ("/a?b", #"a pattern has no query and no fragment; write "?" as %3F"#),
            ("/a#b", ##"a pattern has no query and no fragment; write "#" as %23"##),
            ("/{id", #"the braces in "{id" are unbalanced"#),
            ("/id}", #"the braces in "id}" are unbalanced"#),
            ("/{{id}}", #"the braces in "{{id}}" are unbalanced"#),
            ("/}{", #"the braces in "}{" are unbalanced"#),
            ("/{a/b}", #"the braces in "{a" are unbalanced"#),
            ("/note-{id}", #"a capture must be a whole segment, not a part of "note-{id}""#),
            ("/{a}{b}", #"a capture must be a whole segment, not a part of "{a}{b}""#),
            ("/{}", "a capture has no name"),
            ("/{...}", "a capture has no name"),
            ("/{$}", #""$" can't be the name of a capture; use letters, digits, "_" and "-""#),
            ("/{a b}", #""a b" can't be the name of a capture; use letters, digits, "_" and "-""#),
            ("/{id}/{id}", #"two captures have the name "id""#),
            ("/{id}/{id...}", #"two captures have the name "id""#),
            ("/{path...}/a", #""{path...}" is not at the end"#),
            ("/{path...}/", #""{path...}" is not at the end"#),
            ("/100%", #"two hexadecimal digits must follow a % in "100%""#),
        ]
    )
    func defects(text: String, reason: String) {
        let defect = #expect(throws: RoutePattern.Defect.self) { try RoutePattern(text) }
        #expect(defect?.description == reason)
    }

    @Test("leave the rest to the handlers that are mounted")
    func mountedRest() {
        let defect = #expect(throws: RoutePattern.Defect.self) { try RoutePattern("/{path...}", isMount: true) }
        let reason = #"a mounted handler gets all that follows its prefix, which can't have "{path...}""#
        #expect(defect?.description == reason)
    }

    @Test(
        "capture segments, decoded one by one",
        arguments: [
            ("/notes/{id}", "/notes/7", ["7"]),
            ("/notes/{id}", "/notes/a%2Fb", ["a/b"]),
            ("/{a}/x/{b}", "/1/x/%C3%A9+", ["1", "é+"]),
            ("/files/{path...}", "/files/", [""]),
            ("/files/{path...}", "/files//a/%2e%2e/b/", ["/a/../b/"]),
            ("/{all...}", "/", [""]),
            ("/a", "/a", []),
        ]
    )
    func values(text: String, path: String, values: [String]) throws {
        #expect(try RoutePattern(text).values(in: path.utf8.span) == values)
    }

    @Test(
        "are related by the paths that they match",
        arguments: [
            ("/a", "/b", .disjoint), ("/a", "/a/", .disjoint), ("/a/{x}", "/a/", .disjoint),
            ("/a", "/a/{x...}", .disjoint), ("/{x}", "/{x}/b", .disjoint),
            ("/a/{x}", "/a/{y}", .equivalent), ("/%61", "/a", .equivalent),
            ("/a/b", "/a/{x}", .moreSpecific), ("/a/{x}", "/{y...}", .moreSpecific),
            ("/a/", "/a/{x...}", .moreSpecific),
            ("/{x}", "/a", .moreGeneral), ("/{x...}", "/a/{y...}", .moreGeneral),
            ("/a/{x}", "/{y}/b", .overlapping), ("/{x}/b", "/a/{y...}", .overlapping),
            ("/{x}/{y...}", "/a/", .moreGeneral), ("/{x...}", "/", .moreGeneral),
        ] as [(String, String, RoutePattern.Relation)]
    )
    func relations(first: String, second: String, relation: RoutePattern.Relation) throws {
        #expect(try RoutePattern(first).relation(to: RoutePattern(second)) == relation)
    }
}
