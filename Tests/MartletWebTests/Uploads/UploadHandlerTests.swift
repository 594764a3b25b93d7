import Foundation
import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import NIOCore
import TestProcesses
import Testing

@Suite("The upload form")
struct UploadHandlerTests {
    private func withUploads(
        _ configuration: UploadHandler.Configuration = UploadHandler.Configuration(),
        server: HTTPServer.Configuration = .bare,
        test: (HTTPServer, TemporaryDirectory) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory([])
        let uploads = UploadHandler(directory: directory.path, configuration: configuration)
        try await withServer(server, { try await uploads.handle($0) }) { try await test($0, directory) }
    }

    @Test("is a page that works without its script")
    func page() async throws {
        try await withUploads { server, _ in
            let response = try await server.response(to: get())
            #expect(response.status == 200)
            #expect(response["Content-Type"] == "text/html; charset=utf-8")
            #expect(response.text.contains("<form method=\"post\" enctype=\"multipart/form-data\">"))
            #expect(response.text.contains("<input id=\"files\" name=\"files\" type=\"file\" multiple required>"))
            let policy = try #require(response["Content-Security-Policy"])
            let nonce = try #require(policy.firstMatch(of: /script-src 'nonce-([a-z0-9]+)'/)).1
            #expect(response.text.contains("<script nonce=\"\(nonce)\">"))
            #expect(response.text.contains("<style nonce=\"\(nonce)\">"))
            let again = try await server.response(to: get())
            #expect(again["Content-Security-Policy"] != policy)
        }
    }

    @Test("stores files, and overwrites none")
    func storing() async throws {
        try await withUploads { server, directory in
            let content = form(
                ("name=files; filename=\"a.txt\"", "one"),
                ("name=other", "no file"),
                ("name=files; filename=\"..\\/a.txt\"", "two"),
                ("name=files; filename=\"\"", ""),
                ("name=files; filename=\"a.txt\"", "")
            )
            let response = try await server.response(to: post(content, type: formType))
            #expect(response.status == 201)
            #expect(
                response.text
                    == #"[{"bytes":3,"name":"a.txt"},{"bytes":3,"name":"a (2).txt"},{"bytes":0,"name":"a (3).txt"}]"#
            )
            #expect(directory.names == ["a (2).txt", "a (3).txt", "a.txt"])
            #expect(directory.contents(of: "a.txt") == "one")
            #expect(directory.contents(of: "a (2).txt") == "two")
            let none = try await server.response(to: post(form(("name=a", "b")), type: formType))
            #expect(none.status == 400 && none.text == "[]")
        }
    }

    @Test("answers browsers without script with a page")
    func withoutScript() async throws {
        try await withUploads { server, _ in
            let content = form(("name=files; filename=\"<b>.txt\"", "one"))
            let response = try await server.response(to: post(content, type: formType, "Accept: text/html,*/*;q=0.8"))
            #expect(response.status == 201)
            #expect(response.text.contains("One file was stored."))
            #expect(response.text.contains("<li>&lt;b&gt;.txt <small>3 bytes</small></li>"))
        }
    }

    @Test("refuses what it can't take")
    func refusals() async throws {
        var configuration = UploadHandler.Configuration()
        configuration.limits.totalBytes = 1_000
        try await withUploads(configuration) { server, directory in
            let put = try await server.response(to: "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            #expect(put.status == 405 && put["Allow"] == "GET, HEAD, POST")
            let unknown = try await server.response(to: "ABC / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            #expect(unknown.status == 501 && unknown["Allow"] == nil, "S16")
            #expect(try await server.response(to: post("a=b", type: "text/plain")).status == 415)
            #expect(try await server.response(to: post("--b\r\n", type: formType)).status == 400)
            let large = form(("name=f; filename=a", String(repeating: "x", count: 1_000)))
            #expect(try await server.response(to: post(large, type: formType)).status == 413)
            // Also where the length is not announced.
            let chunked =
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: \(formType)\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "\(String(large.utf8.count, radix: 16))\r\n\(large)\r\n0\r\n\r\n"
            #expect(try await server.response(to: chunked).status == 413)
            let cut = String(large.prefix(900))
            #expect(try await server.response(to: post(cut, type: formType)).status == 400)
            #expect(directory.names.isEmpty)
        }
    }

    @Test("refuses the forms of other origins' pages")
    func otherOrigins() async throws {
        try await withUploads { server, directory in
            let content = form(("name=f; filename=a", "x"))
            for (fields, status) in [
                (["Sec-Fetch-Site: cross-site"], 403), (["Sec-Fetch-Site: same-site"], 403),
                (["Origin: http://b"], 403),
                (["Origin: null"], 403), (["Origin: http://a:8080"], 403), (["Sec-Fetch-Site: same-origin"], 201),
                (["Origin: http://a"], 201), (["Sec-Fetch-Site: none"], 201),
                // H3: a proxy that has undone TLS, as AllowedOrigins.same knows it.
                (["Origin: https://a"], 201), (["Origin: http://A:80"], 201), (["Origin: https://a:80"], 403),
                (["Origin: http://a\r\nOrigin: http://a"], 403),
            ] {
                let response = try await server.response(to: post(content, type: formType, fields[0]))
                #expect(response.status == status, "\(fields)")
            }
            #expect(directory.names.count == 5)
        }
    }

    @Test("leaves nothing of an upload that breaks off or stalls, but the files before it")
    func breakingOff() async throws {
        let configuration = HTTPServer.Configuration.bare.with {
            $0.minimumBodyRate = 1_000
            $0.bodyRateGracePeriod = .milliseconds(300)
        }
        try await withUploads(server: configuration) { server, directory in
            let content = form(
                ("name=f; filename=whole", "x"),
                ("name=f; filename=part", String(repeating: "x", count: 600_000))
            )
            let client = try await server.connect()
            client.send(String(post(content, type: formType).dropLast(8)))
            #expect(try await client.response().status == 408)
            #expect(directory.names == ["whole"])
        }
    }

    @Test("says that it can't write, and not where")
    func unwritable() async throws {
        let uploads = UploadHandler(directory: "/nowhere/at/all")
        try await withServer(.bare, { try await uploads.handle($0) }) { server in
            let response = try await server.response(to: post(form(("name=f; filename=a", "x")), type: formType))
            #expect(response.status == 500 && response.text == "Internal Server Error")
        }
    }

    @Test("takes what curl sends")
    func curl() async throws {
        try await withUploads { server, directory in
            let source = try TemporaryDirectory([])
            let text = String(repeating: "0123456789abcde\n", count: 20_000)
            try source.write(text, to: "a \"b\".txt")
            let file = "files=@\"\(source.path)/a \\\"b\\\".txt\""
            let process = try Subprocess("curl", ["-sS", "-F", file, "-F", "note=hello", server.url])
            #expect(await process.output.text == #"[{"bytes":320000,"name":"a \"b\".txt"}]"#)
            #expect(directory.contents(of: "a \"b\".txt") == text)
        }
    }
}
