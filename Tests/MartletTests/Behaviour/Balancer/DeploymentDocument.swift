import Foundation
import Testing

/// The files that docs/deployment.md shows.
enum DeploymentDocument {
    /// The text of the file that the document shows after `<!-- file: name -->`.
    static func file(_ name: String) throws -> String {
        var root = URL(filePath: #filePath)
        for _ in 0..<5 { root.deleteLastPathComponent() }
        let text = try String(contentsOf: root.appending(path: "docs/deployment.md"), encoding: .utf8)
        let mark = try #require(text.range(of: "<!-- file: \(name) -->\n```"), "the document has no \(name)")
        let begin = try #require(text[mark.upperBound...].firstIndex(of: "\n"))
        let rest = text[text.index(after: begin)...]
        let end = try #require(rest.range(of: "\n```"))
        return String(rest[..<end.lowerBound]) + "\n"
    }

    /// The same with other texts in place of some of it, each of which has to be there.
    static func file(_ name: String, replacing texts: [String: String]) throws -> String {
        var file = try file(name)
        for (old, new) in texts {
            try #require(file.contains(old), "\(name) has no \(old)")
            file = file.replacingOccurrences(of: old, with: new)
        }
        return file
    }
}
