import Martlet
import Testing

@Suite("redirect")
struct RedirectTests {
    @Test(
        "sends the location as it is, except what can't be in a URL",
        arguments: [
            ("/x", "/x"), ("../up?a=b&c=%20d#e", "../up?a=b&c=%20d#e"),
            ("https://example.org/", "https://example.org/"),
            ("//[::1]/", "//[::1]/"), ("/a b", "/a%20b"), ("/gr\u{FC}n", "/gr%C3%BCn"),
            ("/\"<>\\^`{|}", "/%22%3C%3E%5C%5E%60%7B%7C%7D"), ("", ""),
            ("/a\r\nSet-Cookie: x=y", "/a%0D%0ASet-Cookie:%20x=y"), ("/\u{0}\t\u{7F}", "/%00%09%7F"),
        ]
    )
    func location(location: String, sent: String) async throws {
        try await withServer { request in
            try await request.response.redirect(to: location)
        } test: { server in
            let response = try await server.response(to: get())
            #expect(response.description == "HTTP/1.1 302 Found\r\nLocation: \(sent)\r\nContent-Length: 0\r\n\r\n")
        }
    }

    @Test("takes another status")
    func status() async throws {
        try await withServer { request in
            try await request.response.redirect(to: "/x", status: .permanentRedirect)
        } test: { server in
            let response = try await server.response(to: get())
            #expect(response.statusLine == "HTTP/1.1 308 Permanent Redirect")
        }
    }

    @Test("throws once the head was sent")
    func late() async throws {
        try await withServer { request in
            try await request.response.write("a")
            await #expect(throws: HTTPServerError.headAlreadySent) { try await request.response.redirect(to: "/x") }
        } test: { server in
            let response = try await server.response(to: get())
            #expect(response.text == "a")
        }
    }
}
