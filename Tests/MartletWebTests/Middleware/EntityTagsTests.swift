import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import NIOCore
import Testing

@Suite("Entity tags by themselves (RFC 9110 section 8.8.3)")
struct EntityTagsTests {
    private static let long = String(repeating: "text ", count: 300)

    private static let handler: HTTPServer.Handler = { request in
        let response = request.response
        switch request.url.path {
        case "/small":
            response.cookies.append(try SetCookie(name: "a", value: "b"))
            response.headers[.cacheControl] = "no-cache"
            response.headers.lastModified = HTTPDate(secondsSince1970: 100)
            try await response.end("small")
        case "/bytes": try await response.end(bytes: Array("small".utf8))
        case "/long": try await response.end(long, contentType: .plainText)
        case "/tagged":
            response.headers[.eTag] = "\"mine\""
            try await response.end("small")
        case "/written":
            try await response.write("sm")
            try await response.end("all")
        case "/created":
            response.status = .created
            try await response.end("small")
        case "/error": throw HTTPError(.notFound, "small")
        default: try await response.end()
        }
    }

    private func tags(upTo limit: Int = 65_536) throws -> HTTPServer.Handler {
        try EntityTags(upTo: limit).wrapping(Self.handler)
    }

    @Test("are strong, the same for the same content, and answer conditions", arguments: Transport.allCases)
    func conditions(transport: Transport) async throws {
        try await withServer(over: transport, .bare, try tags()) { server, client in
            let first = try await client.get(server.url + "small")
            let tag = try #require(first.headers.entityTag)
            #expect(!tag.isWeak && first.status == .ok)
            #expect(try await client.get(server.url + "bytes").headers.entityTag == tag)
            let known = "\"x\", W/\(tag)"
            for (method, field, value, status) in [
                (HTTPRequest.Method.get, HTTPField.Name.ifNoneMatch, known, 304), (.head, .ifNoneMatch, known, 304),
                (.get, .ifNoneMatch, "*", 304), (.get, .ifNoneMatch, "\"x\"", 200), (.head, .ifNoneMatch, "\"x\"", 200),
                (.get, .ifMatch, "\(tag)", 200), (.get, .ifMatch, "\"x\"", 412), (.get, .ifMatch, "W/\(tag)", 412),
                (.get, .ifModifiedSince, "Thu, 01 Jan 1970 00:01:40 GMT", 304),
                (.get, .ifModifiedSince, "Thu, 01 Jan 1970 00:01:39 GMT", 200),
            ] {
                let response = try await client.send(method, server.url + "small", headers: [field: value])
                #expect(response.status.code == status, "\(method) \(field) \(value)")
                #expect(response.headers.entityTag == (status == 412 ? nil : tag))
                if status != 412 { #expect(response.headers[.cacheControl] == "no-cache") }
                let content = try await response.text()
                if status == 200 { #expect(content == (method == .head ? "" : "small")) }
                if status == 304 { #expect(content.isEmpty && response.headers[.contentType] == nil) }
            }
        }
    }

    @Test("leave alone what has one, is no success, is streamed or too large", arguments: Transport.allCases)
    func others(transport: Transport) async throws {
        try await withServer(over: transport, .bare, try tags(upTo: 5)) { server, client in
            for (method, path, tag) in [
                (HTTPRequest.Method.get, "tagged", "\"mine\""), (.get, "written", nil), (.get, "created", nil),
                (.get, "error", nil), (.get, "none", nil), (.get, "long", nil), (.post, "small", nil),
            ] {
                let response = try await client.send(method, server.url + path, headers: [.ifNoneMatch: "*"])
                #expect(response.headers[.eTag] == tag && response.status != .notModified, "\(method) \(path)")
                let content = try await response.text()
                #expect(path == "none" || content.hasPrefix(path == "long" ? "text" : "small"))
            }
            let exact = try await client.get(server.url + "small")
            #expect(exact.headers[.eTag] != nil)
        }
        try await withServer(over: transport, .bare, try tags(upTo: 4)) { server, client in
            let larger = try await client.get(server.url + "small")
            #expect(larger.headers[.eTag] == nil)
        }
    }

    @Test("are weak where the content is compressed, and 304 has the same fields", arguments: Transport.allCases)
    func compression(transport: Transport) async throws {
        let configuration = HTTPServer.Configuration.bare.with { $0.autoCompress = true }
        try await withServer(over: transport, configuration, try tags()) { server, client in
            for accepted in ["gzip", "identity"] {
                let first = try await client.get(server.url + "long", headers: [.acceptEncoding: accepted])
                #expect(try await first.text() == Self.long)
                let tag = try #require(first.headers.entityTag)
                #expect(tag.isWeak == (accepted == "gzip"))
                #expect(first.headers[.vary] == "accept-encoding")
                let again = try await client.get(
                    server.url + "long",
                    headers: [.acceptEncoding: accepted, .ifNoneMatch: "\(tag)"]
                )
                #expect(again.status == .notModified && again.headers.entityTag == tag)
                #expect(again.headers[.vary] == "accept-encoding" && again.headers[.contentEncoding] == nil)
            }
        }
    }

    @Test("have these bytes")
    func bytes() async throws {
        try await withServer(.bare, try tags()) { server in
            let first = try await server.response(to: get("/bytes"))
            let tag = try #require(first["ETag"])
            #expect(first.description == "HTTP/1.1 200 OK\r\nETag: \(tag)\r\nContent-Length: 5\r\n\r\nsmall")
            let again = try await server.response(to: get("/bytes", "If-None-Match: \(tag)"))
            #expect(again.description == "HTTP/1.1 304 Not Modified\r\nETag: \(tag)\r\n\r\n")
        }
    }

    @Test("need a limit")
    func invalid() {
        for limit in [0, -1] {
            #expect(throws: MiddlewareError.invalidLimit(limit)) { _ = try EntityTags(upTo: limit) }
            #expect(MiddlewareError.invalidLimit(limit).description.hasPrefix("\(limit) bytes"))
        }
    }
}
