import Testing

@testable import Martlet

@Suite("InheritedSockets")
struct InheritedSocketsTests {
    private func sockets(_ count: String?, _ process: String?, _ names: String?) throws -> InheritedSockets {
        try InheritedSockets(count: count, process: process, names: names, of: 42)
    }

    /// The names and descriptors that were passed.
    private func passed(_ count: String?, _ process: String?, _ names: String?) throws -> [String] {
        try sockets(count, process, names).passed.map { "\($0.descriptor) \($0.name)" }
    }

    @Test("are numbered from 3 on, and named in order")
    func passed() throws {
        #expect(try passed("1", "42", "web.socket") == ["3 web.socket"])
        #expect(try passed("3", "42", "http:https:admin") == ["3 http", "4 https", "5 admin"])
        #expect(try passed("2", "42", nil) == ["3 unknown", "4 unknown"])
        #expect(try passed("2", "42", ":a b") == ["3 ", "4 a b"])
        #expect(try passed("1", "42", "") == ["3 "])
        #expect(try passed("1024", "42", nil).count == 1_024)
    }

    @Test(
        "are none without the variables, or if they are another process's",
        arguments: [
            (nil, nil, nil), ("1", nil, nil), (nil, "42", nil), (nil, "42", "a"), ("0", "42", nil), ("0", "42", ""),
            ("1", "41", "a"), ("junk", "41", "a:b"), ("1", "1", nil),
        ] as [(String?, String?, String?)]
    )
    func none(count: String?, process: String?, names: String?) throws {
        #expect(try passed(count, process, names) == [])
        #expect(try sockets(count, process, names).choose(nil) == nil)
        #expect(try sockets(count, process, names).choose("a") == nil)
    }

    @Test(
        "are refused if the variables make no sense",
        arguments: [
            ("", "42", nil, #"LISTEN_FDS is not a number of sockets up to 1024: """#),
            ("-1", "42", nil, #"LISTEN_FDS is not a number of sockets up to 1024: "-1""#),
            ("+1", "42", nil, #"LISTEN_FDS is not a number of sockets up to 1024: "+1""#),
            (" 1", "42", nil, #"LISTEN_FDS is not a number of sockets up to 1024: " 1""#),
            ("1\u{0}", "42", nil, #"LISTEN_FDS is not a number of sockets up to 1024: "1?""#),
            ("٣", "42", nil, #"LISTEN_FDS is not a number of sockets up to 1024: "?""#),
            ("0x1", "42", nil, #"LISTEN_FDS is not a number of sockets up to 1024: "0x1""#),
            ("1025", "42", nil, #"LISTEN_FDS is not a number of sockets up to 1024: "1025""#),
            ("2147483647", "42", nil, #"LISTEN_FDS is not a number of sockets up to 1024: "2147483647""#),
            (
                "99999999999999999999", "42", nil,
                #"LISTEN_FDS is not a number of sockets up to 1024: "99999999999999999999""#
            ),
            ("1", "", nil, #"LISTEN_PID is not the number of a process: """#),
            ("1", "42 ", nil, #"LISTEN_PID is not the number of a process: "42 ""#),
            ("1", "-42", nil, #"LISTEN_PID is not the number of a process: "-42""#),
            ("1", "42", "a:b", "LISTEN_FDNAMES has 2 names, LISTEN_FDS says 1"),
            ("2", "42", "a", "LISTEN_FDNAMES has 1 names, LISTEN_FDS says 2"),
            ("2", "42", "", "LISTEN_FDNAMES has 1 names, LISTEN_FDS says 2"),
            ("0", "42", "a", "LISTEN_FDNAMES has 1 names, LISTEN_FDS says 0"),
            ("1", "42", String(repeating: "n", count: 256), "LISTEN_FDNAMES has a name of more than 255 bytes"),
        ] as [(String, String, String?, String)]
    )
    func refused(count: String, process: String, names: String?, message: String) {
        let error = #expect(throws: SocketError.self) { try sockets(count, process, names) }
        #expect(error?.description == "Couldn't inherit a socket: \(message)")
    }

    @Test("are chosen by name, or because there is only one")
    func choice() throws {
        let one = try sockets("1", "42", "web")
        #expect(try one.choose(nil)?.descriptor == 3)
        #expect(try one.choose("web")?.descriptor == 3)
        let two = try sockets("2", "42", "http:https")
        #expect(try two.choose("https")?.descriptor == 4)
    }

    @Test("are taken once each")
    func taken() throws {
        var two = try sockets("2", "42", "http:https")
        let first = try two.choose("http")
        two.take(try #require(first))
        expect("the one named \"http\" has been taken") { try two.choose("http") }
        // The other is the only one now.
        let second = try two.choose(nil)
        #expect(second?.name == "https")
        two.take(try #require(second))
        #expect(two.remaining == [])
        expect(#"all of them have been taken: "http", "https""#) { try two.choose(nil) }
    }

    @Test("say which there are if the choice is not clear")
    func unclear() throws {
        let two = try sockets("2", "42", "http:https")
        expect(#"there are several: ask for one of "http", "https""#) { try two.choose(nil) }
        expect(#"none is named "admin", only "http", "https""#) { try two.choose("admin") }
        expect(#"none is named "a?b", only "http", "https""#) { try two.choose("a\nb") }
        let same = try sockets("3", "42", "web:web:web")
        expect(
            "3 are named \"web\": give each unit a FileDescriptorName= of its own, or take all of them"
        ) { try same.choose("web") }
        let many = try sockets("12", "42", nil)
        expect(
            "there are several: ask for one of "
                + [String](repeating: "\"unknown\"", count: 10).joined(separator: ", ") + " …"
        ) { try many.choose(nil) }
    }

    private func expect(_ message: String, _ body: () throws -> InheritedSockets.Socket?) {
        let error = #expect(throws: SocketError.self) { _ = try body() }
        #expect(error?.description == "Couldn't inherit a socket: \(message)")
    }
}
