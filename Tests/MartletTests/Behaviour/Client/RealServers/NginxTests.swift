import Foundation
import HTTPTypes
import HTTPWire
import NIOCore
import TestProcesses
import Testing

@testable import Martlet

/// What the client makes of a server that this project did not write.
@Suite("HTTPClient and nginx", .serialized, .timeLimit(.minutes(5)))
struct NginxTests {
    @Test("GET, HEAD and 304 on one connection")
    func basics() async throws {
        try await Nginx.run { server in
            let client = makeClient()
            let get = try await client.get("\(server.url)/hello")
            #expect(get.status == .ok)
            #expect(get.version == .http1_1)
            #expect(get.headers[.server] == "nginx/\(get.headers[.server]?.dropFirst(6) ?? "")")
            #expect(get.contentLength == 13)
            #expect(try await get.text() == Nginx.hello)

            let head = try await client.head("\(server.url)/hello")
            #expect(head.contentLength == 13)
            #expect(try await head.collect().readableBytes == 0)

            let tag = try #require(get.headers[.eTag])
            let unchanged = try await client.get("\(server.url)/hello", headers: [.ifNoneMatch: tag])
            #expect(unchanged.status == .notModified)
            #expect(try await unchanged.collect().readableBytes == 0)

            let empty = try await client.delete("\(server.url)/204")
            #expect(empty.status == .noContent)
            #expect(try await empty.text() == "")
            #expect(try await client.get("\(server.url)/hello").text() == Nginx.hello)
            #expect(client.connectionCounts.total == 1)
        }
    }

    @Test("Error statuses are responses, and keep the connection")
    func errors() async throws {
        try await Nginx.run { server in
            let client = makeClient()
            let missing = try await client.get("\(server.url)/404")
            #expect(missing.status == .notFound)
            #expect(try await missing.text().contains("404 Not Found"))
            let broken = try await client.get("\(server.url)/500")
            #expect(broken.status == .internalServerError)
            #expect(try await broken.text() == "broken")
            #expect(try await client.get("\(server.url)/nothing").status == .notFound)
            #expect(client.connectionCounts.total <= 2)

            let closing = try await client.get("\(server.url)/closing")
            #expect(!closing.isPersistent)
            #expect(try await closing.text() == "closing")
            // nginx answers what it can't read with a status, and closes.
            let long = try await client.get("\(server.url)/\(String(repeating: "x", count: 10_000))")
            #expect(long.status == HTTPResponse.Status(code: 414))
        }
    }

    @Test("Ranges")
    func ranges() async throws {
        try await Nginx.run { server in
            let client = makeClient()
            let part = try await client.get("\(server.url)/hello", headers: [.range: "bytes=7-"])
            #expect(part.status == .partialContent)
            #expect(part.headers[.contentRange] == "bytes 7-12/13")
            #expect(try await part.text() == "world!")
            let several = try await client.get("\(server.url)/hello", headers: [.range: "bytes=0-1,5-6"])
            #expect(several.headers[.contentType]?.hasPrefix("multipart/byteranges") == true)
            #expect(try await several.text().contains("Content-Range: bytes 5-6/13\r\n\r\n, \r\n"))
            let beyond = try await client.get("\(server.url)/hello", headers: [.range: "bytes=13-"])
            #expect(beyond.status == .rangeNotSatisfiable)
        }
    }

    @Test("gzip, in chunks, is decompressed")
    func compression() async throws {
        try await Nginx.run { server in
            let response = try await makeClient().get("\(server.url)/text")
            #expect(response.compressionState == .decompressed)
            #expect(response.headers[.transferEncoding] == "chunked")
            #expect(response.headers[.contentEncoding] == nil)
            #expect(try await response.text() == Nginx.text)

            let plain = makeClient { $0.decompresses = false }
            let asIs = try await plain.get("\(server.url)/text", headers: [.acceptEncoding: "gzip"])
            #expect(asIs.compressionState == .compressed)
            let bytes = try await asIs.collect()
            #expect(bytes.readableBytesView.starts(with: [0x1F, 0x8B]))
            #expect(try await plain.get("\(server.url)/text").text() == Nginx.text)
        }
    }

