import Foundation
import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization
import Testing

@testable import Martlet

private func field(_ name: String) -> HTTPField.Name {
    HTTPField.Name(name) ?? .accept
}

@Suite("HTTPClient: redirects, codings, informational responses", .timeLimit(.minutes(5)))
struct HTTPClientMessageTests {
    // MARK: Redirects

    @Test("Pieces that fill the socket go out once, and in their order")
    func largeStreamedContent() async throws {
        try await ScriptedServer.run { connection, _ in
            let head = try connection.readHead()
            var content = ""
            if head.contains("chunked") {
                while let size = Int(try connection.read(through: "\r\n").dropLast(1), radix: 16) {
                    content += try connection.read(count: size)
                    try connection.read(count: 2)
                    if size == 0 { break }
                }
            } else {
                content = try connection.read(count: 3_000_000)
            }
            let expected = (0..<300).flatMap { Array(repeating: UInt8(97 + $0 % 26), count: 10_000) }
            let answer = expected.elementsEqual(content.utf8) ? "whole" : "broken"
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(answer.utf8.count)\r\n\r\n\(answer)")
        } while: { server in
            for length in [nil, 3_000_000] {
                // Sizes around those from which buffers are passed on, not copied.
                let pieces = AsyncStream<ByteBuffer> { continuation in
                    for number in 0..<300 {
                        let bytes = ByteBuffer(repeating: UInt8(97 + number % 26), count: 10_000)
                        continuation.yield(bytes)
                    }
                    continuation.finish()
                }
                let response = try await makeClient().post(server.url, body: .stream(pieces, length: length))
                #expect(try await response.text() == "whole")
            }
        }
    }

    @Test(
        "A redirect keeps or changes method and content (RFC 9110 section 15.4)",
        arguments: [
            (301, HTTPRequest.Method.post, "GET", ""), (302, .post, "GET", ""), (303, .post, "GET", ""),
            (307, .post, "POST", "data"), (308, .post, "POST", "data"), (303, .put, "GET", ""),
            (301, .put, "PUT", "data"), (302, .get, "GET", ""), (303, .head, "HEAD", ""),
        ]
    )
    func redirectMethods(_ code: Int, _ method: HTTPRequest.Method, _ next: String, _ content: String) async throws {
        let seen = Mutex("")
        try await ScriptedServer.run { connection, _ in
            let first = try connection.readHead()
            if first.contains("Content-Length: 4") { try connection.read(count: 4) }
            try connection.write("HTTP/1.1 \(code) X\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n")
            var second = try connection.readHead()
            if second.contains("Content-Length: 4") { second += try connection.read(count: 4) }
            seen.withLock { [second] in $0 = second }
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            try connection.readToEnd()
        } while: { server in
            let body: HTTPRequestBody? = method == .get || method == .head ? nil : "data"
            let response = try await makeClient().send(method, "\(server.url)/a/b?c", body: body)
            #expect(response.status == .ok)
            #expect(response.url.description == "\(server.url)/next")
            #expect(response.redirects.map(\.status.code) == [code])
            let text = seen.withLock { $0 }
            #expect(text.hasPrefix("\(next) /next HTTP/1.1\r\n"))
            #expect(text.hasSuffix("\r\n\r\n\(content)"))
            #expect(text.contains("Content-Type") == !content.isEmpty)
        }
    }

