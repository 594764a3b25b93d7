import HTTPWire
import Martlet
import Testing

@testable import MartletWeb

@Suite("Lists of directories")
struct ListingTests {
    private func site() throws -> TemporaryDirectory {
        let site = try TemporaryDirectory()
        try site.makeDirectory("root/birds")
        try site.makeDirectory("root/birds/swifts")
        try site.write("12345", to: "root/birds/b.txt")
        try site.write(Array(repeating: 0, count: 3000), to: Array("root/birds/a<b>\"'.bin".utf8))
        try site.write("", to: "root/birds/.hidden")
        try site.link("root/birds/broken", to: "nowhere")
        try site.link("root/birds/escape", to: "../../outside")
        try site.link("root/birds/link", to: "swifts")
        return site
    }

    @Test("are sorted, escaped and complete, and leave out what nobody can get")
    func page() async throws {
        try await withFiles(try site(), pathPrefix: "/files") {
            $0.listsDirectories = true
        } test: { server in
            let response = try await server.response(to: get("/files/birds/"))
            #expect(response["content-type"] == "text/html; charset=utf-8")
            let body = response.text.split(separator: "<tbody>").last.map(String.init) ?? ""
            let time = "<time datetime=\"2001-09-09T01:46:40Z\">2001-09-09 01:46</time>"
            let rows = body.split(separator: "\n").filter { $0.hasPrefix("<tr>") }
            #expect(rows.count == 5)
            #expect(rows.first == "<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>")
            #expect(rows[1].hasPrefix("<tr><td><a href=\"./link/\">link/</a></td>"))
            #expect(rows[2].hasPrefix("<tr><td><a href=\"./swifts/\">swifts/</a></td>"))
            #expect(
                rows[3] == "<tr><td><a href=\"./a%3Cb%3E%22%27.bin\">a&lt;b&gt;&quot;&#39;.bin</a></td>"
                    + "<td>\(time)</td><td title=\"3000 bytes\">2.9 KiB</td></tr>"
            )
            #expect(
                rows[4]
                    == "<tr><td><a href=\"./b.txt\">b.txt</a></td><td>\(time)</td><td title=\"5 bytes\">5 B</td></tr>"
            )
            #expect(response.text.contains("<a href=\"/files/\">/</a><a href=\"/files/birds/\">birds/</a>"))
            #expect(response.text.contains("2 directories, 2 files, 2.9 KiB"))
            #expect(!response.text.contains("<script"))
        }
    }

    @Test("are JSON for those who ask for it", arguments: ["application/json", "application/json, text/html;q=0.5"])
    func json(accept: String) async throws {
        try await withFiles(try site()) {
            $0.listsDirectories = true
        } test: { server in
            let response = try await server.response(to: get("/birds/", "Accept: \(accept)"))
            #expect(response["content-type"] == "application/json; charset=utf-8")
            #expect(response["vary"] == "accept")
            #expect(
                response.text.contains(
                    "{\"name\":\"b.txt\",\"url\":\"./b.txt\",\"type\":\"file\",\"size\":5,\"modified\":\"2001-09-09T01:46:40Z\"}"
                )
            )
            #expect(response.text.contains("\"name\":\"a<b>\\\"'.bin\""))
        }
    }

    @Test("are 404 unless they are allowed")
    func forbidden() async throws {
        try await withFiles(try site()) { server in
            let response = try await server.response(to: get("/birds/"))
            #expect(response.status == 404)
        }
    }

    @Test(
        "show sizes that people can read",
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1_048_575, "1.0 MiB"),
            (1 << 30, "1.0 GiB"),
            (5 << 30, "5.0 GiB"), (.max, "8.0 EiB"),
        ] as [(Int, String)]
    )
    func sizes(count: Int, text: String) {
        #expect(ListingPage.size(count) == text)
    }

    @Test("show no character that could disturb the page")
    func visible() {
        #expect(ListingPage.visible(Array("a\nb\u{202E}c\u{7F}".utf8)) == "a\u{240A}b\u{FFFD}c\u{2421}")
        #expect(ListingPage.visible([0xFF]) == "\u{FFFD}")
    }
}
