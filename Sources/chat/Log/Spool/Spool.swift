import CLibrary
import Foundation

/// Messages in files, in order: those that wait for the database, and those latest stored ones that the last files
/// happen to hold. After a restart, these provide the last sequence number and the latest messages even while the
/// database is unavailable.
///
/// A file is named after the last sequence number before its first message, and has one message per line, as JSON.
/// Appended messages have reached the disk. The calls block.
struct Spool: ~Copyable {
    /// The limits of a spool.
    struct Limits: Sendable {
        /// How many bytes may wait for the database.
        var waitingBytes = 268_435_456
        /// How many bytes a file has, approximately, before the next one is begun.
        var segmentBytes = 4_194_304
        /// How many waiting messages are also kept in memory.
        var queue = 1_000
    }

    private typealias Segment = SpoolFiles.Segment

    private let directory: String
    private let limits: Limits
    /// The directory, locked.
    private let lock: CInt
    private var isClosed = false
    /// Whether the newest file may end with an incomplete line that could not be removed.
    private var endsInPart = false
    /// The files, the newest last. There is always one.
    private var segments: [Segment]
    /// The newest file, to append to.
    private var descriptor: CInt
    /// The sequence number of the last message.
    private(set) var last: Int
    /// The sequence number up to which all messages have been stored.
    private(set) var stored: Int
    /// The first waiting messages.
    private var queue: [ChatMessage] = []
    /// The messages that were in the files when they were opened.
    private var recovered: [ChatMessage]
    /// The damage that was found when the files were opened, for people. Their readable messages are kept.
    let damage: [String]

    /// How many messages are waiting.
    var waiting: Int { last - stored }

    // MARK: Opening

