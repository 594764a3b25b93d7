import FoundationEssentials
import Martlet
import ProgramSupport
import Synchronization

/// The notes, and the file that stores them: one note per line.
final class NoteBook: Sendable {
    /// The maximum number of notes.
    static let maximumCount = 1000
    /// Larger than the notes can be, in bytes.
    private static let maximumFileSize = 1_048_576

    let path: String
    private let lines: Mutex<[String]>

    /// Reads the file. If it does not exist, there are no notes yet. Blocks.
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

    /// Adds a note, and returns the number of notes. The note is on the disk when this returns. Blocks.
    ///
    /// - Throws: `HTTPError` if there are too many notes, or any error of the file. In that case no note is added.
    func add(_ note: Note) throws -> Int {
        // Serially, since each call writes all notes.
        try lines.withLock { lines in
            guard lines.count < Self.maximumCount else {
                throw HTTPError(.init(code: 507), "There is no room for more than \(Self.maximumCount) notes.")
            }
            let text = (lines + [note.text]).map { $0 + "\n" }.joined()
            // A new file replaces the old one: after a power failure, one of them is there, and complete.
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
        // There is no line after the last line break, unless the file was edited and ends without one.
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { $0.unicodeScalars.last == "\r" ? String($0.unicodeScalars.dropLast()) : $0 }
    }
}
