import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@testable import MartletWeb

/// Files for those who read, and uploads for those who write.
func serving(_ files: VirtualDirectory, _ uploads: UploadHandler) -> HTTPServer.Handler {
    { request in
        if request.method == .post {
            try await uploads.handle(request)
        } else {
            try await files.handle(request)
        }
    }
}

@Suite("Uploads beside the files of a site")
struct UploadSafetyTests {
    @Test(
        "F1: change nothing of what was there",
        arguments: [
            "page.html.gz", "page.html.br", "page.html.zst", "page.html.GZ", "./page.html.gz", "page.html.gz.",
            " page.html.gz ",
            ".page.html.gz", "PAGE.HTML.gz", "page.html",
        ]
    )
    func siblings(name: String) async throws {
        let site = try TemporaryDirectory()
        let page = String(repeating: "<p>mine</p>", count: 100)
        try site.write(page, to: "root/page.html")
        let uploads = UploadHandler(directory: site.root)
        // As it is by default, with siblings.
        let files = VirtualDirectory(site.root)
        try await withServer(.bare, serving(files, uploads)) { server in
            let content = form(("name=f; filename=\"\(name)\"", "evil"))
            #expect(try await server.response(to: post(content, type: formType)).status == 201)
            for coding in ["gzip", "br", "zstd", "*", "gzip, deflate, br, zstd", "identity"] {
                let response = try await server.response(to: get("/page.html", "Accept-Encoding: \(coding)"))
                #expect(response.status == 200)
                #expect(!response.text.contains("evil"))
                #expect(response["content-encoding"] == (coding.contains("gzip") || coding == "*" ? "gzip" : nil))
            }
        }
    }

    @Test("F1: are no forms of what is put there later, whatever its time")
    func later() async throws {
        let site = try TemporaryDirectory()
        let uploads = UploadHandler(directory: site.root)
        let files = VirtualDirectory(site.root)
        try await withServer(.bare, serving(files, uploads)) { server in
            for name in ["page.html.gz", "app.js.br", "data.json.zst"] {
                let content = form(("name=f; filename=\"\(name)\"", "evil"))
                #expect(try await server.response(to: post(content, type: formType)).status == 201)
            }
            for name in ["page.html", "app.js", "data.json"] {
                try site.write(String(repeating: "mine", count: 100), to: "root/\(name)")
                let response = try await server.response(to: get("/\(name)", "Accept-Encoding: br, zstd, gzip"))
                #expect(!response.text.contains("evil"))
            }
        }
    }

    @Test("F1: take no directory's place")
    func index() async throws {
        let site = try TemporaryDirectory()
        let uploads = UploadHandler(directory: site.root)
        var configuration = VirtualDirectory.Configuration()
        configuration.listsDirectories = true
        configuration.indexFiles = ["index.html", "index.htm"]
        let files = VirtualDirectory(site.root, configuration: configuration)
        try await withServer(.bare, serving(files, uploads)) { server in
            for name in [
                "index.html", "index.htm", "INDEX.html", "../index.html", ".index.html", "index.html.", "index.html.gz",
            ] {
                let content = form(("name=f; filename=\"\(name)\"", "evil"))
                let stored = try await server.response(to: post(content, type: formType))
                #expect(stored.status == 201)
                let list = try await server.response(to: get("/"))
                #expect(list.text.contains("Index of"), "\(name)")
            }
        }
    }

    @Test("F1: are not stored under reserved names")
    func reserved() async throws {
        let site = try TemporaryDirectory([])
        var configuration = UploadHandler.Configuration()
        configuration.reservedNames = ["App.html"]
        let uploads = UploadHandler(directory: site.path, configuration: configuration)
        try await withServer(.bare, { try await uploads.handle($0) }) { server in
            for name in ["app.html", "APP.HTML"] {
                let content = form(("name=f; filename=\"\(name)\"", "x"))
                _ = try await server.response(to: post(content, type: formType))
            }
            #expect(site.names == ["APP (2).HTML", "app (2).html"])
        }
    }

    @Test(
        "F1, F2: have names that mean nothing to a server, byte by byte",
        arguments: [
            (".\u{308}htaccess", "htaccess"), (".\u{308}\u{301}.\u{FE0F}env", "env"), ("\u{308}.env", "env"),
            ("..\u{338}x", "x"), (".", "upload"), (".\u{308}", "upload"), ("a.\u{308}", "a.\u{308}"),
            ("a/.\u{308}b", "b"),
            ("a\\\u{338}.b", "b"), ("a/\u{338}.b", "b"), (" \u{308}.b", "b"), ("a \u{308}", "a \u{308}"),
            ("index.html", "index_.html"), ("Index.HTM", "Index_.HTM"), ("index", "index_"),
            ("index.php", "index_.php"),
            ("index2.html", "index2.html"), ("index.html.gz", "index_html.gz"), ("index.gz", "index_.gz"),
            ("page.html.gz", "page_html.gz"), ("a.b.css.BR", "a.b_css.BR"), ("data.csv.zst", "data_csv.zst"),
            ("a.tar.gz", "a.tar.gz"), ("photo.jpg.gz", "photo.jpg.gz"), ("notes.gz", "notes.gz"),
            ("linux-6.1.gz", "linux-6.1.gz"),
            (".html.gz", "html.gz"),
        ]
    )
    func names(fileName: String, name: String) {
        let made = UploadName(fileName).text
        #expect(Array(made.utf8) == Array(name.utf8))
    }

    @Test("F2: a name of one letter with many marks is cut, and not hidden")
    func marks() {
        for stem in ["a" + String(repeating: "\u{308}", count: 300), String(repeating: "\u{308}", count: 300)] {
            let name = UploadName(stem + ".txt").text
            #expect(name.utf8.first != 0x2E)
            #expect(name.utf8.count <= 255)
        }
    }
}