    @Test("A large content arrives whole, at once and piece by piece")
    func download() async throws {
        try await Nginx.run { server in
            let client = makeClient()
            #expect(try await client.get("\(server.url)/large").collect() == Nginx.large)
            var sum = ByteBuffer()
            for try await bytes in try await client.get("\(server.url)/large").body { sum.writeImmutableBuffer(bytes) }
            #expect(sum == Nginx.large)
            let file = server.directory.appending(path: "copy").path
            #expect(try await client.get("\(server.url)/large").save(to: file) == Nginx.large.readableBytes)
            #expect(try Data(contentsOf: URL(filePath: file)) == Data(Nginx.large.readableBytesView))
        }
    }

    @Test("Uploads of known and of unknown length, with and without 100 Continue")
    func uploads() async throws {
        try await Nginx.run { server in
            let client = makeClient()
            func uploaded() throws -> Data {
                try Data(contentsOf: server.directory.appending(path: "files/up"))
            }
            let whole = Data(Nginx.large.readableBytesView)
            let put = try await client.put("\(server.url)/put/up", body: .buffer(Nginx.large))
            #expect(put.status == .created)
            #expect(try uploaded() == whole)

            let pieces = AsyncStream<ByteBuffer> { continuation in
                var rest = Nginx.large
                while let piece = rest.readSlice(length: min(rest.readableBytes, 100_000)), piece.readableBytes > 0 {
                    continuation.yield(piece)
                }
                continuation.finish()
            }
            let again = try await client.put("\(server.url)/put/up", body: .stream(pieces))
            #expect(again.status == .noContent)
            #expect(try uploaded() == whole)

            let file = server.directory.appending(path: "files/large").path
            let statuses = Events<Int>()
            let request = try client.open(.put, "\(server.url)/put/up2")
            request.headers[.expect] = "100-continue"
            request.onInformational = { status, _ in statuses.add(status.code) }
            #expect(try await request.end(.file(file)).status == .created)
            #expect(try await statuses.next() == 100)
            #expect(try Data(contentsOf: server.directory.appending(path: "files/up2")) == whole)
            #expect(client.connectionCounts.total == 1)
        }
    }

    @Test("An upload that nginx refuses gets the refusal, whether or not it was awaited")
    func refusedUpload() async throws {
        try await Nginx.run { server in
            let client = makeClient()
            for expects in [true, false] {
                let request = try client.open(.post, "\(server.url)/413")
                if expects { request.headers[.expect] = "100-continue" }
                let response = try await request.end(.buffer(Nginx.large))
                #expect(response.status == .contentTooLarge)
                #expect(try await response.text().contains("413"))
            }
            #expect(try await client.get("\(server.url)/hello").text() == Nginx.hello)
        }
    }

    @Test("Redirects")
    func redirects() async throws {
        try await Nginx.run { server in
            let client = makeClient()
            for code in [301, 302, 303] {
                let response = try await client.post("\(server.url)/\(code)", body: "lost")
                #expect(response.method == .get)
                #expect(response.redirects.map(\.status.code) == [code])
                #expect(response.url.path == "/hello")
                #expect(try await response.text() == Nginx.hello)
            }
            for code in [307, 308] {
                let response = try await client.put("\(server.url)/\(code)", body: .text("kept \(code)"))
                #expect(response.isSuccess)
                #expect(try await client.get("\(server.url)/put/moved").text() == "kept \(code)")
            }
            await #expect(throws: HTTPClientError.self) { try await client.get("\(server.url)/loop") }
        }
    }

    @Test("Basic authentication")
    func authentication() async throws {
        try await Nginx.run { server in
            let asked = Events<String?>()
            let client = makeClient {
                $0.authenticate = { _, challenge in
                    asked.add(challenge.realm)
                    return .basic(username: "Aladdin", password: "open sesame")
                }
            }
            #expect(try await client.get("\(server.url)/private/hello").text() == Nginx.hello)
            #expect(try await asked.next() == "cave")
            #expect(try await client.get("\(server.url)/private/text").status == .ok)
            #expect(asked.all.isEmpty)
            let stranger = makeClient()
            try stranger.addCredentials(.basic(username: "Aladdin", password: "x"), for: server.url)
            let refused = try await stranger.get("\(server.url)/private/hello")
            #expect(refused.status == .unauthorized)
            let url = server.url.replacing("http://", with: "http://Aladdin:open%20sesame@")
            #expect(try await makeClient().get("\(url)/private/hello").text() == Nginx.hello)
        }
    }

