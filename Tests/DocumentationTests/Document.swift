import Foundation

/// A text of the repository.
struct Document {
    static let root = (0..<3).reduce(URL(filePath: #filePath)) { path, _ in path.deletingLastPathComponent() }

    /// The documents that people read.
    static let all: [Document] = {
        let docs = (try? FileManager.default.contentsOfDirectory(atPath: root.path + "/docs")) ?? []
        return (["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Benchmarks/README.md"] + docs.map { "docs/" + $0 })
            .filter { $0.hasSuffix(".md") }.sorted().compactMap(Document.init)
    }()

    let path: String
    private let lines: [String]

    /// Reads a file by its path in the repository; nil if it does not exist.
    init?(_ path: String) {
        guard let text = try? String(contentsOf: Self.root.appending(path: path), encoding: .utf8) else { return nil }
        self.path = path
        lines = text.components(separatedBy: "\n")
    }

    private init(path: String, lines: [String]) {
        self.path = path
        self.lines = lines
    }

    /// The files below a folder whose names end like this.
    static func files(in folder: String, suffix: String) -> [Document] {
        let paths = FileManager.default.enumerator(atPath: root.appending(path: folder).path)?.allObjects ?? []
        return paths.compactMap { $0 as? String }.filter { $0.hasSuffix(suffix) }.sorted()
            .compactMap { Document("\(folder)/\($0)") }
    }

    /// The doc comments of a source file, as a document.
    var comments: Document {
        let trimmed = lines.map { $0.drop { $0 == " " } }
        return Document(
            path: path,
            lines: trimmed.map { $0.hasPrefix("///") ? String($0.dropFirst($0.hasPrefix("/// ") ? 4 : 3)) : "" }
        )
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

    var text: String { lines.joined(separator: "\n") }

    /// The lines of code without what samples don't show, each between line feeds: indentation, and access.
    static func comparable(_ code: String) -> String {
        let lines = code.split(separator: "\n", omittingEmptySubsequences: false)
        return "\n" + lines.map { $0.drop { $0 == " " }.trimmingPrefix("private ") }.joined(separator: "\n") + "\n"
    }
}
