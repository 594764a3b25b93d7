import Foundation
import HTTPTypes
import HTTPWire
import Martlet
import Testing

@testable import MartletWeb

@Suite("Ids of requests")
struct RequestIDTests {
    private static let handler: HTTPServer.Handler = { request in
        if request.target == "/error" { throw HTTPError(.notFound) }
        if request.target == "/failure" { throw CancellationError() }
        try await request.response.end(request.requestID ?? "none")
    }

    private static func isMade(_ id: String?) -> Bool {
        id?.wholeMatch(of: /[0-9a-f]{32}/) != nil
    }

    @Test("are random, and in the response, whatever clients send", arguments: Transport.allCases)
    func random(transport: Transport) async throws {
        let handler = RequestID().wrapping(Self.handler)
        try await withServer(over: transport, .bare, handler) { server, client in
            var ids: Set<String> = []
            for sent in [nil, "abc", String(repeating: "0", count: 32)] {
                let request = try client.open(.get, server.url)
                request.headers[.xRequestID] = sent
                let response = try await request.end()
                let id = try #require(response.headers[.xRequestID])
                #expect(Self.isMade(id) && id != sent)
                #expect(try await response.text() == id)
                ids.insert(id)
            }
            #expect(ids.count == 3)
        }
    }

    @Test("go with the answers to errors", arguments: Transport.allCases)
    func errors(transport: Transport) async throws {
        for handler in [Self.handler, ErrorPages().wrapping(Self.handler)] {
            try await withServer(over: transport, .bare, RequestID().wrapping(handler)) { server, client in
                for (path, status) in [("error", 404), ("failure", 503)] {
                    let response = try await client.get(server.url + path)
                    #expect(response.status.code == status)
                    #expect(Self.isMade(response.headers[.xRequestID]))
                }
            }
        }
    }

    @Test("come from trusted clients if they are tokens", arguments: Transport.allCases)
    func trusted(transport: Transport) async throws {
        let handler = RequestID(trusting: AddressRange.loopback).wrapping(Self.handler)
        try await withServer(over: transport, .bare, handler) { server, client in
            let long = String(repeating: "x", count: 128)
            for (sent, isUsed) in [
                ("abc", true), ("0f8fad5b-d9cb-469f-a165-70867728950e", true), ("a!#$%&'*+.^_`|~9Z", true),
                (long, true), (long + "x", false), ("", false), ("a b", false), ("a,b", false), ("a\"b", false),
                ("a=b", false), ("{a}", false), ("a\u{E9}", false), ("a/b", false),
            ] {
                let request = try client.open(.get, server.url)
                request.headers[.xRequestID] = sent
                let id = try await request.end().headers[.xRequestID]
                #expect(isUsed ? id == sent : Self.isMade(id), "\(sent)")
            }
        }
        let others = RequestID(trusting: [try #require(AddressRange("10.0.0.0/8"))])
        try await withServer(.bare, others.wrapping(Self.handler)) { server in
            let response = try await server.response(to: get("/", "X-Request-ID: abc"))
            #expect(Self.isMade(response["X-Request-ID"]))
        }
        try await withServer(.bare, handler) { server in
            let two = try await server.response(to: get("/", "X-Request-ID: a", "X-Request-ID: b"))
            #expect(Self.isMade(two["X-Request-ID"]))
        }
    }

    @Test("are in the log, also of what the server refuses")
    func log() async throws {
        let lines = Events<String>()
        let log = RequestLog(.json) { lines.add($0) }
        try await withBoundServer(.bare) { server in
            let serving = Task { try await server.serve(around: [log, RequestID()], Self.handler) }
            for (request, status) in [(get(), 200), ("GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n", 400)] {
                let response = try await server.response(to: request)
                #expect(response.status == status)
                let line = try JSONDecoder().decode(JSONValue.self, from: Data(try await lines.next().utf8))
                #expect(line["status"]?.integer == Int64(status))
                #expect(Self.isMade(line["id"]?.string) && line["id"]?.string == response["X-Request-ID"])
            }
            await server.close(force: true)
            try await serving.value
        }
        try await withServer(.bare, log.wrapping(Self.handler)) { server in
            let response = try await server.response(to: get())
            #expect(response.text == "none")
            let line = try await lines.next()
            #expect(!line.contains("\"id\""))
        }
    }
}