    @Test("A Unix-domain socket")
    func unixSocket() async throws {
        try await Nginx.run { server in
            let path = server.directory.appending(path: "nginx.sock").path
            let client = makeClient { $0.connectionFactory = { _ in .unix(path: path) } }
            // Its port is listened on first, and the socket a moment after its file is there.
            try await eventually { (try? await client.get("http://example.com/hello").text()) == Nginx.hello }
            for _ in 0..<3 {
                let text = try await client.get("http://example.com/hello").text()
                #expect(text == Nginx.hello)
            }
            #expect(client.connectionCounts.total == 1)
        }
    }

    @Test("A reload in the middle is invisible")
    func reload() async throws {
        try await Nginx.run { server in
            let client = makeClient()
            // nginx listens a little before it is ready for signals; once it answers, it is.
            #expect(try await client.get("\(server.url)/hello").text() == Nginx.hello)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<100 {
                            let text = try await client.get("\(server.url)/hello").text()
                            #expect(text == Nginx.hello)
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<5 {
                        server.process.send(SIGHUP)
                        try await Task.sleep(for: .milliseconds(30))
                        _ = try await client.get("\(server.url)/hello").text()
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("A server killed in the middle of a response is an error, at once")
    func killed() async throws {
        try await Nginx.run(isSingle: true) { server in
            let client = makeClient()
            let response = try await client.get("\(server.url)/slow")
            var body = response.body.makeAsyncIterator()
            #expect(try await body.next() != nil)
            server.process.send(SIGKILL)
            await #expect(throws: HTTPBodyError.connectionClosed) {
                while try await body.next() != nil {}
            }
            try await eventually { client.connectionCounts.total == 0 }
            await #expect(throws: HTTPClientError.self) { try await client.get("\(server.url)/hello") }
        }
    }

    /// How many requests the next test makes: `MARTLET_MANY_REQUESTS`, or 10,000.
    private static let requestCount = ProcessInfo.processInfo.environment["MARTLET_MANY_REQUESTS"].flatMap(Int.init)

    @Test("Ten thousand requests, 64 at a time: none fails, and no connection leaks")
    func manyRequests() async throws {
        let (count, concurrency) = (Self.requestCount ?? 10_000, 64)
        try await Nginx.run { server in
            let client = makeClient()
            let url = "\(server.url)/hello"
            let bytes = try await withThrowingTaskGroup(of: Int.self) { group in
                for worker in 0..<concurrency {
                    group.addTask {
                        var bytes = 0
                        for _ in stride(from: worker, to: count, by: concurrency) {
                            let response = try await client.get(url)
                            guard response.status == .ok else {
                                throw RealServerError(description: "\(response.status)")
                            }
                            bytes += try await response.collect().readableBytes
                        }
                        return bytes
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(bytes == count * Nginx.hello.utf8.count)
            try await eventually { client.connectionCounts.active == 0 }
            let info = client.connectionCounts
            #expect(1...concurrency ~= info.total)
            #expect(info.idle == info.total)
            #if os(Linux)
                let established = try Connections.established(toPort: server.port)
                #expect(established == info.total)
                await client.close()
                try await eventually { (try? Connections.established(toPort: server.port)) == 0 }
            #endif
        }
    }
}

/// The connections that the system knows.
private enum Connections {
    /// How many are open to a port of this machine, seen from the side that has made them.
    static func established(toPort port: Int) throws -> Int {
        let hexadecimal = String(port, radix: 16, uppercase: true)
        let address = "0100007F:\(String(repeating: "0", count: 4 - hexadecimal.count))\(hexadecimal)"
        // Its size is said to be 0, so it is read to its end.
        let file = try FileHandle(forReadingFrom: URL(filePath: "/proc/net/tcp"))
        let table = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        return table.split(separator: "\n").dropFirst().count { line in
            let columns = line.split(separator: " ")
            return columns.count > 3 && columns[2] == address && columns[3] == "01"
        }
    }
}
