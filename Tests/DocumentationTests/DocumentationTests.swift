import Foundation
import TestProcesses
import Testing

@Suite("The documentation", .timeLimit(.minutes(5)))
struct DocumentationTests {
    private static let libraries = [
        "HTTPWire", "Martlet", "MartletConfiguration", "MartletPasswords", "MartletRedis", "MartletTelemetry",
        "MartletTesting", "MartletWeb", "DevelopmentCertificates",
    ]

    @Test("has no link to a file or a heading that does not exist")
    func links() throws {
        #expect(Document.all.count > 15)
        for document in Document.all {
            for link in document.links where link.firstMatch(of: #/^[a-z]+:/#) == nil {
                let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                let path = parts[0].isEmpty ? document.path : document.resolve(parts[0])
                let exists = FileManager.default.fileExists(atPath: Document.root.appending(path: path).path)
                #expect(exists, "\(document.path) links to \(link)")
                if parts.count == 2, exists, path.hasSuffix(".md") {
                    let target = try #require(Document(path))
                    #expect(target.anchors.contains(parts[1]), "\(document.path) links to \(link)")
                }
            }
        }
    }

    @Test("shows no code but that of the programs, of the tests, and of samples that are compiled, line for line")
    func samples() throws {
        let folders = ["Tests", "Sources/tutorial", "Sources/chat", "Sources/MartletCommand/Template"]
        let compiled = folders.flatMap { Document.files(in: $0, suffix: ".swift") }
        let code = compiled.map { Document.comparable($0.text) }.joined()
        let comments = Self.libraries.flatMap { Document.files(in: "Sources/\($0)", suffix: ".swift") }.map(\.comments)
        let catalogs = Self.libraries.flatMap { Document.files(in: "Sources/\($0)", suffix: ".md") }
        var count = 0
        for document in Document.all + catalogs + comments {
            for block in document.blocks(of: "swift") where !isPartOfManifest(block) {
                count += 1
                let isThere = code.contains(Document.comparable(block.replacing(#/^(import \w+\n)+\n/#, with: "")))
                #expect(isThere, "\(document.path) has code that no sample has:\n\(block)")
            }
        }
        #expect(count > 150)
    }

    @Test("shows manifests, and parts of them, that SwiftPM takes")
    func manifests() async throws {
        let blocks = Document.all.flatMap { $0.blocks(of: "swift") }.filter(isPartOfManifest)
        let whole = try #require(blocks.first { $0.hasPrefix("// swift-tools-version") })
        #expect(blocks.count > 3)
        for block in blocks {
            let manifest = try manifest(with: block, in: whole)
            try await withTemporaryDirectory { folder in
                try Data(manifest.utf8).write(to: folder.appending(path: "Package.swift"))
                let dump = try Subprocess("swift", ["package", "dump-package", "--package-path", folder.path])
                let text = await dump.output.text
                let (status, errors) = (await dump.exitStatus, await dump.errors.text)
                #expect(status == 0, "\(manifest)\n\(errors)")
                #expect(text.contains("\"martlet\""))
            }
        }
    }

    private func isPartOfManifest(_ block: String) -> Bool {
        block.hasPrefix("// swift-tools-version") || block.hasPrefix(".package(") || block.hasPrefix(".testTarget(")
    }

    /// The README's manifest, with another dependency, or a further target.
    private func manifest(with part: String, in whole: String) throws -> String {
        if part == whole { return whole }
        let text = part.hasSuffix(",") ? part : part + ","
        if part.hasPrefix(".testTarget(") { return whole.replacing("targets: [", with: "targets: [\n\(text)\n") }
        let dependency = #".package(url: "https://github.com/martlet/martlet", from: "0.1.0")"#
        #expect(whole.contains(dependency))
        return whole.replacing(dependency, with: text)
    }
}
