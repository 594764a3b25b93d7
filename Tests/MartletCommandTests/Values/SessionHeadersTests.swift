import HTTPTypes
import HTTPWire
import Testing

@testable import MartletCommand

@Suite("Saved sessions")
struct SessionHeadersTests {
    private func arguments(_ texts: String...) -> [HeaderArgument] { texts.compactMap { HeaderArgument(argument: $0) } }

    @Test("A file has a line for each field")
    func files() throws {
        var headers = SessionHeaders()
        #expect(headers.text == "")
        headers.keep(arguments("X-A: b:c", "X-B;", "X-A: d"), authorization: "Basic x")
        #expect(headers.text == "X-A: b:c\nX-B;\nX-A: d\nAuthorization: Basic x\n")
        #expect(try SessionHeaders(headers.text, path: "s") == headers)
        #expect(try SessionHeaders("\n\nX: y", path: "s").headers == arguments("X: y"))
        for text in ["X: y\nnonsense", "\nX:", "\n: y"] {
            let message = "s, line 2: This is not “Name: value”. Correct it, or remove the file."
            #expect(throws: CommandFailure(.fileError, message)) { try SessionHeaders(text, path: "s") }
        }
    }

    @Test("Fields of the command line take the place of those of the session")
    func merging() throws {
        var headers = try SessionHeaders("X-A: 1\nX-A: 2\nX-B: 3\nAuthorization: a\n", path: "s")
        #expect(headers.merged(with: [], dropsAuthorization: false) == headers.headers)
        #expect(headers.merged(with: [], dropsAuthorization: true) == arguments("X-A: 1", "X-A: 2", "X-B: 3"))
        #expect(
            headers.merged(with: arguments("x-a: 4", "X-B:", "If-Match: 5"), dropsAuthorization: false)
                == arguments("Authorization: a", "x-a: 4", "X-B:", "If-Match: 5")
        )
        headers.keep(arguments("x-a: 4", "X-B:", "If-Match: 5", "Content-Type: a/b", "Host: c"), authorization: nil)
        #expect(headers.headers == arguments("Authorization: a", "x-a: 4"))
        headers.keep([], authorization: "b")
        #expect(headers.headers == arguments("x-a: 4", "Authorization: b"))
        headers.keep(arguments("Authorization: c"), authorization: "d")
        #expect(headers.headers == arguments("x-a: 4", "Authorization: c"))
        headers.keep(arguments("Authorization:", "X-A:"), authorization: nil)
        #expect(headers.headers == [])
    }

    @Test("A session is named like a file, and belongs to scheme, host and port")
    func names() throws {
        for name in ["a", "Han-Solo_1.2", String(repeating: "x", count: 64)] {
            #expect(SessionName(argument: name)?.text == name)
        }
        for name in ["", ".a", "..", "a/b", "a b", "é", String(repeating: "x", count: 65)] {
            #expect(SessionName(argument: name) == nil, "\(name)")
        }
        let directories = [
            ("http://a", "http_a_80"), ("https://A.b/c?d", "https_a.b_443"), ("ws://a", "http_a_80"),
            ("wss://a:1", "https_a_1"), ("http://[::1]:8080", "http_::1_8080"), ("http://a_80:90", "http_a_80_90"),
        ]
        for (url, directory) in directories {
            let name = SavedState.directoryName(for: try #require(HTTPURL(url)))
            #expect(name.replacing("%3A", with: ":") == directory)
        }
    }
}
