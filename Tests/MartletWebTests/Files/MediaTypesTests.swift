import HTTPWire
import MartletWeb
import Testing

@Suite("Media types of files")
struct MediaTypesTests {
    @Test("are known for more than a thousand extensions")
    func count() {
        #expect(MediaTypes.standard.count > 1000)
    }

    @Test(
        "go by what stands behind the last dot",
        arguments: [
            ("index.html", "text/html"), ("INDEX.HTM", "text/html"), ("a.js", "text/javascript"),
            ("a.mjs", "text/javascript"),
            ("a.css", "text/css"), ("a.json", "application/json"), ("a.svg", "image/svg+xml"),
            ("a.wasm", "application/wasm"),
            ("a.avif", "image/avif"), ("a.webp", "image/webp"), ("a.woff2", "font/woff2"), ("a.mp4", "video/mp4"),
            ("a.tar.gz", "application/gzip"), ("a.webmanifest", "application/manifest+json"), ("a.md", "text/markdown"),
            ("a.ico", "image/vnd.microsoft.icon"), ("a.pdf", "application/pdf"), ("a.dart", "text/x-dart"), ("a", nil),
            ("a.", nil), ("html", nil), (".html", "text/html"), ("a.nonsense", nil), ("", nil),
        ] as [(String, String?)]
    )
    func types(name: String, type: String?) {
        #expect(MediaTypes.standard.type(ofFileNamed: name)?.essence == type)
    }

    @Test("can be added and taken away")
    func changes() {
        var types = MediaTypes(table: "# comment\ntext/x-a a AA # more\nnonsense b\ntext/x-c\n")
        #expect(types.count == 2)
        #expect(types["aA"]?.essence == "text/x-a")
        types["B"] = .json
        #expect(types.type(ofFileNamed: "x.b") == .json)
        types["a"] = nil
        #expect(types["a"] == nil)
    }

    @Test(
        "can be told by the first bytes",
        arguments: [
            ("%PDF-1.7", "application/pdf"), ("GIF89a", "image/gif"), ("\u{0}asm\u{1}", "application/wasm"),
            ("RIFF1234WEBPVP8 ", "image/webp"), ("RIFF1234WAVEfmt ", "audio/wav"), ("0000ftypavif", "image/avif"),
            ("0000ftypisom", "video/mp4"), ("PK\u{3}\u{4}", "application/zip"), ("<html>", nil), ("", nil), ("GI", nil),
        ] as [(String, String?)]
    )
    func sniffing(text: String, type: String?) {
        #expect(MediaTypeSniffer.type(of: text.utf8)?.essence == type)
    }

    @Test("are sniffed when told to")
    func sniffingFiles() async throws {
        let site = try TemporaryDirectory()
        try site.write("GIF89a", to: "root/picture")
        try site.write("what is this", to: "root/other")
        for (sniffs, type) in [(false, "application/octet-stream"), (true, "image/gif")] {
            try await withFiles(site) {
                $0.sniffsMediaTypes = sniffs
            } test: { server in
                var answer = try await server.response(to: get("/picture"))
                #expect(answer["content-type"] == type)
                answer = try await server.response(to: get("/other"))
                #expect(answer["content-type"] == "application/octet-stream")
            }
        }
    }
}
