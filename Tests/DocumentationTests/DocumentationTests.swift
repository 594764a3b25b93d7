import Foundation
import TestProcesses
import Testing

@Suite("The documentation")
struct DocumentationTests {
    private static let documents: [Document] = {
        let docs = (try? FileManager.default.contentsOfDirectory(atPath: Document.root.path + "/docs")) ?? []
        return (["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Benchmarks/README.md"] + docs.map { "docs/" + $0 })
            .filter { $0.hasSuffix(".md") }.sorted().compactMap(Document.init)
    }()

    @Test("has no link to a file or a heading that does not exist")
    func links() throws {
        #expect(Self.documents.count > 15)
        for document in Self.documents {
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

    @Test("shows in the README nothing but code that is compiled")
    func samples() throws {
        let readme = try #require(Document("README.md"))
        let template = "Sources/MartletCommand/Template"
        let sources = [
            "Tests/ReadmeProgram/Hello.swift", "\(template)/Sources/StarterProject/Routes.swift",
            "\(template)/Tests/StarterProjectTests/RoutesTests.swift",
        ].compactMap(Document.init).map(\.unindented)
        #expect(sources.count == 3)
        var programs = 0
        for block in readme.blocks(of: "swift") where !block.hasPrefix("// swift-tools-version") {
            let text = Document.unindented(block)
            #expect(sources.contains { $0.contains(text) }, "The README has code that no source has:\n\(block)")
            if block.contains("@main") { programs += 1 }
        }
        #expect(programs == 1)
    }

    @Test("shows in the README a manifest that SwiftPM takes")
    func manifest() async throws {
        let readme = try #require(Document("README.md"))
        let manifests = readme.blocks(of: "swift").filter { $0.hasPrefix("// swift-tools-version") }
        let manifest = try #require(manifests.first)
        #expect(manifests.count == 1)
        try await withTemporaryDirectory { folder in
            try Data(manifest.utf8).write(to: folder.appending(path: "Package.swift"))
            let dump = try Subprocess("swift", ["package", "dump-package", "--package-path", folder.path])
            let text = await dump.output.text
            let (status, errors) = (await dump.exitStatus, await dump.errors.text)
            #expect(status == 0, "\(errors)")
            #expect(text.contains("\"martlet\"") && text.contains("\"hello\""))
        }
    }
}

/// A text of the repository.
private struct Document {
    static let root = (0..<4).reduce(URL(filePath: #filePath)) { path, _ in path.deletingLastPathComponent() }

    let path: String
    private let lines: [String]

    /// Reads a file by its path in the repository; nil if it does not exist.
    init?(_ path: String) {
        guard let text = try? String(contentsOf: Self.root.appending(path: path), encoding: .utf8) else { return nil }
        self.path = path
        lines = text.components(separatedBy: "\n")
    }

    /// The lines outside of blocks of code.
    private var prose: [String] {
        var isCode = false
        return lines.filter { line in
            defer { if line.hasPrefix("```") { isCode.toggle() } }
            return !isCode && !line.hasPrefix("```")
        }
    }

    /// The targets of links, but for those in code.
    var links: [String] {
        prose.flatMap { line in
            line.replacing(#/`[^`]*`/#, with: "").matches(of: #/\]\(([^)\s]+)\)/#).map { String($0.output.1) }
        }
    }

    /// The anchors of the headings, as GitHub makes them.
    var anchors: Set<String> {
        var counts: [String: Int] = [:]
        return Set(
            prose.filter { $0.hasPrefix("#") }.map { line in
                let heading = line.drop { $0 == "#" }.dropFirst()
                    .replacing(#/\[([^\]]*)\]\([^)]*\)/#) { String($0.output.1) }
                let name = heading.lowercased().filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }
                    .replacing(" ", with: "-")
                defer { counts[name, default: 0] += 1 }
                return counts[name].map { "\(name)-\($0)" } ?? name
            }
        )
    }

    /// The path in the repository that a link in this document stands for.
    func resolve(_ link: String) -> String {
        var parts = path.split(separator: "/").dropLast().map(String.init)
        for part in link.split(separator: "/") {
            if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }

    /// The contents of the blocks of code in a language.
    func blocks(of language: String) -> [String] {
        lines.split(omittingEmptySubsequences: false) { $0.hasPrefix("```") }
            .enumerated().filter { $0.offset % 2 == 1 }.map { $0.element }
            .filter { block in
                let fence = block.startIndex - 1
                return lines.indices.contains(fence) && lines[fence] == "```\(language)"
            }
            .map { $0.joined(separator: "\n") }
    }

    /// The text without white space at the beginnings of its lines.
    var unindented: String { Self.unindented(lines.joined(separator: "\n")) }

    static func unindented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.drop { $0 == " " } }
            .joined(separator: "\n")
    }
}
