import Foundation
import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization
import Testing

@testable import Martlet

/// What servers send that breaks a rule, or is rarely seen, and that other clients read.
@Suite("HTTPClient: what other clients read", .timeLimit(.minutes(5)))
struct HTTPClientLenienceTests {
    /// The text of a response that is sent byte for byte, and the requests' heads.
    private func exchange(
        _ response: [UInt8],
        headers: HTTPFields = [:],
        _ configure: @escaping (inout HTTPClient.Configuration) -> Void = { _ in },
        _ check: (HTTPClientResponse) async throws -> Void
    ) async throws -> String {
        let head = Mutex("")
        try await ScriptedServer.run { connection, _ in
            let text = try connection.readHead()
            head.withLock { $0 = text }
            try connection.write(response)
        } while: { server in
            try await check(try await makeClient(configure).get(server.url, headers: headers))
        }
        return head.withLock { $0 }
    }

    private func gzip(_ text: String) throws -> [UInt8] {
        let compressor = try Compressor(.gzip)
        var compressed = ByteBuffer()
        try compressor.compress(ByteBuffer(string: text), into: &compressed)
        try compressor.finish(into: &compressed)
        return Array(compressed.readableBytesView)
    }

    // MARK: Ranges

    @Test("C3: a request for a range asks for the content as it is, unless it says what it wants")
    func rangeCodings() async throws {
        let part = Array("HTTP/1.1 206 X\r\nContent-Range: bytes 0-1/9\r\nContent-Length: 2\r\n\r\nab".utf8)
        for (headers, coding) in [
            ([.range: "bytes=0-1"], "identity"), (HTTPFields(), ContentCoding.accepted),
            ([.range: "bytes=0-1", .acceptEncoding: "br"], "br"),
        ] as [(HTTPFields, String)] {
            let head = try await exchange(part, headers: headers) {
                let value = try await $0.text(); #expect(value == "ab")
            }
            #expect(head.contains("Accept-Encoding: \(coding)\r\n"))
        }
        let byDefault = try await exchange(part) {
            $0.defaultHeaders = [.range: "bytes=0-1"]
        } _: { _ in
        }
        #expect(byDefault.contains("Accept-Encoding: identity\r\n"))
        let own = try await exchange(part, headers: [.range: "bytes=0-1"]) {
            $0.defaultHeaders = [.acceptEncoding: "gzip"]
        } _: { _ in
        }
        #expect(own.contains("Accept-Encoding: gzip\r\n"))
        let request = try await ScriptedServer.run { connection, _ in
            #expect(try connection.readHead().contains("Accept-Encoding: identity\r\n"))
            try connection.write(part)
        } while: { server in
            let request = try makeClient().open(.get, server.url)
            request.headers[.range] = "bytes=0-1"
            return try await request.end().status
        }
        #expect(request == .partialContent)
    }

    @Test(
        "C3: a part of a compressed content is handed out as it came",
        arguments: ["text/plain", "multipart/byteranges; boundary=x"]
    )
    func compressedPart(type: String) async throws {
        let part = Array(try gzip("Hello").dropFirst(3))
        let head =
            "HTTP/1.1 206 X\r\nContent-Encoding: gzip\r\nContent-Type: \(type)\r\nContent-Length: \(part.count)\r\n\r\n"
        _ = try await exchange(Array(head.utf8) + part) { response in
            #expect(response.compressionState == .compressed)
            #expect(response.headers[.contentEncoding] == "gzip" && response.contentLength == part.count)
            let content = try await response.collect()
            #expect(content == ByteBuffer(bytes: part))
        }
        try await HTTPClient.withOverride { _ in
            .init(status: .partialContent, headers: [.contentEncoding: "gzip"], body: ByteBuffer(bytes: part))
        } operation: {
            let content = try await makeClient().get("http://a.test/").collect()
            #expect(content == ByteBuffer(bytes: part))
        }
    }

    // MARK: Contents that end badly