    /// Opens or creates the spool in a directory. A line that was cut off by a crash is removed: its message was never
    /// reported as stored. A complete line that can't be read is skipped, and reported in ``damage``.
    ///
    /// - Throws: ``ChatLogError`` if the directory can't be used, or another process uses it.
    init(_ directory: String, limits: Limits = Limits()) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let lock = open(directory, O_RDONLY | O_CLOEXEC)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            if lock >= 0 { close(lock) }
            throw ChatLogError("Another chat is using the spool \(directory).")
        }
        let contents: Contents
        let newest: CInt
        do {
            contents = try Self.recover(directory)
            newest = try Self.openSegment(directory, base: contents.segments.last?.base ?? 0)
            // A new file has to survive a power failure.
            guard fsync(lock) == 0 else {
                let error = Self.failure("written", directory)
                close(newest)
                throw error
            }
        } catch {
            Self.unlock(lock)
            throw error
        }
        self.directory = directory
        self.limits = limits
        self.lock = lock
        self.descriptor = newest
        self.segments = contents.segments
        self.recovered = contents.recovered
        self.damage = contents.damage
        self.last = max(contents.recovered.last?.sequence ?? 0, contents.segments.last?.base ?? 0)
        self.stored = contents.segments.first?.base ?? 0
    }

    private struct Contents {
        var segments: [Segment] = []
        var recovered: [ChatMessage] = []
        var damage: [String] = []
    }

    /// Reads the files of a directory. A line that was cut off is removed from the newest.
    private static func recover(_ directory: String) throws -> Contents {
        let bases = try FileManager.default.contentsOfDirectory(atPath: directory)
            .filter { $0.hasSuffix(SpoolFiles.suffix) }
            .compactMap { Int($0.dropLast(SpoolFiles.suffix.count)) }
            .sorted()
        var contents = Contents()
        for base in bases.isEmpty ? [0] : bases {
            let path = SpoolFiles.path(directory, base)
            let exists = FileManager.default.fileExists(atPath: path)
            let data = exists ? try Data(contentsOf: URL(filePath: path)) : Data()
            let lines = SpoolLines(data).content
            contents.segments.append(Segment(base: base, bytes: lines.bytes))
            if exists, lines.bytes < data.count {
                if base != bases.last {
                    contents.damage.append("\(path) ends with an incomplete message")
                } else if truncate(path, off_t(lines.bytes)) != 0 {
                    throw failure("shortened", path)
                }
            }
            if lines.damaged > 0 { contents.damage.append("\(path) has \(lines.damaged) lines that can't be read") }
            for message in lines.messages where message.sequence > contents.recovered.last?.sequence ?? base {
                contents.recovered.append(message)
            }
        }
        return contents
    }

    deinit {
        guard !isClosed else { return }
        close(descriptor)
        Self.unlock(lock)
    }

    /// A child process that has been forked but has not yet executed its program has the lock open too, so closing it
    /// is not enough.
    private static func unlock(_ lock: CInt) {
        flock(lock, LOCK_UN)
        close(lock)
    }

    /// Releases the directory for another chat.
    mutating func end() {
        guard !isClosed else { return }
        isClosed = true
        close(descriptor)
        Self.unlock(lock)
    }

    /// Call this with the last sequence number in the database; new ones continue after it.
    mutating func begin(after place: Int) throws {
        if place > last {
            try beginSegment(base: place)
            last = place
        }
        try markStored(upTo: place)
    }

    /// Takes the messages that were in the files when they were opened.
    mutating func takeRecovered() -> [ChatMessage] {
        defer { recovered = [] }
        return recovered
    }

    // MARK: Appending

    /// Appends messages, whose sequence numbers follow the last one.
    ///
    /// - Throws: ``ChatLogError`` if the spool is full or can't be written. In that case nothing has been appended.
    mutating func append(_ messages: [ChatMessage]) throws {
        guard !isClosed else { throw ChatLogError("The spool is closed.") }
        guard let newest = segments.indices.last, let final = messages.last else { return }
        var lines = Data()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for message in messages {
            lines.append(try encoder.encode(message))
            lines.append(0x0A)
        }
        guard waitingBytes + lines.count <= limits.waitingBytes else {
            throw ChatLogError(
                "The database has been unavailable for too long: \(waiting) messages wait, and the spool is full."
            )
        }
        if endsInPart { try removePart(of: segments[newest]) }
        do {
            try Self.writeAll(lines, to: descriptor)
        } catch {
            // An incomplete line must not precede the next message.
            endsInPart = true
            try? removePart(of: segments[newest])
            throw error
        }
        segments[newest].bytes += lines.count
        if queue.count < limits.queue, queue.last.map({ $0.sequence == last }) ?? (stored == last) {
            queue += messages
        }
        last = final.sequence
        if segments[newest].bytes >= limits.segmentBytes { try? beginSegment(base: last) }
    }

    private mutating func removePart(of newest: Segment) throws {
        guard ftruncate(descriptor, off_t(newest.bytes)) == 0 else { throw Self.failure("shortened", "the spool") }
        endsInPart = false
    }

    /// How many bytes are in files with waiting messages.
    private var waitingBytes: Int {
        guard waiting > 0 else { return 0 }
        return segments.indices.reduce(0) { sum, index in
            let end = index + 1 < segments.count ? segments[index + 1].base : last
            return end > stored ? sum + segments[index].bytes : sum
        }
    }

    private mutating func beginSegment(base: Int) throws {
        let next = try Self.openSegment(directory, base: base)
        guard fsync(lock) == 0 else {
            let error = Self.failure("written", directory)
            close(next)
            throw error
        }
        close(descriptor)
        descriptor = next
        segments.append(Segment(base: base, bytes: 0))
    }

    // MARK: Taking

    /// The first waiting messages; the same ones until they are marked as stored.
    mutating func next(_ count: Int) throws -> [ChatMessage] {
        if queue.isEmpty, waiting > 0 { queue = try messages(after: stored, limit: limits.queue) }
        return Array(queue.prefix(count))
    }

    /// Marks messages up to a sequence number as stored.
    mutating func markStored(upTo place: Int) throws {
        guard place > stored else { return }
        stored = min(place, last)
        queue.removeAll { $0.sequence <= stored }
        // The two newest files are kept for the next start.
        while segments.count > 2, segments[1].base <= stored {
            unlink(SpoolFiles.path(directory, segments[0].base))
            segments.removeFirst()
        }
    }

    /// The messages after a sequence number, from the files.
    func messages(after place: Int, limit: Int = .max) throws -> [ChatMessage] {
        try files.messages(after: place, limit: limit)
    }

    /// The current files.
    var files: SpoolFiles { SpoolFiles(directory: directory, segments: segments, stored: stored, last: last) }

    // MARK: Files

    private static func openSegment(_ directory: String, base: Int) throws -> CInt {
        let path = SpoolFiles.path(directory, base)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("opened", path) }
        return descriptor
    }

    private static func writeAll(_ data: Data, to descriptor: CInt) throws {
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("written", "the spool")
            }
            rest = rest.dropFirst(count)
        }
        guard fdatasync(descriptor) == 0 else { throw failure("written", "the spool") }
    }

    private static func failure(_ action: String, _ path: String) -> ChatLogError {
        ChatLogError("\(path) can't be \(action): \(String(cString: strerror(errno)))")
    }
}
