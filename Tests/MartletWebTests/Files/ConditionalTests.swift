import HTTPWire
import Martlet
import Testing

@testable import MartletWeb

/// The file of these tests was modified at this time.
private let modified = "Sun, 09 Sep 2001 01:46:40 GMT"
private let earlier = "Sun, 09 Sep 2001 01:46:39 GMT"

@Suite("Conditional and range requests for files")
struct ConditionalTests {
    /// A file in memory and one that is sent from its place: `size` bytes, each the last digit of its position.
    private func withDigits(_ size: Int = 100, test: (HTTPServer, String) async throws -> Void) async throws {
        let site = try TemporaryDirectory()
        try site.write((0..<size).map { 0x30 + UInt8($0 % 10) }, to: Array("root/digits.txt".utf8))
        for cachedBytes in [65_536, 0] {
            try await withFiles(site) {
                $0.maximumCachedFileBytes = cachedBytes
                $0.settlingSeconds = 0
                $0.maximumRanges = 5
            } test: { server in
                let tag = try #require(try await server.response(to: get("/digits.txt"))["etag"])
                try await test(server, tag)
            }
        }
    }

    @Test("304 has the fields that tell about the file, and no others")
    func notModified() async throws {
        try await withDigits { server, tag in
            for fields in [
                "If-None-Match: \(tag)", "If-None-Match: \"x\", W/\(tag)", "If-None-Match: *",
                "If-Modified-Since: \(modified)", "If-None-Match: \(tag)\r\nIf-Modified-Since: \(earlier)",
                "If-None-Match: \(tag)\r\nRange: bytes=0-1",
            ] {
                let response = try await server.response(to: get("/digits.txt", fields))
                #expect(response.status == 304)
                #expect(response["etag"] == tag)
                #expect(response["vary"] == "accept-encoding")
                #expect(response["content-type"] == nil)
                #expect(response["content-length"] == nil)
                #expect(response["last-modified"] == nil)
            }
        }
    }

    @Test("conditions that don't hold change nothing, or answer 412")
    func others() async throws {
        try await withDigits { server, tag in
            for (fields, status) in [
                ("If-None-Match: \"x\"", 200), ("If-Modified-Since: \(earlier)", 200), ("If-Modified-Since: soon", 200),
                ("If-None-Match: \"x\"\r\nIf-Modified-Since: \(modified)", 200), ("If-Match: \(tag)", 200),
                ("If-Match: *", 200), ("If-Match: \"x\"", 412), ("If-Match: W/\(tag)", 412),
                ("If-Unmodified-Since: \(modified)", 200), ("If-Unmodified-Since: \(earlier)", 412),
                ("If-Match: \"x\"\r\nIf-None-Match: \(tag)", 412),
                ("If-Unmodified-Since: \(earlier)\r\nRange: bytes=0-1", 412),
            ] {
                let response = try await server.response(to: get("/digits.txt", fields))
                #expect(response.status == status, "\(fields)")
            }
        }
    }

    @Test("one range is 206 with Content-Range")
    func single() async throws {
        try await withDigits { server, _ in
            for (range, contentRange, content) in [
                ("bytes=0-4", "bytes 0-4/100", "01234"), ("bytes=95-", "bytes 95-99/100", "56789"),
                ("bytes=-3", "bytes 97-99/100", "789"), ("bytes=98-200", "bytes 98-99/100", "89"),
                ("bytes=3-3", "bytes 3-3/100", "3"), ("bytes=200-,7-8", "bytes 7-8/100", "78"),
                ("bytes=0-1,2-3", "bytes 0-3/100", "0123"),
            ] {
                let response = try await server.response(to: get("/digits.txt", "Range: \(range)"))
                #expect(response.statusLine == "HTTP/1.1 206 Partial Content")
                #expect(response["content-range"] == contentRange)
                #expect(response["content-length"] == "\(content.utf8.count)")
                #expect(response["content-type"] == "text/plain; charset=utf-8")
                #expect(response.text == content)
            }
        }
    }

    @Test("several ranges are multipart/byteranges, in the order they were asked for")
    func several() async throws {
        try await withDigits(1000) { server, _ in
            let response = try await server.response(to: get("/digits.txt", "Range: bytes=500-504, 0-1, -1"))
            #expect(response.status == 206)
            let type = try #require(response["content-type"].flatMap { MediaType($0) })
            #expect(type.essence == "multipart/byteranges")
            let boundary = try #require(type.parameters["boundary"])
            func part(_ range: String, _ content: String) -> String {
                "\r\n--\(boundary)\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes \(range)/1000\r\n\r\n"
                    + content
            }
            #expect(response["content-range"] == nil)
            #expect(response["content-length"] == "\(response.content.count)")
            let parts = part("500-504", "01234") + part("0-1", "01") + part("999-999", "9")
            #expect(response.text == parts + "\r\n--\(boundary)--\r\n")
        }
    }

