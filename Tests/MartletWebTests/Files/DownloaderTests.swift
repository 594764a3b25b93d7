import Foundation
import Martlet
import TestProcesses
import Testing

@testable import MartletWeb

/// Real programs that fetch files, and go on where they stopped.
@Suite("Downloaders", .timeLimit(.minutes(5)))
struct DownloaderTests {
    private let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 9) }

    private func withDownload(
        _ program: String,
        _ arguments: [String],
        present: Int,
        test: ([UInt8]) throws -> Void
    ) async throws {
        let site = try TemporaryDirectory()
        try site.write(content, to: Array("root/file.bin".utf8))
        try site.write(Array(content.prefix(present)), to: Array("outside/file.bin".utf8))
        try await withFiles(site) { server in
            let directory = URL(filePath: site.path + "/outside")
            let process = try Subprocess(program, arguments + ["\(server.url)file.bin"], in: directory)
            #expect(await process.exitStatus == 0)
            try test(Array(Data(contentsOf: directory.appending(path: "file.bin"))))
        }
    }

    @Test("curl -C - goes on", arguments: [0, 1, 100_000, 299_999])
    func curlContinues(present: Int) async throws {
        try await withDownload("curl", ["--silent", "--fail", "-C", "-", "-O"], present: present) {
            #expect($0 == content)
        }
    }

    @Test("curl -r gets a part, and several")
    func curlRange() async throws {
        try await withDownload("curl", ["--silent", "--fail", "-r", "5-9", "-O"], present: 0) {
            #expect($0 == Array(content[5..<10]))
        }
        try await withDownload("curl", ["--silent", "--fail", "-r", "0-0,-1", "-O"], present: 0) {
            let text = String(decoding: $0, as: UTF8.self)
            #expect(text.contains("Content-Range: bytes 0-0/300000\r\n"))
            #expect(text.contains("Content-Range: bytes 299999-299999/300000\r\n"))
        }
    }

    @Test("wget -c goes on", arguments: [1, 100_000])
    func wgetContinues(present: Int) async throws {
        try await withDownload("wget", ["--quiet", "-c"], present: present) {
            #expect($0 == content)
        }
    }
}
