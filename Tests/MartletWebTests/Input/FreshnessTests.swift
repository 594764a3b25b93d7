import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import Testing

@Suite("Conditions that handlers answer (RFC 9110 section 13)")
struct FreshnessTests {
    private static let modified = HTTPDate(secondsSince1970: 784_111_777)
    private static let date = "Sun, 06 Nov 1994 08:49:37 GMT", earlier = "Sun, 06 Nov 1994 08:49:36 GMT"

    private static let handler: HTTPServer.Handler = { request in
        let exists = request.url.path != "/none"
        if try request.isFresh(etag: EntityTag("\"v1\""), modified: modified, exists: exists) { return }
        try await request.response.end("done")
    }

    /// Method, path, field, value, status.
    private static let requests: [(HTTPRequest.Method, String, HTTPField.Name, String, Int)] = [
        (.get, "note", .accept, "*/*", 200), (.get, "note", .ifNoneMatch, "\"v1\"", 304),
        (.head, "note", .ifNoneMatch, "W/\"v1\"", 304), (.get, "note", .ifNoneMatch, "\"v2\"", 200),
        (.get, "note", .ifNoneMatch, "*", 304), (.get, "note", .ifModifiedSince, date, 304),
        (.get, "note", .ifModifiedSince, earlier, 200), (.get, "note", .ifModifiedSince, "yesterday", 200),
        (.get, "note", .ifMatch, "\"v2\"", 412), (.put, "note", .accept, "*/*", 200),
        (.put, "note", .ifMatch, "\"v1\"", 200), (.put, "note", .ifMatch, "\"v0\", \"v1\"", 200),
        (.put, "note", .ifMatch, "\"v2\"", 412), (.put, "note", .ifMatch, "W/\"v1\"", 412),
        (.delete, "note", .ifUnmodifiedSince, date, 200), (.delete, "note", .ifUnmodifiedSince, earlier, 412),
        (.put, "note", .ifNoneMatch, "*", 412), (.put, "note", .ifNoneMatch, "\"v1\"", 412),
        (.put, "none", .ifNoneMatch, "*", 200), (.put, "none", .ifMatch, "*", 412),
        (.options, "note", .ifMatch, "\"v2\"", 200),
    ]

    @Test("become 304 and 412", arguments: Transport.allCases)
    func statuses(transport: Transport) async throws {
        try await withServer(over: transport, .bare, Self.handler) { server, client in
            for (method, path, field, value, status) in Self.requests {
                let response = try await client.send(method, server.url + path, headers: [field: value])
                #expect(response.status.code == status, "\(method) \(path) \(field) \(value)")
                let isRead = (method == .get || method == .head) && status != 412
                #expect(response.headers[.eTag] == (isRead ? "\"v1\"" : nil))
                #expect(response.headers[.lastModified] == (isRead ? Self.date : nil))
                let content = try await response.text()
                #expect(status == 412 || content == (status == 200 && method != .head ? "done" : ""))
            }
        }
    }

    @Test("have these bytes")
    func bytes() async throws {
        let request = get("/", "If-None-Match: \"v1\"", "Accept-Encoding: gzip")
        try await withServer(.bare, Self.handler) { server in
            let text = try await server.response(to: request).description
            #expect(text == "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\nLast-Modified: \(Self.date)\r\n\r\n")
        }
        // The whole response could be compressed, and caches must learn of it.
        try await withServer(.bare.with { $0.autoCompress = true }, Self.handler) { server in
            let text = try await server.response(to: request)
            #expect(text.status == 304 && text["Vary"] == "accept-encoding")
        }
    }

    @Test("can do without a tag and a date", arguments: Transport.allCases)
    func nothing(transport: Transport) async throws {
        let handler: HTTPServer.Handler = { request in
            if try request.isFresh(etag: nil) { return }
            try await request.response.end("done")
        }
        try await withServer(over: transport, .bare, handler) { server, client in
            for (value, status) in [("\"v1\"", 200), ("*", 304)] {
                let response = try await client.get(server.url, headers: [.ifNoneMatch: value])
                #expect(response.status.code == status && response.headers[.eTag] == nil)
            }
        }
    }
}