    @Test("Credentials never cross an origin", arguments: [301, 302, 303, 307, 308])
    func credentialsStay(_ code: Int) async throws {
        let seen = Mutex("")
        try await ScriptedServer.run { connection, _ in
            let head = try connection.readHead()
            seen.withLock { $0 = head }
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        } while: { other in
            let location = other.url
            try await ScriptedServer.run { connection, _ in
                let head = try connection.readHead()
                let target = head.contains("/out") ? "\(location)/" : "/same"
                if head.contains("/same") {
                    seen.withLock { $0 = head }
                    try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                } else {
                    try connection.write("HTTP/1.1 \(code) X\r\nLocation: \(target)\r\nContent-Length: 0\r\n\r\n")
                    let next = try connection.readHead()
                    seen.withLock { $0 = next }
                    try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                }
            } while: { server in
                let secrets: HTTPFields = [
                    .authorization: "Basic eDp5", .cookie: "a=b", field("Proxy-Authorization"): "p", .accept: "*/*",
                ]
                _ = try await makeClient().get("\(server.url)/out", headers: secrets)
                let crossed = seen.withLock { $0 }
                for name in ["Authorization", "Cookie", "Basic"] { #expect(!crossed.contains(name)) }
                #expect(crossed.contains("Accept: */*"))
                _ = try await makeClient().get("\(server.url)/in", headers: secrets)
                let stayed = seen.withLock { $0 }
                for name in ["Authorization: Basic eDp5", "Cookie: a=b"] { #expect(stayed.contains(name)) }
            }
        }
    }

    @Test("C6, C7: Redirects end: by their limit, without a Location, by the hook, by the setting")
    func redirectEnds() async throws {
        try await ScriptedServer.run { connection, _ in
            while true {
                let head = try connection.readHead()
                let number = head.split(separator: " ")[1].dropFirst().prefix { $0 != "?" }
                let location: String =
                    switch number {
                    case "loop": "Location: /loop\r\n"
                    case "none": ""
                    case "ftp": "Location: ftp://x/\r\n"
                    default: "Location: /\((Int(number) ?? 0) + 1)\r\n"
                    }
                try connection.write("HTTP/1.1 302 Found\r\n\(location)Content-Length: 0\r\n\r\n")
            }
        } while: { server in
            let client = makeClient()
            func error(_ path: String) async -> RedirectError? {
                do {
                    _ = try await client.get("\(server.url)/\(path)")
                    return nil
                } catch {
                    guard case HTTPClientError.redirect(let error, _) = error else { return nil }
                    return error
                }
            }
            #expect(await error("0") == .limitExceeded(limit: 5))
            #expect(await error("loop") == .limitExceeded(limit: 5))
            let none = try await client.get("\(server.url)/none")
            #expect(none.status == .found && !none.isRedirect && none.redirects.isEmpty)
            #expect(try await none.collect().readableBytes == 0)
            await #expect(throws: HTTPClientError.redirect(.missingLocation, after: [])) {
                _ = try await none.redirect()
            }
            #expect(await error("ftp") == .unsupportedScheme("ftp"))
            let request = try client.open(.get, "\(server.url)/0")
            request.followsRedirects = false
            let response = try await request.end()
            #expect(response.isRedirect)
            #expect(response.status == .found)
            let hooked = makeClient {
                $0.onRedirect = { redirect, _ in redirect.location.path != "/3" }
            }
            let stopped = try await hooked.get("\(server.url)/0")
            #expect(stopped.status == .found)
            #expect(stopped.redirects.map(\.location.path) == ["/1", "/2"])
        }
    }

    @Test("A redirect is followed by hand, with another method or to another place, past limits")
    func redirectByHand() async throws {
        try await HTTPClient.withOverride { request in
            let text = "\(request.method) \(request.url) \(String(buffer: request.body))"
            return request.url.path == "/end"
                ? .text(text) : .init(status: .temporaryRedirect, headers: [.location: "/loop"])
        } operation: {
            let client = makeClient { $0.maximumRedirects = 0 }
            let request = try client.open(.put, "http://a.test/loop")
            request.followsRedirects = false
            let response = try await request.end("data")
            #expect(response.statusCode == 307 && response.reasonPhrase == "Temporary Redirect")
            let again = try await response.redirect()
            #expect(again.statusCode == 307 && again.redirects.map(\.location.path) == ["/loop"])
            let end = try await again.redirect(to: "end?q")
            #expect(try await end.text() == "PUT http://a.test/end?q data")
            #expect(end.redirects.map(\.location.path) == ["/loop", "/end"])
            let got = try await again.redirect(.get, to: "http://b.test/end")
            #expect(try await got.text() == "GET http://b.test/end ")
            await #expect(throws: HTTPClientError.redirect(.notARedirect(200), after: got.redirects)) {
                _ = try await got.redirect()
            }
        }
    }

