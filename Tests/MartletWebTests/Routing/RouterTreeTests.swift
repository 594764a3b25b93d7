import HTTPTypes
import Testing

@testable import MartletWeb

@Suite("Trees of routes")
struct RouterTreeTests {
    @Test("find each of many segments, and no other")
    func segments() {
        var table = SegmentTable()
        #expect(table.value(of: [UInt8]().span) == nil)
        for number in 0..<5_000 { table.add(Array("resource\(number)".utf8), number) }
        table.add([], 5_000)
        for number in 0..<5_000 {
            #expect(table.value(of: "resource\(number)".utf8.span) == number)
            #expect(table.value(of: "resource\(number)x".utf8.span) == nil)
        }
        #expect(table.value(of: [UInt8]().span) == 5_000)
        #expect(table.value(of: "resource".utf8.span) == nil)
        #expect(table.values == Array(0...5_000))
    }

    @Test("go back to a more general pattern where a more specific one leads nowhere")
    func backtracking() throws {
        var tree = RouteTree()
        let patterns = ["/a/b/c", "/a/{x}/d", "/{x}/b/e", "/{rest...}", "/a/{x}/{rest...}"]
        for (route, text) in patterns.enumerated() { tree.add(try RoutePattern(text), .get, route) }
        tree.add(try RoutePattern("/a", isMount: true), nil, 5)
        for (path, route) in [
            ("/a/b/c", 0), ("/a/b/d", 1), ("/a/b/e", 4), ("/x/b/e", 2), ("/a/x/c", 4), ("/x/b/c", 3), ("/", 3),
            ("/a", 5),
            ("/a/", 5), ("/a//", 5), ("/a/b/", 4),
        ] {
            #expect(try tree.route(for: .get, at: path.utf8.span) == route, "\(path)")
        }
        #expect(try tree.route(for: .post, at: "/a/b/c".utf8.span) == 5)
        #expect(try tree.route(for: .post, at: "/x".utf8.span) == nil)
        #expect(try tree.route(for: .get, at: "x".utf8.span) == nil)
        #expect(try tree.endpoints(at: "/a/b/c".utf8.span).map(\.route) == [0, 4, 5, 3])
        #expect(throws: (any Error).self) { try tree.route(for: .get, at: "/a/%".utf8.span) }
        #expect(throws: (any Error).self) { try tree.route(for: .get, at: "/%4".utf8.span) }
    }
}
