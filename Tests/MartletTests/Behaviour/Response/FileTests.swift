import CLibrary
import HTTPWire
import Martlet
import NIOCore
import Testing

@Suite("Files as the content of a response")
struct FileTests {
    /// Bytes that tell where they stand.
    private static func bytes(_ range: Range<Int>) -> [UInt8] {
        range.map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }

    @Test("are sent whole and in parts, with their length announced")
    func parts() async throws {
        try await withFile(Self.bytes(0..<300_000)) { file in
            try await withServer { request in
                let range = request.headers.range?.resolve(length: 300_000)
                guard case .partial(let ranges)? = range else {
                    return try await request.response.end(file, 0..<file.byteCount())
                }
                request.response.contentLength = ranges.map(\.count).reduce(0, +)
                for range in ranges { try await request.response.write(file, range) }
            } test: { server in
                let client = try await server.connect()
                client.send(get("/") + get("/", "Range: bytes=5-9, 200000-299999"))
                let whole = try await client.response()
                #expect(whole["content-length"] == "300000")
                #expect(whole.content == Self.bytes(0..<300_000))
                let parts = try await client.response()
                #expect(parts.content == Self.bytes(5..<10) + Self.bytes(200_000..<300_000))
            }
        }
    }

    @Test("mix with other content in chunks, and are not sent in answer to HEAD")
    func chunks() async throws {
        try await withFile(Self.bytes(0..<70_000)) { file in
            try await withServer { request in
                try await request.response.write("<")
                try await request.response.write(file, 0..<70_000)
                try await request.response.write(file, 0..<0)
                try await request.response.end(">")
            } test: { server in
                let chunked = try await server.response(to: get("/"))
                #expect(chunked["transfer-encoding"] == "chunked")
                #expect(chunked.content == Array("<".utf8) + Self.bytes(0..<70_000) + Array(">".utf8))
                let client = try await server.connect()
                client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get("/"))
                #expect(try await client.response(to: "HEAD").content.isEmpty)
                #expect(try await client.response().content.count == 70_002)
                let old = try await server.transcript(of: "GET / HTTP/1.0\r\n\r\n")
                #expect(old.hasSuffix(">"))
            }
        }
    }

    @Test("are read and compressed where the server does that")
    func compressed() async throws {
        try await withFile(Array(repeating: 0x61, count: 500_000)) { file in
            try await withServer(.bare.with { $0.autoCompress = true }) { request in
                request.response.headers.contentType = .plainText
                try await request.response.end(file, 0..<500_000)
            } test: { server in
                let response = try await server.response(to: get("/", "Accept-Encoding: gzip"))
                #expect(response["content-encoding"] == "gzip")
                #expect(response["content-length"] == nil)
                let decompressor = try Decompressor(.gzip)
                var content = ByteBuffer()
                var compressed = ByteBuffer(bytes: response.content)
                try decompressor.decompress(&compressed, into: &content)
                #expect(content.readableBytes == 500_000)
            }
        }
    }

    @Test("can be sent many times at once")
    func atOnce() async throws {
        try await withFile(Self.bytes(0..<3_000_000)) { file in
            try await withServer { request in
                try await request.response.end(file, 0..<3_000_000)
            } test: { server in
                try await withThrowingTaskGroup(of: [UInt8].self) { group in
                    for _ in 0..<8 {
                        group.addTask { try await server.response(to: get("/", "Connection: close")).content }
                    }
                    for try await content in group { #expect(content == Self.bytes(0..<3_000_000)) }
                }
            }
        }
    }

    @Test("tear the connection when they are shorter than announced")
    func tooShort() async throws {
        try await withFile(Self.bytes(0..<1000)) { file in
            try await withServer { request in
                try await request.response.end(file, 0..<1001)
            } test: { server in
                let transcript = try await server.transcript(of: get("/"))
                #expect(!transcript.contains("200 OK") || transcript.utf8.count < 1001)
            }
        }
    }

    @Test("tear the connection when they become shorter while they are sent", .timeLimit(.minutes(5)))
    func shrinking() async throws {
        let length = 64 << 20
        try await withFile([]) { file in
            try #require(ftruncate(file.descriptor, off_t(length)) == 0)
            try await withServer { request in
                try await request.response.end(file, 0..<length)
            } test: { server in
                let client = try await server.connect(receiveBuffer: 8192)
                client.send(get("/"))
                _ = try await client.receive(through: "\r\n\r\n")
                try await client.pauseReading()
                try #require(ftruncate(file.descriptor, 5_000_000) == 0)
                try await client.resumeReading()
                #expect(try await client.receiveToEnd().utf8.count < length)
            }
        }
    }

    @Test(
        "are opened by name, if they are files",
        arguments: [("/etc", EINVAL), ("/dev/null", EINVAL), ("/no", ENOENT)]
    )
    func opening(path: String, code: Int32) async throws {
        await #expect(throws: FileError(operation: "open", path: path, code: code)) { try await OpenFile.open(path) }
    }
}