    @Test("A streamed content can't be sent again, and says so")
    func streamedRedirect() async throws {
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            try connection.read(through: "0\r\n\r\n")
            try connection.write("HTTP/1.1 307 X\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n")
            try connection.readToEnd()
        } while: { server in
            let request = try makeClient().open(.post, "\(server.url)/a")
            try await request.write("text")
            await #expect(throws: HTTPClientError.bodyNotRepeatable("The server redirects to \(server.url)/b")) {
                _ = try await request.end()
            }
        }
    }

    // MARK: Codings

    private static let codings = ContentCoding.supported.filter { $0 != .identity }

    @Test("Each coding is undone, in pieces of any size", arguments: Self.codings)
    func decoding(_ coding: ContentCoding) async throws {
        let text = (0..<5000).map(String.init).joined(separator: " ")
        let compressor = try Compressor(coding)
        var compressed = ByteBuffer()
        try compressor.compress(ByteBuffer(string: text), into: &compressed)
        try compressor.finish(into: &compressed)
        let bytes = Array(compressed.readableBytesView)
        try await ScriptedServer.run { connection, number in
            try connection.readHead()
            try connection.write(
                "HTTP/1.1 200 OK\r\nContent-Encoding: \(coding)\r\nContent-Length: \(bytes.count)\r\n\r\n"
            )
            for start in stride(from: 0, to: bytes.count, by: 700) {
                try connection.write(Array(bytes[start..<min(start + 700, bytes.count)]))
            }
            try connection.readToEnd()
        } while: { server in
            let response = try await makeClient().get("\(server.url)/")
            #expect(response.compressionState == .decompressed)
            #expect(response.headers[.contentEncoding] == nil)
            #expect(response.contentLength == nil)
            #expect(try await response.text() == text)
            let raw = try await makeClient { $0.decompresses = false }.get("\(server.url)/")
            #expect(raw.compressionState == .compressed)
            #expect(raw.headers[.contentEncoding] == coding.description)
            #expect(try await raw.collect().readableBytes == bytes.count)
            let limited = try await makeClient { $0.decompressionLimits = .init(maximumOutput: 1000) }
                .get("\(server.url)/")
            await #expect(throws: HTTPClientError.undecodableContent(.outputLimitExceeded(1000))) {
                _ = try await limited.collect()
            }
        }
    }

    @Test("A content that grows without measure is an error before it fills the memory", arguments: Self.codings)
    func bomb(_ coding: ContentCoding) async throws {
        let compressor = try Compressor(coding)
        var compressed = ByteBuffer()
        for _ in 0..<32 {
            try compressor.compress(ByteBuffer(repeating: 0, count: 1 << 20), into: &compressed)
        }
        try compressor.finish(into: &compressed)
        let bytes = Array(compressed.readableBytesView)
        #expect(bytes.count < 1 << 17)
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            try connection.write(
                "HTTP/1.1 200 OK\r\nContent-Encoding: \(coding)\r\nContent-Length: \(bytes.count)\r\n\r\n"
            )
            try connection.write(bytes)
            try connection.readToEnd()
        } while: { server in
            let client = makeClient()
            let response = try await client.get("\(server.url)/")
            var count = 0
            await #expect(throws: HTTPClientError.undecodableContent(.ratioLimitExceeded(250))) {
                for try await bytes in response.body { count += bytes.readableBytes }
            }
            #expect(count <= 2 << 20)
            let trusting = makeClient { $0.decompressionLimits.maximumRatio = 100_000 }
            #expect(try await trusting.get("\(server.url)/").collect().readableBytes == 32 << 20)
        }
    }

    // MARK: Informational responses

    @Test("A content waits for 100 Continue, for a second at most, and not for a refusal")
    func expectContinue() async throws {
        let seen = Mutex<[String]>([])
        try await ScriptedServer.run { connection, number in
            let head = try connection.readHead()
            seen.withLock { $0.append(head) }
            switch number {
            case 0:
                try connection.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
                let content = try connection.read(count: 4)
                seen.withLock { $0.append(content) }
            case 1:
                let content = try connection.read(count: 4)
                seen.withLock { $0.append(content) }
            default:
                try connection.write("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n")
                let rest = try connection.readToEnd()
                seen.withLock { $0.append(rest) }
                return
            }
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        } while: { server in
            for number in 0..<3 {
                let client = makeClient { $0.expectContinueTimeout = number == 1 ? .milliseconds(30) : .seconds(60) }
                let told = Mutex<[Int]>([])
                let request = try client.open(.put, "\(server.url)/")
                request.headers[.expect] = "100-continue"
                request.onInformational = { status, _ in told.withLock { $0.append(status.code) } }
                let response = try await request.end("data")
                if response.status == .ok, seen.withLock({ $0.count }) == 2 {
                    #expect(told.withLock { $0 } == [100, 103])
                }
            }
            try await eventually { seen.withLock { $0.count } == 6 }
            let all = seen.withLock { $0 }
            #expect(all[0].hasSuffix("Content-Length: 4\r\nExpect: 100-continue\r\n\r\n"))
            #expect(all[1] == "data" && all[3] == "data" && all[5] == "")
        }
    }

    @Test("After 101 the connection is the caller's")
    func upgrade() async throws {
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            try connection.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nearly ")
            let text = try connection.read(through: "!")
            try connection.write("heard \(text)")
        } while: { server in
            let client = makeClient()
            let response = try await client.get(
                "\(server.url)/",
                headers: [.connection: "Upgrade", .upgrade: "x"]
            )
            #expect(response.status.code == 101)
            let socket = try response.detachSocket()
            #expect(throws: HTTPClientError.notDetachable) { _ = try response.detachSocket() }
            try await socket.write("hello!")
            let text = try await socket.inbound.collect(upTo: 100)
            #expect(String(buffer: text) == "early heard hello!")
            await socket.close()
            try await eventually { client.connectionCounts.total == 0 }
        }
    }

    @Test("101 without having been asked for is an error (RFC 9110 section 7.8)")
    func unexpectedUpgrade() async throws {
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            try connection.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
            try connection.readToEnd()
        } while: { server in
            let client = makeClient()
            let url = server.url
            await #expect(throws: HTTPClientError.unexpectedUpgrade) {
                try await within { _ = try await client.get("\(url)/") }
            }
            try await eventually { client.connectionCounts.total == 0 }
        }
    }

    @Test("Each side of a detached connection can be closed alone")
    func detachedHalfClose() async throws {
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            try connection.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
            try connection.write("answer to \(connection.readToEnd())")
        } while: { server in
            let response = try await makeClient().get(
                "\(server.url)/",
                headers: [.connection: "Upgrade", .upgrade: "x"]
            )
            let socket = try response.detachSocket()
            try await socket.write("question")
            await socket.closeOutput()
            #expect(try await String(buffer: socket.inbound.collect(upTo: 100)) == "answer to question")
            await socket.close()
        }
    }

    // MARK: Overrides, metrics, files

    @Test("A stub's content is decompressed like a server's")
    func compressedStub() async throws {
        let compressor = try Compressor(.gzip)
        var compressed = ByteBuffer()
        try compressor.compress(ByteBuffer(string: "Hello"), into: &compressed)
        try compressor.finish(into: &compressed)
        let stub = HTTPOverrides.Response(headers: [.contentEncoding: "gzip", .contentLength: "25"], body: compressed)
        try await HTTPClient.withOverride {
            $0.method == .head ? .init(headers: stub.headers) : stub
        } operation: {
            let response = try await makeClient().get("http://a.test/")
            #expect(response.compressionState == .decompressed)
            #expect(response.headers[.contentEncoding] == nil && response.headers[.contentLength] == nil)
            #expect(try await response.text() == "Hello")
            let head = try await makeClient().head("http://a.test/")
            #expect(head.compressionState == .compressed && head.contentLength == 25)
            let raw = try await makeClient { $0.decompresses = false }.get("http://a.test/")
            #expect(raw.compressionState == .compressed)
            #expect(try await raw.collect() == compressed)
        }
    }

    @Test("Tests answer requests without a network")
    func overrides() async throws {
        struct Answer: Codable, Equatable { var name: String }
        try await HTTPClient.withOverride { request in
            if request.url.path == "/old" {
                return .init(status: .found, headers: [.location: "/new"])
            }
            return .text("{\"name\":\"\(request.method) \(request.url.path) \(String(buffer: request.body))\"}")
        } operation: {
            let response = try await HTTPClient.shared.get("http://example.com/old")
            #expect(try await response.json(Answer.self) == Answer(name: "GET /new "))
            let request = try HTTPClient.shared.open(.post, "http://example.com/x")
            try await request.write("abc")
            let posted = try await request.end()
            #expect(try await posted.json(Answer.self).name == "POST /x abc")
        }
    }

    @Test("The hook is told how each request went")
    func metrics() async throws {
        try await ScriptedServer.run { connection, _ in
            for _ in 0..<2 {
                try connection.readHead()
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello")
            }
            try connection.readHead()
        } while: { server in
            let all = Mutex<[HTTPClientMetrics]>([])
            let client = makeClient {
                $0.maximumRetries = 0
                $0.onMetrics = { metrics in all.withLock { $0.append(metrics) } }
            }
            for _ in 0..<2 { _ = try await client.get("\(server.url)/x").text() }
            _ = try? await client.get("\(server.url)/y")
            let told = all.withLock { $0 }
            try #require(told.count == 3)
            #expect(told.map(\.isConnectionReused) == [false, true, true])
            #expect(told[0].url == "\(server.url)/x")
            #expect(told[0].connect != nil && told[1].connect == nil)
            #expect(told[0].status == .ok && told[2].status == nil && told[2].error != nil)
            #expect(told[0].bytesReceived == 43 && told[0].bytesSent > 50)
            #expect(told[0].total >= told[0].firstByte ?? .zero)
        }
    }

    @Test("A file is sent, and a content is saved")
    func files() async throws {
        let path = "/tmp/martlet-client-\(UInt64.random(in: .min ... .max))"
        defer { LocalFile.remove(path) }
        try await ScriptedServer.run { connection, _ in
            let head = try connection.readHead()
            if head.hasPrefix("GET") {
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n")
                try connection.write(String(repeating: "z", count: 300_000))
            } else {
                try connection.read(count: 300_000)
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        } while: { server in
            let client = makeClient()
            var last = 0
            let response = try await client.get("\(server.url)/")
            let count = try await response.save(to: path) { written, total in
                #expect(total == 300_000)
                last = written
            }
            #expect(count == 300_000 && last == 300_000)
            let sent = try await client.put("\(server.url)/", body: .file(path))
            #expect(try await sent.text() == "ok")
            await #expect(throws: FileError(operation: "open", path: "/nowhere/at/all", code: ENOENT)) {
                _ = try await HTTPRequestBody.file("/nowhere/at/all")
            }
            // Nobody waits for what is no file, such as a pipe that nobody writes to.
            let pipe = path + ".pipe"
            mkfifo(pipe, 0o600)
            defer { LocalFile.remove(pipe) }
            let refusal = await #expect(throws: FileError.self) { _ = try await HTTPRequestBody.file(pipe) }
            #expect(refusal?.description == "Couldn't open \(pipe): It is not a file")
        }
    }
}
