import Foundation
import Martlet
import Testing

@testable import MartletFiles

/// Real programs that fetch files, and go on where they stopped.
@Suite("Downloaders", .timeLimit(.minutes(1)))
struct DownloaderTests {
    private let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 9) }

    private func withDownload(
        _ program: String,
        _ arguments: [String],
        present: Int,
        test: ([UInt8]) throws -> Void
    ) async throws {
        guard let executable = Self.find(program) else { return }
        let site = try TemporaryDirectory()
        try site.write(content, to: Array("root/file.bin".utf8))
        try site.write(Array(content.prefix(present)), to: Array("outside/file.bin".utf8))
        try await withFiles(site) { server in
            let process = Process()
            process.executableURL = executable
            process.arguments = arguments + ["\(server.url)file.bin"]
            process.currentDirectoryURL = URL(filePath: site.path + "/outside")
            process.standardError = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            let status = try await withCheckedThrowingContinuation { continuation in
                process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
                do { try process.run() } catch { continuation.resume(throwing: error) }
            }
            #expect(status == 0)
            let path = URL(filePath: site.path + "/outside/file.bin")
            try test(Array(Data(contentsOf: path)))
        }
    }

    private static func find(_ program: String) -> URL? {
        ["/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin"].map { URL(filePath: "\($0)/\(program)") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
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
