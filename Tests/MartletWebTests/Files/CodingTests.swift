import HTTPWire
import Martlet
import NIOCore
import Testing

@testable import MartletWeb

@Suite("Files in content codings")
struct CodingTests {
    private let text = String(repeating: "All work and no play. ", count: 100)

    private func site() throws -> TemporaryDirectory {
        let site = try TemporaryDirectory()
        try site.write(text, to: "root/a.txt")
        try site.write("as br", to: "root/a.txt.br")
        try site.write("as zstd", to: "root/a.txt.zst")
        try site.write(text, to: "root/b.txt")
        try site.write("old", to: "root/b.txt.br", modified: 999_999_999)
        try site.write(text, to: "root/c.png")
        try site.write("as br", to: "root/c.png.br")
        return site
    }

    @Test(
        "are chosen by Accept-Encoding",
        arguments: [
            ("br", "br", "as br"), ("gzip, deflate, br, zstd", "br", "as br"), ("zstd", "zstd", "as zstd"),
            ("zstd, br;q=0.5", "zstd", "as zstd"), ("br;q=0, zstd;q=0", nil, nil), ("identity, br;q=0.5", nil, nil),
            ("", nil, nil), ("compress", nil, nil), ("*", "br", "as br"),
        ] as [(String, String?, String?)]
    )
    func precompressed(accepted: String, coding: String?, content: String?) async throws {
        try await withFiles(try site()) { server in
            for _ in 0..<2 {
                let response = try await server.response(to: get("/a.txt", "Accept-Encoding: \(accepted)"))
                #expect(response["content-encoding"] == coding)
                #expect(response["vary"] == "accept-encoding")
                #expect(response["content-type"] == "text/plain; charset=utf-8")
                #expect(response.text == content ?? text)
            }
        }
    }

    @Test("have tags of their own, and ranges")
    func tags() async throws {
        try await withFiles(try site()) { server in
            let plain = try await server.response(to: get("/a.txt"))
            let coded = try await server.response(to: get("/a.txt", "Accept-Encoding: br"))
            let tag = try #require(coded["etag"])
            #expect(tag != plain["etag"])
            let same = try await server.response(to: get("/a.txt", "Accept-Encoding: br", "If-None-Match: \(tag)"))
            #expect(same.status == 304)
            let part = try await server.response(
                to: get("/a.txt", "Accept-Encoding: br", "Range: bytes=3-", "If-Range: \(tag)")
            )
            #expect(part.status == 206)
            #expect(part.text == "br")
            #expect(part["content-encoding"] == "br")
        }
    }

    @Test("are made with gzip where nobody has made them, and kept", arguments: [0, 2])
    func gzip(settlingSeconds: Int) async throws {
        try await withFiles(try site()) {
            $0.settlingSeconds = settlingSeconds
        } test: { server in
            var tags: Set<String?> = []
            for _ in 0..<3 {
                // The sibling of b.txt is older than b.txt.
                let response = try await server.response(to: get("/b.txt", "Accept-Encoding: gzip, br"))
                #expect(response["content-encoding"] == "gzip")
                #expect(response["content-length"] == "\(response.content.count)")
                #expect(response.content.count < 200)
                var (input, output) = (ByteBuffer(bytes: response.content), ByteBuffer())
                try Decompressor(.gzip).decompress(&input, into: &output)
                #expect(String(buffer: output) == text)
                tags.insert(response["etag"])
            }
            #expect(tags.count == 1)
            let part = try await server.response(to: get("/b.txt", "Accept-Encoding: gzip", "Range: bytes=0-2"))
            #expect(part["content-encoding"] == nil)
            #expect(part.text == "All")
        }
    }

    @Test("are left alone where they are of no use, or switched off")
    func none() async throws {
        try await withFiles(try site()) { server in
            let image = try await server.response(to: get("/c.png", "Accept-Encoding: br, gzip"))
            #expect(image["content-encoding"] == nil)
            #expect(image["vary"] == nil)
        }
        try await withFiles(try site()) {
            $0.servesPrecompressedFiles = false
            $0.maximumCompressedBytes = 0
        } test: { server in
            let response = try await server.response(to: get("/a.txt", "Accept-Encoding: br, gzip"))
            #expect(response["content-encoding"] == nil)
            #expect(response["vary"] == nil)
        }
    }
}
