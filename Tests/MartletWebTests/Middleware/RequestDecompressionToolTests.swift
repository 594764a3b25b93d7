import Foundation
import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import TestProcesses
import Testing

/// Content that goes to a server and back, compressed by other programs on one way, by the server on the other.
@Suite("Codings with curl and the tools of other libraries", .timeLimit(.minutes(5)))
struct RequestDecompressionToolTests {
    private static let tools: [(String, ContentCoding)] = [("gzip", .gzip), ("brotli", .br), ("zstd", .zstd)]
    private static let everyCase = tools.filter(\.1.isSupported).flatMap { tool, coding in
        Transport.allCases.map { (tool, coding, $0) }
    }

    private static func run(_ program: String, _ arguments: [String]) async throws -> Data {
        let process = try Subprocess(program, arguments)
        let output = await process.output.all
        let (status, errors) = (await process.exitStatus, await process.errors.text)
        #expect(status == 0, "\(program): \(errors)")
        return output
    }

    @Test("There and back", arguments: everyCase)
    func echo(tool: String, coding: ContentCoding, transport: Transport) async throws {
        let text = (0..<50_000).map { "\($0 &* $0)" }.joined(separator: " ")
        let configuration = HTTPServer.Configuration.bare.with {
            $0.autoCompress = true
            $0.http2.allowsPriorKnowledge = transport == .http2
        }
        let handler = RequestDecompression().wrapping { request in
            request.response.headers[.contentType] = "text/plain"
            // One piece of known length, or a stream.
            if request.url.path == "/whole" { return try await request.response.end(try await request.text()) }
            try await request.response.write(contentsOf: request.body)
        }
        try await withServer(configuration, handler) { server in
            try await withTemporaryDirectory { directory in
                let (plain, coded) = (directory.appending(path: "plain"), directory.appending(path: "coded"))
                try Data(text.utf8).write(to: plain)
                try await Self.run(tool, ["-c", plain.path]).write(to: coded)
                for path in ["whole", "stream"] {
                    let output = try await Self.run(
                        "curl",
                        [
                            "-sS", transport == .http2 ? "--http2-prior-knowledge" : "--http1.1", "--compressed",
                            "-H", "Accept-Encoding: \(coding)", "-H", "Content-Encoding: \(coding)",
                            "-H", "Content-Type: text/plain", "--data-binary", "@\(coded.path)",
                            server.url + path,
                        ]
                    )
                    #expect(String(decoding: output, as: UTF8.self) == text)
                    // Without --compressed curl stores what it gets, which the tool then reads.
                    let ending = coding == .gzip ? "gz" : coding == .br ? "br" : "zst"
                    let stored = directory.appending(path: "stored.\(ending)")
                    let head = try await Self.run(
                        "curl",
                        [
                            "-sS", "-D", "-", "-H", "Accept-Encoding: \(coding)", "--data-binary", "@\(plain.path)",
                            "-H", "Content-Type: text/plain", "-o", stored.path, server.url + path,
                        ]
                    )
                    let fields = String(decoding: head, as: UTF8.self).lowercased()
                    #expect(fields.contains("\r\ncontent-encoding: \(coding)\r\n"))
                    let result = try await Self.run(tool, ["-dc", stored.path])
                    #expect(String(decoding: result, as: UTF8.self) == text)
                }
            }
        }
    }
}
