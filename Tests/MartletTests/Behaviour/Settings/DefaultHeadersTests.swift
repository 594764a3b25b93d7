import CLibrary
import HTTPTypes
import HTTPWire
import Martlet
import Testing

@Suite("The fields that every response has")
struct DefaultHeadersTests {
    @Test("are three of Dart's four, or all of them, and Date and the length", arguments: [false, true])
    func defaults(asInDart: Bool) async throws {
        var configuration = HTTPServer.Configuration()
        if asInDart { configuration.defaultResponseHeaders = .dart }
        configuration.logger = HTTPServer.Configuration.bare.logger
        try await withServer(configuration) { request in
            try await request.response.end("Hello, world!")
        } test: { server in
            let response = try await server.response(to: get())
            #expect(response.statusLine == "HTTP/1.1 200 OK")
            let names = ["content-type", "x-frame-options", "x-content-type-options"]
            #expect(
                response.fields.map { $0.name.lowercased() }
                    == names + (asInDart ? ["x-xss-protection"] : []) + ["date", "content-length"]
            )
            #expect(response["Content-Type"] == "text/plain; charset=utf-8")
            #expect(response["X-Frame-Options"] == "SAMEORIGIN")
            #expect(response["X-Content-Type-Options"] == "nosniff")
            #expect(response["X-XSS-Protection"] == (asInDart ? "1; mode=block" : nil))
            #expect(response["Content-Length"] == "13")
            #expect(response.text == "Hello, world!")
        }
    }

    @Test("can be cleared and extended while the server runs")
    func changes() async throws {
        try await withServer { _ in
        } test: { server in
            let client = try await server.connect()
            func fields() async throws -> [String] {
                client.send(get())
                return try await client.response().fields.map { "\($0.name): \($0.value)" }
            }
            #expect(try await fields() == ["Content-Length: 0"])
            server.defaultResponseHeaders = HTTPServer.standardResponseHeaders
            server.defaultResponseHeaders[.xPoweredBy] = "Swift"
            var response = try await fields()
            #expect(response.count == 5)
            #expect(response.contains("X-Powered-By: Swift"))
            server.defaultResponseHeaders = [:]
            response = try await fields()
            #expect(response == ["Content-Length: 0"])
        }
    }

    @Test("can be replaced and removed by a handler, for its own response")
    func handler() async throws {
        let configuration = HTTPServer.Configuration.bare.with {
            $0.defaultResponseHeaders = [.contentType: "text/plain", .xFrameOptions: "DENY"]
        }
        try await withServer(configuration) { request in
            #expect(request.response.headers[.contentType] == "text/plain")
            #expect(request.response.headers[.xFrameOptions] == "DENY")
            request.response.headers[.contentType] = "text/html"
            request.response.headers[.xFrameOptions] = nil
        } test: { server in
            for _ in 0..<2 {
                let response = try await server.response(to: get())
                #expect(
                    response.description == "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n"
                )
            }
        }
    }

    @Test("leave out what would contradict the message")
    func managed() async throws {
        let configuration = HTTPServer.Configuration.bare.with {
            $0.defaultResponseHeaders = [
                .contentLength: "5", .transferEncoding: "chunked", .connection: "close", .date: "never", .allow: "GET",
            ]
        }
        try await withServer(configuration) { _ in
        } test: { server in
            let client = try await server.connect()
            for _ in 0..<2 {
                client.send(get())
                let text = try await client.response().description
                #expect(text == "HTTP/1.1 200 OK\r\nAllow: GET\r\nContent-Length: 0\r\n\r\n")
            }
        }
    }

    @Test("are on the server's own answers too")
    func ownAnswers() async throws {
        let configuration = HTTPServer.Configuration.bare.with {
            $0.defaultResponseHeaders = [.xContentTypeOptions: "nosniff"]
            $0.serverHeader = "Martlet"
        }
        try await withServer(configuration) { _ in
            throw HTTPError(.notFound)
        } test: { server in
            for request in [get(), "nonsense\r\n\r\n"] {
                let response = try await server.response(to: request)
                #expect(response["X-Content-Type-Options"] == "nosniff")
                #expect(response["Server"] == "Martlet")
            }
        }
    }

    @Test("name the server if that is wished, whatever the default fields say")
    func serverHeader() async throws {
        let configuration = HTTPServer.Configuration.bare.with {
            $0.defaultResponseHeaders = [.server: "other"]
            $0.serverHeader = "Martlet"
        }
        try await withServer(configuration) { _ in
        } test: { server in
            #expect(server.serverHeader == "Martlet")
            #expect(try await server.response(to: get()).all("Server") == ["Martlet"])
            server.serverHeader = "Swift/6"
            #expect(try await server.response(to: get()).all("Server") == ["Swift/6"])
            server.serverHeader = nil
            let response = try await server.response(to: get())
            #expect(response.all("Server") == ["other"])
        }
    }

    @Test("have a date of this second, unless that is switched off or the handler has set one")
    func date() async throws {
        try await withServer(.bare.with { $0.sendsDate = true }) { request in
            if request.target == "/own" { request.response.headers[.date] = "Thu, 01 Jan 1970 00:00:00 GMT" }
        } test: { server in
            let response = try await server.response(to: get())
            let text = try #require(response["Date"])
            let date = try #require(HTTPDate(text))
            #expect(abs(date.secondsSince1970 - Int64(time(nil))) <= 30)
            #expect(try await server.response(to: get("/own")).all("Date") == ["Thu, 01 Jan 1970 00:00:00 GMT"])
        }
    }
}