    @Test("C5: what could be decompressed is handed out before the error", arguments: [true, false])
    func badEnd(inOnePiece: Bool) async throws {
        var bytes = try gzip(String(repeating: "Hello! ", count: 10))
        for index in bytes.indices.suffix(8) { bytes[index] ^= 0x55 }
        let head = Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(bytes.count)\r\n\r\n".utf8)
        let content = bytes
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            if inOnePiece { return try connection.write(head + content) }
            try connection.write(head + content.dropLast(8))
            try connection.write(Array(content.suffix(8)))
        } while: { server in
            let response = try await makeClient().get(server.url)
            var text = ""
            await #expect(throws: HTTPClientError.self) {
                for try await piece in response.body { text += String(buffer: piece) }
            }
            #expect(text == String(repeating: "Hello! ", count: 10))
        }
    }

    // MARK: Fields

    @Test("C8: equal Content-Lengths are one, different ones an error")
    func contentLengths() async throws {
        let equal = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nabc"
        _ = try await exchange(Array(equal.utf8)) {
            let value = try await $0.text(); #expect(value == "ab")
        }
        let different = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"
        await #expect(throws: HTTPClientError.self) { _ = try await exchange(Array(different.utf8)) { _ in } }
    }

    @Test("C8: fields that may be there once count once if they are equal, and not at all if they differ")
    func singletons() {
        func fields(_ name: HTTPField.Name, _ values: String...) -> HTTPFields {
            HTTPFields(values.map { HTTPField(name: name, value: $0) })
        }
        let (one, two) = ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:38 GMT")
        let dates: [(HTTPField.Name, KeyPath<HTTPFields, HTTPDate?>)] = [
            (.date, \.date), (.expires, \.expires), (.lastModified, \.lastModified),
            (.ifModifiedSince, \.ifModifiedSince), (.ifUnmodifiedSince, \.ifUnmodifiedSince),
        ]
        for (name, path) in dates {
            #expect(fields(name, one, one)[keyPath: path]?.secondsSince1970 == 784_111_777)
            #expect(fields(name, one, two)[keyPath: path] == nil)
        }
        #expect(fields(.eTag, "\"a\"", "\"a\"").entityTag?.description == "\"a\"")
        #expect(fields(.eTag, "\"a\"", "\"b\"").entityTag == nil)
        #expect(fields(.contentRange, "bytes 0-1/2", "bytes 0-1/2").contentRange != nil)
        #expect(fields(.contentRange, "bytes 0-1/2", "bytes 0-1/3").contentRange == nil)
        #expect(fields(.range, "bytes=0-1", "bytes=0-1").range != nil)
        #expect(fields(.range, "bytes=0-1", "bytes=0-2").range == nil)
        #expect(fields(.ifRange, "\"a\"", "\"a\"").ifRange != nil)
        #expect(fields(.ifRange, "\"a\"", "\"b\"").ifRange == nil)
        #expect(fields(.retryAfter, "5", "5").onlyValue(of: .retryAfter) == "5")
        #expect(fields(.retryAfter, "5", "6").onlyValue(of: .retryAfter) == nil)
        #expect(fields(.retryAfter).onlyValue(of: .retryAfter) == nil)
        // Two that are not UTF-8 look the same, and are not.
        let bytes = HTTPFields([[0xFC], [0xFD]].map { HTTPField(name: .location, value: $0) })
        #expect(bytes.singleton(.location) == .contradictory)
    }

    @Test("C18: 120 fields, and a thousand")
    func manyFields() async throws {
        for count in [120, 998] {
            let lines = (0..<count).map { "X-\($0): y\r\n" }.joined()
            _ = try await exchange(Array("HTTP/1.1 200 OK\r\n\(lines)Content-Length: 2\r\n\r\nab".utf8)) { response in
                #expect(response.headers.count == count + 1)
                let text = try await response.text()
                #expect(text == "ab")
            }
        }
        let lines = (0..<1_001).map { "X-\($0): y\r\n" }.joined()
        await #expect(throws: HTTPClientError.self) {
            _ = try await exchange(Array("HTTP/1.1 200 OK\r\n\(lines)\r\n".utf8)) { _ in }
        }
    }

    @Test(
        "C18: a field that must not be a trailer is dropped",
        arguments: [
            "Content-Length: 5", "Transfer-Encoding: chunked", "Host: a", "Connection: close", "Upgrade: a",
            "Expect: x", "Content-Type: a/b", "Set-Cookie: a=b",
        ]
    )
    func trailers(_ line: String) async throws {
        let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\(line)\r\nX-A: y\r\n\r\n"
        _ = try await exchange(Array(text.utf8)) { response in
            let text = try await response.text()
            #expect(text == "ab")
            let trailers = try await response.trailers
            #expect(trailers.map(\.name.rawName) == ["X-A"])
        }
    }

    @Test(
        "C18: a field that must not be a trailer is dropped over HTTP/2",
        arguments: ["content-length", "host", "expect", "set-cookie"]
    )
    func http2Trailers(_ name: String) async throws {
        try await withHTTP2Peer { peer, _ in
            let stream = try peer.request().stream
            try peer.headers(stream, [":status": "200"])
            try peer.data(stream, "ab")
            try peer.headers(stream, [name: "5", "x-a": "y"], ends: true)
            try peer.echoPaths()
        } test: { client, url in
            let response = try await client.get(url)
            let text = try await response.text()
            #expect(text == "ab")
            let trailers = try await response.trailers
            #expect(trailers.map(\.name.canonicalName) == ["x-a"])
        }
    }

    // MARK: Text

    @Test("C18: a byte order mark is not part of a text, nor of JSON")
    func byteOrderMark() async throws {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        func response(_ type: String, _ content: [UInt8]) -> [UInt8] {
            Array("HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nContent-Length: \(content.count)\r\n\r\n".utf8) + content
        }
        for type in ["text/plain", "text/plain; charset=utf-8", "application/json"] {
            _ = try await exchange(response(type, mark + [0x35])) {
                let value = try await $0.text(); #expect(value == "5")
            }
            _ = try await exchange(response(type, mark + [0x35])) {
                let value = try await $0.json(Int.self); #expect(value == 5)
            }
        }
        _ = try await exchange(response("text/plain", mark)) {
            let value = try await $0.text(); #expect(value == "")
        }
        // Once, and at the beginning.
        _ = try await exchange(response("text/plain", mark + mark)) {
            let value = try await $0.text(); #expect(value == "\u{FEFF}")
        }
        _ = try await exchange(response("text/plain", [0x35] + mark)) {
            let value = try await $0.text(); #expect(value == "5\u{FEFF}")
        }
        _ = try await exchange(response("text/plain; charset=utf-16le", [0xFF, 0xFE, 0x35, 0])) {
            let text = try await $0.text()
            #expect(text == "5")
        }
        _ = try await exchange(response("text/plain; charset=utf-16be", [0xFE, 0xFF, 0, 0x35])) {
            let text = try await $0.text()
            #expect(text == "5")
        }
        // The bytes stay what they are.
        _ = try await exchange(response("text/plain", mark + [0x35])) {
            let content = try await $0.collect()
            #expect(content == ByteBuffer(bytes: mark + [0x35]))
        }
    }
}
