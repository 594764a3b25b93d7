import FoundationEssentials
import Martlet
import ProgramSupport
import Synchronization

/// The notes, and the file that keeps them: one note a line.
final class NoteBook: Sendable {
    /// How many notes there can be.
    static let maximumCount = 1000
    /// More than the notes can have, in bytes.
    private static let maximumFileSize = 1_048_576

    let path: String
    private let lines: Mutex<[String]>

    /// Reads the file; without one there are no notes yet. Blocks.
    ///
    /// - Throws: ``StartupError``.
    init(file path: String, program: String) throws {
        self.path = path
        lines = Mutex(try Self.read(path, program: program))
    }

    /// The notes, the first one first.
    var notes: [String] { lines.withLock { $0 } }

    /// A note; nil if there is no such number.
    subscript(index: Int) -> String? {
        lines.withLock { $0.indices.contains(index) ? $0[index] : nil }
    }

    /// Adds a note, and returns how many there are. When it returns the note is on the disk. Blocks.
    ///
    /// - Throws: `HTTPError` when there are too many; what went wrong with the file. No note is added then.
    func add(_ note: Note) throws -> Int {
        // One after the other: each writes all notes.
        try lines.withLock { lines in
            guard lines.count < Self.maximumCount else {
                throw HTTPError(.init(code: 507), "There is no room for more than \(Self.maximumCount) notes.")
            }
            let text = (lines + [note.text]).map { $0 + "\n" }.joined()
            // A new file takes the place of the old one: whenever the power fails, one of them is there, and whole.
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
            lines.append(note.text)
            return lines.count
        }
    }

    private static func read(_ path: String, program: String) throws -> [String] {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            return []
        } catch {
            throw StartupError("\(program): \(path) can't be read. Choose another file with --file.")
        }
        guard data.count <= maximumFileSize, let text = String(validating: data, as: UTF8.self) else {
            throw StartupError("\(program): \(path) doesn't hold notes. Choose another file with --file.")
        }
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        // What comes after the last line break is no line, unless somebody has left it unfinished.
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { $0.unicodeScalars.last == "\r" ? String($0.unicodeScalars.dropLast()) : $0 }
    }
}
