import CLibrary
import Martlet
import MartletPasswords

/// The users of a file with a line for each, `name:hash`, as `martlet hash-password` prints them.
///
/// Empty lines and those that begin with `#` are left out. A plain value: text in, names and hashes out.
struct PasswordFile: Equatable, Sendable {
    /// The longest file, in bytes.
    static let maximumBytes = 1_048_576

    let hashes: [String: String]

    /// Reads the file at a path.
    init(path: String) throws {
        guard let text = OutputFile.text(of: path, upTo: Self.maximumBytes + 1) else {
            throw FileError(operation: "read", path: path, code: errno)
        }
        guard text.utf8.count <= Self.maximumBytes else {
            throw CommandFailure(.fileError, "\(path) is too long for a file of passwords: it may have 1 MiB.")
        }
        try self.init(text, path: path)
    }

    init(_ text: String, path: String) throws(CommandFailure) {
        var hashes: [String: String] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            if line.isEmpty || line.hasPrefix("#") { continue }
            func fault(_ reason: String) -> CommandFailure {
                CommandFailure(.fileError, "\(path), line \(index + 1): \(reason)")
            }
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = parts.first, let hash = parts.last, !name.isEmpty else {
                throw fault("This is not name:hash. Make lines with 'martlet hash-password NAME'.")
            }
            guard hashes[String(name)] == nil else { throw fault("\(name) has a line already.") }
            if let reason = HashedUsers.fault(hash: String(hash)) { throw fault(reason) }
            hashes[String(name)] = String(hash)
        }
        guard !hashes.isEmpty else {
            throw CommandFailure(.fileError, "\(path) has no users. Add one: martlet hash-password NAME >> \(path)")
        }
        self.hashes = hashes
    }
}