    @Test("416 tells the length")
    func unsatisfiable() async throws {
        try await withDigits { server, _ in
            for range in ["bytes=100-", "bytes=-0", "bytes=500-600, 700-"] {
                let response = try await server.response(to: get("/digits.txt", "Range: \(range)"))
                #expect(response.status == 416)
                #expect(response["content-range"] == "bytes */100")
                #expect(response["etag"] == nil)
            }
        }
    }

    @Test("what is no range, or too many, is ignored; so are ranges in a HEAD request")
    func ignored() async throws {
        try await withDigits { server, _ in
            for range in ["lines=0-1", "bytes=1-0", "bytes=a-b", "bytes=", "0-1", "bytes=0-1,20-,30-,40-,50-,60-"] {
                let response = try await server.response(to: get("/digits.txt", "Range: \(range)"))
                #expect(response.status == 200, "\(range)")
                #expect(response.content.count == 100)
            }
            let twice = try await server.response(to: get("/digits.txt", "Range: bytes=0-1", "Range: bytes=3-4"))
            #expect(twice.status == 200)
            let head = try await server.response(
                to: "HEAD /digits.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\n"
            )
            #expect(head.status == 200)
            #expect(head["content-length"] == "100")
        }
    }

    @Test("If-Range sends the rest of the same version, or the whole of another")
    func ifRange() async throws {
        try await withDigits { server, tag in
            for (condition, status) in [
                (tag, 206), ("\"x\"", 200), ("W/\(tag)", 200), (modified, 206), (earlier, 200), ("nonsense", 200),
            ] {
                let response = try await server.response(
                    to: get("/digits.txt", "Range: bytes=98-", "If-Range: \(condition)")
                )
                #expect(response.status == status, "\(condition)")
                #expect(response.content.count == (status == 206 ? 2 : 100))
            }
        }
    }

    @Test("an empty file is sent whole, whatever is asked for")
    func empty() async throws {
        try await withDigits(0) { server, _ in
            let response = try await server.response(to: get("/digits.txt", "Range: bytes=0-"))
            #expect(response.status == 200)
            #expect(response["content-length"] == "0")
        }
    }

    @Test("a file longer than 4 GiB has its end")
    func large() async throws {
        let site = try TemporaryDirectory()
        let length = 5 << 30
        try site.makeHole(length, at: "root/large.bin")
        try await withFiles(site) { server in
            let client = try await server.connect()
            client.send("HEAD /large.bin HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.response(to: "HEAD")["content-length"] == "\(length)")
            client.send(get("/large.bin", "Range: bytes=-5"))
            let end = try await client.response()
            #expect(end["content-range"] == "bytes \(length - 5)-\(length - 1)/\(length)")
            #expect(end.content == [0, 0, 0, 0, 0])
            client.send(get("/large.bin", "Range: bytes=4294967295-4294967297,1-1"))
            #expect(try await client.response().status == 206)
        }
    }

    @Test("a browser asks once, then whether it has changed, then for what has")
    func browser() async throws {
        let site = try TemporaryDirectory()
        try site.write("<link rel=stylesheet href=style.css>", to: "root/index.html")
        try site.write("a { color: red }", to: "root/style.css")
        try await withFiles(site) { server in
            let client = try await server.connect()
            var tags: [String] = []
            for target in ["/", "/style.css"] {
                client.send(get(target, "Accept-Encoding: gzip, deflate, br, zstd", "Sec-Fetch-Dest: document"))
                tags.append(try #require(try await client.response()["etag"]))
            }
            client.send(get("/", "If-None-Match: \(tags[0])") + get("/style.css", "If-None-Match: \(tags[1])"))
            #expect(try await client.response().status == 304)
            #expect(try await client.response().status == 304)
            try site.write("a { color: green }", to: "root/style.css", modified: 1_000_000_001)
            client.send(get("/style.css", "If-None-Match: \(tags[1])", "If-Modified-Since: \(modified)"))
            let changed = try await client.response()
            #expect(changed.status == 200)
            #expect(changed.text == "a { color: green }")
            #expect(changed["content-type"] == "text/css; charset=utf-8")
        }
    }
}
