import Martlet
import NIOCore

/// Writes a ``FileDraft`` from a task, in large pieces and on a thread that may block.
struct FileDraftWriter: Sendable {
    /// How many bytes are buffered before they are written.
    private static let pieceSize = 262_144

    let draft: FileDraft
    /// How many bytes were added, written or not.
    private(set) var count = 0
    private var gathered = ByteBuffer()

    /// Creates a file in a directory.
    init(in directory: String, permissions: UInt16) async throws {
        draft = try await FileDraft.run { try FileDraft(in: directory, permissions: .init(permissions)) }
    }

    /// Appends bytes. They are copied into the buffer: slices would keep the memory alive that they are part of.
    mutating func write(_ bytes: ByteBuffer) async throws {
        count += bytes.readableBytes
        gathered.writeImmutableBuffer(bytes)
        if gathered.readableBytes >= Self.pieceSize { try await flush() }
    }

    /// Writes what is buffered.
    mutating func flush() async throws {
        guard gathered.readableBytes > 0 else { return }
        let piece = gathered
        try await FileDraft.run { [draft] in try draft.append(piece) }
        gathered.clear()
    }

    /// Writes what is buffered, and gives the file its name.
    ///
    /// - Parameter isDurable: Whether to wait until everything is on the disk.
    mutating func publish(as name: String, replacing: Bool, isDurable: Bool) async throws {
        try await flush()
        try await FileDraft.run { [draft] in
            if isDurable { try draft.synchronize() }
            try draft.publish(as: name, replacing: replacing)
            if isDurable { draft.synchronizeDirectory() }
        }
    }
}
