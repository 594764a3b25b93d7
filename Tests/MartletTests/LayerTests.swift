import Foundation
import Testing

@Suite("The folders of Martlet use those before them only")
struct LayerTests {
    @Test("in their sources")
    func sources() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/Martlet")
        let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
        var sources: [LayerRule.Source] = []
        for case let file as URL in try #require(files) where file.pathExtension == "swift" {
            let names = file.pathComponents.dropFirst(root.pathComponents.count)
            // What lies beside the folders belongs to none of them.
            guard names.count > 1, let folder = names.first else { continue }
            sources.append(
                LayerRule.Source(
                    folder: folder,
                    file: names.joined(separator: "/"),
                    text: try String(contentsOf: file, encoding: .utf8)
                )
            )
        }
        #expect(sources.count > 100)
        #expect(Set(sources.map(\.folder)) == Set(LayerRule.folders))
        for violation in LayerRule.violations(in: sources) { Issue.record("\(violation)") }
    }

    @Test("or the rule names the file, the name and the folder that declares it")
    func rule() {
        let lower = LayerRule.Source(
            folder: "Files",
            file: "Files/Low.swift",
            text: #"""
                // A comment that names High.
                /* And one /* within one */ that names High. */
                struct Low { let text = "High \(Low.self) \"High\"", more = #"a "High" b"#, whole = """
                    High
                    """ }
                """#
        )
        let higher = LayerRule.Source(
            folder: "Server",
            file: "Server/High.swift",
            text: """
                @frozen @available(macOS 26, *) public final class High { struct Inner {} }
                extension Low { func high() -> High { High() } }
                private enum Local {}
                """
        )
        #expect(LayerRule.violations(in: [lower, higher]) == [])

        let turned = LayerRule.Source(
            folder: "Files",
            file: "Files/Low+High.swift",
            text: "extension Low { func f(_ high: High?, _ local: Local, _ inner: Inner, _ other: HighOther) {} }"
        )
        #expect(
            LayerRule.violations(in: [lower, higher, turned]).map(\.description) == [
                "Files/Low+High.swift names High, which Server declares"
            ]
        )

        let client = LayerRule.Source(
            folder: "Client",
            file: "Client/Web.swift",
            text: "protocol Web { func f() -> [Low]; func g() -> High }"
        )
        #expect(
            LayerRule.violations(in: [lower, higher, client]).map(\.description) == [
                "Client/Web.swift names High, which Server declares"
            ]
        )

        // In an interpolation there is code.
        let interpolated = LayerRule.Source(
            folder: "Network",
            file: "Network/Text.swift",
            text: #"let text = "a \(f(")", High())) b""#
        )
        #expect(LayerRule.violations(in: [higher, interpolated]).map(\.name) == ["High"])
    }
}

/// Which folders may name the types of which.
private enum LayerRule {
    struct Source {
        let folder: String
        let file: String
        let text: String
    }

    struct Violation: Equatable, CustomStringConvertible {
        let file: String
        let name: String
        let folder: String

        var description: String { "\(file) names \(name), which \(folder) declares" }
    }

    /// Each may name the types of those before it, the client not those of the server.
    static let folders = ["Network", "Files", "Message", "Connection", "TLS", "Server", "Client", "WebSocket"]

    static func violations(in sources: [Source]) -> [Violation] {
        let codes = sources.map { (source: $0, code: code(of: $0.text)) }
        var declaring: [Substring: Set<String>] = [:]
        for (source, code) in codes {
            for match in code.matches(of: declaration) { declaring[match.output.1, default: []].insert(source.folder) }
        }
        return codes.flatMap { source, code in
            Set(code.matches(of: typeName).map(\.output)).sorted().flatMap { name in
                (declaring[name] ?? []).sorted().filter { isForbidden($0, in: source.folder) }
                    .map { Violation(file: source.file, name: String(name), folder: $0) }
            }
        }
    }

    private static func isForbidden(_ other: String, in folder: String) -> Bool {
        if folder == "Client", other == "Server" { return true }
        guard let place = folders.firstIndex(of: folder), let place2 = folders.firstIndex(of: other) else {
            return false
        }
        return place2 > place
    }

    /// A type that other files can name: at the beginning of a line, since that of a nested one is indented.
    private static var declaration: Regex<(Substring, Substring)> {
        let attributes = #"(?:@\w+(?:\([^)\n]*\))?\s+)*"#
        let modifiers = #"(?:(?:public|package|internal|final|indirect)\s+)*"#
        let pattern = "(?m)^\(attributes)\(modifiers)(?:struct|class|enum|protocol|actor|typealias)\\s+(\\w+)"
        guard let regex = try? Regex(pattern, as: (Substring, Substring).self) else { preconditionFailure(pattern) }
        return regex
    }

    private static var typeName: Regex<Substring> { /\b[A-Z]\w*\b/ }

    /// The text without its comments and strings; what strings interpolate stays.
    private static func code(of text: String) -> String {
        var scanner = Scanner(text)
        scanner.code(until: nil)
        return String(decoding: scanner.output, as: UTF8.self)
    }

    private struct Scanner {
        private let bytes: [UInt8]
        private var index = 0
        private(set) var output: [UInt8] = []

        init(_ text: String) {
            bytes = Array(text.utf8)
        }

        /// Copies code up to the bracket that closes an interpolation, or to the end.
        mutating func code(until end: UInt8?) {
            var depth = 0
            while index < bytes.count {
                let byte = bytes[index]
                if starts(with: "//") {
                    while index < bytes.count, bytes[index] != 0x0A { index += 1 }
                } else if starts(with: "/*") {
                    comment()
                } else if byte == 0x22 || byte == 0x23 {
                    if !string() { copy() }
                } else {
                    if byte == 0x28 { depth += 1 }
                    if byte == 0x29 { depth -= 1 }
                    copy()
                    if byte == end, depth < 0 { return }
                }
            }
        }

        private mutating func comment() {
            var depth = 0
            repeat {
                if starts(with: "/*") {
                    (depth, index) = (depth + 1, index + 2)
                } else if starts(with: "*/") {
                    (depth, index) = (depth - 1, index + 2)
                } else {
                    index += 1
                }
            } while depth > 0 && index < bytes.count
        }

        /// Passes over a string. False where none begins.
        private mutating func string() -> Bool {
            let hashes = bytes[index...].prefix { $0 == 0x23 }.count
            let isLong = starts(with: "\"\"\"", after: hashes)
            guard isLong || starts(with: "\"", after: hashes) else { return false }
            let pounds = String(repeating: "#", count: hashes)
            let (end, escape) = ((isLong ? "\"\"\"" : "\"") + pounds, "\\" + pounds)
            index += hashes + (isLong ? 3 : 1)
            output += Array(" ".utf8)
            while index < bytes.count, !starts(with: end) {
                if starts(with: escape + "(") {
                    index += escape.utf8.count + 1
                    code(until: 0x29)
                } else if starts(with: escape) {
                    index += escape.utf8.count + 1
                } else {
                    index += 1
                }
            }
            index += end.utf8.count
            return true
        }

        private func starts(with text: String, after offset: Int = 0) -> Bool {
            bytes[min(index + offset, bytes.count)...].starts(with: text.utf8)
        }

        private mutating func copy() {
            output.append(bytes[index])
            index += 1
        }
    }
}
