import Foundation
import NIOCore
import TestProcesses
import Testing

@testable import HTTPWire

/// What the command line tools of gzip, Brotli and Zstandard read and write.
@Suite("Codings and other programs", .timeLimit(.minutes(5)))
struct CodingToolTests {
    struct Tool: CustomTestStringConvertible {
        let name: String
        let coding: ContentCoding
        var options: [String] = []

        /// How the names of its files end.
        var ending: String {
            switch coding {
            case .gzip: "gz"
            case .br: "br"
            default: "zst"
            }
        }

        var testDescription: String { ([name] + options).joined(separator: " ") }
    }

    private static let tools = [
        Tool(name: "gzip", coding: .gzip), Tool(name: "gzip", coding: .gzip, options: ["-9"]),
        Tool(name: "brotli", coding: .br), Tool(name: "brotli", coding: .br, options: ["-q", "0"]),
        Tool(name: "brotli", coding: .br, options: ["-w", "24"]),
        Tool(name: "brotli", coding: .br, options: ["-w", "10", "-q", "5"]),
        Tool(name: "zstd", coding: .zstd), Tool(name: "zstd", coding: .zstd, options: ["-19"]),
        Tool(name: "zstd", coding: .zstd, options: ["--fast=5", "--no-check"]),
        Tool(name: "zstd", coding: .zstd, options: ["--long=23"]),
    ].filter(\.coding.isSupported)

    private static let contents = [0, 1, 1_000, 300_000].map { ContentCodingTests.content($0) }

    private static func run(_ tool: String, _ arguments: [String], on file: URL) async throws -> ByteBuffer {
        let process = try Subprocess(tool, arguments + ["-c", file.path])
        let output = await process.output.all
        let (status, errors) = (await process.exitStatus, await process.errors.text)
        #expect(status == 0, "\(errors)")
        return ByteBuffer(bytes: output)
    }

    @Test("What they write is read", arguments: tools)
    func reading(tool: Tool) async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending(path: "content")
            for content in Self.contents {
                try Data(content.readableBytesView).write(to: file)
                let data = try await Self.run(tool.name, tool.options, on: file)
                let result = try ContentCodingTests.decompress(data, tool.coding)
                #expect(result == content)
            }
        }
    }

    @Test("They read what is written", arguments: tools.filter(\.options.isEmpty), [nil, 0, 9, 99])
    func writing(tool: Tool, level: Int?) async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending(path: "content.\(tool.ending)")
            for content in Self.contents where level != 99 || content.readableBytes < 100_000 {
                // With a flush, as content is sent.
                let compressor = try Compressor(tool.coding, level: level)
                let half = content.readableBytes / 2
                var data = ByteBuffer()
                try compressor.compress(try #require(content.getSlice(at: 0, length: half)), into: &data)
                try compressor.flush(into: &data)
                let rest = try #require(content.getSlice(at: half, length: content.readableBytes - half))
                try compressor.compress(rest, into: &data)
                try compressor.finish(into: &data)
                try Data(data.readableBytesView).write(to: file)
                let result = try await Self.run(tool.name, ["-d"], on: file)
                #expect(result == content)
            }
        }
    }

    #if Zstandard
        @Test("A window that is larger than a content coding may have, and a dictionary, are refused")
        func refused() async throws {
            try await withTemporaryDirectory { directory in
                let (file, dictionary) = (directory.appending(path: "content"), directory.appending(path: "dictionary"))
                try Data(count: 20_000_000).write(to: file)
                let large = try await Self.run("zstd", ["-1", "--long=27"], on: file)
                #expect(throws: ContentCodingError.windowLimitExceeded(8 << 20)) {
                    try ContentCodingTests.decompress(large, .zstd)
                }
                // Enough similar samples to train on.
                var samples: [String] = []
                for number in 0..<200 {
                    let sample = directory.appending(path: "\(number)")
                    let text = (0..<40).map { "{\"name\":\"\(number &* 7919 &+ $0 &* $0)\",\"type\":\"sample\"}" }
                    try Data(text.joined(separator: "\n").utf8).write(to: sample)
                    samples.append(sample.path)
                }
                let training = try Subprocess("zstd", ["-q", "--train", "-o", dictionary.path] + samples)
                #expect(await training.exitStatus == 0)
                let data = try await Self.run("zstd", ["-D", dictionary.path], on: URL(filePath: samples[0]))
                #expect(throws: ContentCodingError.corrupt("preset dictionary")) {
                    try ContentCodingTests.decompress(data, .zstd)
                }
            }
        }
    #endif
}
