import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@testable import MartletWeb

@Suite("Files whose names say that they are compressed")
struct CompressedNameTests {
    private func gzip(_ text: String) throws -> [UInt8] {
        var output = ByteBuffer()
        let compressor = try Compressor(.gzip)
        try compressor.compress(ByteBuffer(string: text), into: &output)
        try compressor.finish(into: &output)
        return Array(output.readableBytesView)
    }

    private let image = "<svg xmlns='http://www.w3.org/2000/svg'>" + String(repeating: "<g/>", count: 500) + "</svg>"

    @Test("F4: x.svgz is sent in one layer of gzip, which is told", arguments: Transport.allCases)
    func svgz(transport: Transport) async throws {
        let site = try TemporaryDirectory()
        let content = try gzip(image)
        for name in ["x.svgz", "X.SVGZ", "a.b.svgz"] { try site.write(content, to: Array("root/\(name)".utf8)) }
        for (cachedBytes, accepted) in [(16_384, "gzip"), (0, "gzip, br"), (16_384, "identity"), (0, "br;q=1, *;q=0")] {
            var configuration = VirtualDirectory.Configuration()
            configuration.maximumCachedFileBytes = cachedBytes
            let files = VirtualDirectory(site.root, configuration: configuration)
            try await withServer(over: transport, .bare, client: { $0.decompresses = false }, files.handle) {
                server,
                client in
                for name in ["x.svgz", "X.SVGZ", "a.b.svgz"] {
                    let fields: HTTPFields = [.acceptEncoding: accepted]
                    let response = try await client.get(server.url + name, headers: fields)
                    #expect(response.headers[.contentType] == "image/svg+xml")
                    #expect(response.headers[.contentEncoding] == "gzip")
                    #expect(Array(try await response.body.collect(upTo: 100_000).readableBytesView) == content)
                }
            }
        }
    }

    @Test("F4: an x.svgz that is not compressed is an image like others")
    func plainSVGZ() async throws {
        let site = try TemporaryDirectory()
        try site.write(image, to: "root/x.svgz")
        try site.write("", to: "root/empty.svgz")
        try await withFiles(site) { server in
            let response = try await server.response(to: get("/x.svgz", "Accept-Encoding: gzip"))
            #expect(response["content-encoding"] == nil)
            #expect(response.text == image)
            #expect(try await server.response(to: get("/empty.svgz")).status == 200)
        }
    }

    @Test(
        "F4: what is compressed by its name is not compressed again, whatever its type",
        arguments: [
            "a.html.gz", "a.tgz", "a.tar.gz", "a.txt.br", "a.css.zst", "a.js.xz", "a.sql.bz2", "a.GZ", "model.3mf",
            "a.zip",
            "a.svg.gz", "x.woff2", "a.x3dz",
        ]
    )
    func compressed(name: String) async throws {
        let site = try TemporaryDirectory()
        let content = String(repeating: "x", count: 1000)
        try site.write(content, to: "root/\(name)")
        try site.write("sibling", to: "root/\(name).gz")
        try await withFiles(site) {
            // Even if somebody says that they are text.
            for ending in ["gz", "tgz", "br", "zst", "xz", "bz2", "zip", "woff2"] { $0.mediaTypes[ending] = .plainText }
        } test: { server in
            let response = try await server.response(to: get("/\(name)", "Accept-Encoding: gzip, br"))
            #expect(response["content-encoding"] == nil)
            #expect(response["vary"] == nil)
            #expect(response.text == content)
        }
    }

    @Test("F1: an archive that was compressed is not sent as the archive")
    func archive() async throws {
        let site = try TemporaryDirectory()
        let content = String(repeating: "x", count: 1000)
        try site.write(content, to: "root/a.tar")
        try site.write("other", to: "root/a.tar.gz")
        try await withFiles(site) {
            $0.maximumCompressedBytes = 0
        } test: { server in
            let response = try await server.response(to: get("/a.tar", "Accept-Encoding: gzip"))
            #expect(response["content-encoding"] == nil)
            #expect(response.text == content)
        }
    }
}
