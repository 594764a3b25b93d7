import Foundation
import HTTPTypes
import Martlet
import NIOCore
import TestProcesses
import Testing

@Suite("HTTP/2 with other people's clients")
struct HTTP2ToolTests {
    @Sendable
    private static func answer(_ request: HTTPServerRequest) async throws {
        if request.method == .post {
            let count = try await request.collect(upTo: 10_000_000).readableBytes
            request.response.trailers = [.eTag: "\"\(count)\""]
            return try await request.response.end("\(count) bytes")
        }
        try await request.response.end("Hello, world!")
    }

    private func run(_ program: String, _ arguments: [String]) async throws -> String {
        let process = try Subprocess(program, arguments)
        let status = await process.exitStatus
        let (output, errors) = await (process.output.text, process.errors.text)
        #expect(status == 0, "\(program): \(output)\(errors)")
        return output
    }

    @Test("curl with prior knowledge")
    func curl() async throws {
        try await withServer(.priorKnowledge, Self.answer) { server in
            let body = String(repeating: "x", count: 300_000)
            let options = ["-sS", "--http2-prior-knowledge", "-w", " %{http_version} %{http_code}"]
            #expect(try await run("curl", options + [server.url]) == "Hello, world! 2 200")
            #expect(try await run("curl", options + ["-I", server.url]).hasSuffix(" 2 200"))
            let posted = try await withTemporaryDirectory { directory in
                let file = directory.appending(path: "body")
                try body.write(to: file, atomically: true, encoding: .utf8)
                return try await run("curl", options + ["--data-binary", "@\(file.path)", server.url])
            }
            #expect(posted == "300000 bytes 2 200")
            // Not offered: it has been removed (RFC 9113 section 3.1).
            let upgraded = try await run("curl", ["-sS", "--http2", "-w", " %{http_version}", server.url])
            #expect(upgraded == "Hello, world! 1.1")
        }
    }

    @Test("nghttp, which tells of each frame")
    func nghttp() async throws {
        try await withServer(.priorKnowledge, Self.answer) { server in
            let output = try await run("nghttp", ["-v", server.url, server.url + "2"])
            #expect(output.contains(":status: 200"))
            #expect(output.contains("Hello, world!"))
            #expect(output.contains("recv SETTINGS frame"))
            #expect(!output.contains("RST_STREAM"))
        }
    }

    @Test("h2load")
    func h2load() async throws {
        try await withServer(.priorKnowledge, Self.answer) { server in
            let output = try await run("h2load", ["-n", "2000", "-c", "4", "-m", "10", server.url])
            #expect(output.contains("2000 succeeded, 0 failed, 0 errored, 0 timeout"))
            #expect(output.contains("status codes: 2000 2xx, 0 3xx, 0 4xx, 0 5xx"))
        }
    }

    @Test("Over TLS the client chooses, unless the server offers one only", arguments: [true, false])
    func negotiation(isEnabled: Bool) async throws {
        let certificates = try await Certificates.make()
        let configuration = HTTPServer.Configuration.bare.with { $0.http2.isEnabled = isEnabled }
        try await withSecureServer(certificates.security, configuration) { request in
            try await request.response.end("\(request.version) \(request.tlsVersion == .tls1_3)")
        } test: { server in
            let url = "https://localhost:\(server.port)/"
            let options = ["-sS", "--cacert", certificates.path("authority.pem")]
            var answers: [String] = []
            for option in ["--http2", "--http1.1", "--no-alpn"] {
                answers.append(try await run("curl", options + [option, url]))
            }
            #expect(answers == [isEnabled ? "2 true" : "1.1 true", "1.1 true", "1.1 true"])
        }
    }
}
