import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Synchronization
import Testing

@testable import MartletWeb

@Suite("One file, however its path is spelled")
struct SpellingTests {
    private let script = String(repeating: "console.log('All work and no play');\n", count: 2000)

    private func files(
        _ change: (inout VirtualDirectory.Configuration) -> Void = { _ in }
    ) throws -> (TemporaryDirectory, VirtualDirectory) {
        let site = try TemporaryDirectory()
        try site.makeDirectory("root/sub")
        try site.write(script, to: "root/app.js")
        try site.write(script, to: "root/sub/index.html")
        var configuration = VirtualDirectory.Configuration()
        configuration.settlingSeconds = 0
        change(&configuration)
        return (site, VirtualDirectory(site.root, configuration: configuration))
    }

    @Test("M3: is kept once, and compressed once", arguments: [false, true])
    func once(hasPrefix: Bool) async throws {
        let (site, plain) = try files()
        let files =
            hasPrefix ? VirtualDirectory(site.root, pathPrefix: "/st atic", configuration: plain.configuration) : plain
        let before = hasPrefix ? "/st%20atic" : ""
        try await withServer(.bare, files.handle) { server in
            let client = try await server.connect()
            for spelling in [
                "/app.js", "/%61pp.js", "/a%70p.js", "//app.js", "/app%2ejs", "/app%2Ejs", "///%61%70%70.%6A%73",
                "/app.js?x=1",
                "/%61%70p.js?%61",
            ] {
                for coding in ["gzip", "GZip", "gzip;q=0.5, br", "x-gzip"] {
                    client.send(get(before + spelling, "Accept-Encoding: \(coding)"))
                    let response = try await client.response()
                    #expect(response["content-encoding"] == "gzip")
                }
                client.send("HEAD \(before)\(spelling) HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
                #expect(try await client.response(to: "HEAD")["content-encoding"] == "gzip")
                client.send(get(before + spelling, "Range: bytes=0-6"))
                #expect(try await client.response().text == "console")
            }
            #expect(files.compressions.count == 1)
            let bytes = files.cache.byteCount
            client.send(get(before + "/%61pp.js", "Accept-Encoding: gzip"))
            _ = try await client.response()
            #expect(files.cache.byteCount == bytes)
        }
    }

    @Test("M3: an index file and its directory share what was made of it")
    func index() async throws {
        let (site, files) = try files()
        try await withServer(.bare, files.handle) { server in
            for target in ["/sub/", "/sub/index.html", "//sub//", "/%73ub/"] {
                let response = try await server.response(to: get(target, "Accept-Encoding: gzip"))
                #expect(response["content-encoding"] == "gzip")
            }
        }
        #expect(files.compressions.count == 1)
        _ = site
    }

    @Test("M3: an index file that goes before the present one is seen at once")
    func indexOrder() async throws {
        let (site, files) = try files { $0.indexFiles = ["first.html", "index.html"] }
        try await withServer(.bare, files.handle) { server in
            for _ in 0..<2 { #expect(try await server.response(to: get("/sub/")).text == script) }
            try site.write("first", to: "root/sub/first.html")
            #expect(try await server.response(to: get("/sub/")).text == "first")
        }
    }

    @Test("M3: what many ask for at once is compressed once, over every transport", arguments: Transport.allCases)
    func singleFlight(transport: Transport) async throws {
        let (site, files) = try files()
        try await withServer(over: transport, .bare, files.handle) { server, client in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<20 {
                    let path = ["app.js", "%61pp.js", "a%70p.js"][number % 3]
                    group.addTask {
                        let response = try await client.get(server.url + path, headers: [.acceptEncoding: "gzip"])
                        return try await response.body.collect(upTo: 1_000_000).readableBytes
                    }
                }
                for try await count in group { #expect(count > 0) }
            }
            #expect(files.compressions.count == 1)
        }
        _ = site
    }

    @Test("M3: paths that only look alike are different")
    func lookalikes() {
        let kelvin = CacheKey("/\u{212A}.js")
        #expect("/\u{212A}.js" == "/K.js")
        #expect(kelvin != CacheKey("/K.js"))
        #expect(CacheKey("/e\u{301}") != CacheKey("/\u{E9}"))
        #expect(Set([kelvin, CacheKey("/K.js"), CacheKey("/K.js")]).count == 2)
    }

    @Test("M3: shared work begins once, tells all, and has a limit")
    func sharedWork() {
        var work = SharedWork<String, Int>(limit: 2)
        #expect(work.join("a", 1) == .begins)
        #expect(work.join("a", 2) == .waits)
        #expect(work.join("b", 3) == .begins)
        #expect(work.join("c", 4) == .isRefused)
        #expect(work.join("b", 5) == .waits)
        #expect(work.finish("a") == [1, 2])
        #expect(work.finish("a") == [])
        #expect(work.join("c", 6) == .begins)
        #expect(work.finish("b") == [3, 5])
        #expect(work.finish("c") == [6])
    }

    @Test(
        "R21: a file shorter than what is looked at to tell its type is served",
        arguments: ["", "x", "%PDF-1.7", "<html>"]
    )
    func sniffing(content: String) async throws {
        let site = try TemporaryDirectory()
        try site.write(content, to: "root/file")
        for cachedBytes in [0, 4, 16_384] {
            try await withFiles(site) {
                $0.sniffsMediaTypes = true
                $0.maximumCachedFileBytes = cachedBytes
            } test: { server in
                let response = try await server.response(to: get("/file"))
                #expect(response.status == 200)
                #expect(response.text == content)
                let type = content.hasPrefix("%PDF-") ? "application/pdf" : "application/octet-stream"
                #expect(response["content-type"] == type)
            }
        }
    }

    @Test("R28: long lists are made off the event loop, and bounded while they are sent")
    func listings() async throws {
        let site = try TemporaryDirectory()
        for number in 0..<500 { try site.write("", to: "root/\(number)") }
        try await withFiles(site) {
            $0.listsDirectories = true
        } test: { server in
            let page = try await server.response(to: get("/"))
            #expect(page["content-type"] == "text/html; charset=utf-8")
            #expect(page.text.contains("0 directories, 500 files"))
            #expect(
                try await server.response(to: "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")["content-length"]
                    == page["content-length"]
            )
        }
        let allowance = ListingAllowance(limit: 100)
        #expect(allowance.begin(500))
        #expect(!allowance.begin(1))
        allowance.end(500)
        #expect(allowance.begin(60))
        #expect(!allowance.begin(41))
        #expect(allowance.begin(40))
        allowance.end(60)
        allowance.end(40)
        #expect(allowance.begin(101))
    }
}
