import Foundation
import NIOCore

/// The bytes of a peer that sends the same message again and again, in pieces none of which ends where a message does.
struct UnalignedPieces: Sequence, Sendable {
    /// The bytes that the connection begins with.
    var preface: [UInt8] = []
    /// The bytes that are sent again and again; at least two.
    let message: [UInt8]
    /// How many frames those are, where they are more than one.
    var framesInMessage = 1
    /// How many messages' worth of bytes a piece has.
    var messagesInPiece = 1

    /// How many messages are sent: 100,000, or 64 MiB if that is less. All peers take a debug build two minutes of processor
    /// time, so it is an eighth of 100,000 unless `MARTLET_BOUNDS_FULL` is 1; large messages make 64 MiB in any case.
    var count: Int {
        Swift.min((Self.isFull ? 100_000 : 12_500) / framesInMessage, (64 << 20) / message.count + 1)
    }

    private static let isFull = ProcessInfo.processInfo.environment["MARTLET_BOUNDS_FULL"] == "1"

    /// How many pieces that makes.
    var pieceCount: Int { count / messagesInPiece + 1 }

    func makeIterator() -> some IteratorProtocol<ByteBuffer> {
        let cut = message.count / 2
        var piece: [UInt8] = []
        for _ in 0..<messagesInPiece {
            piece += message[cut...]
            piece += message[..<cut]
        }
        var left = pieceCount
        return AnyIterator { [first = preface + message[..<cut], pieceCount] in
            guard left > 0 else { return nil }
            left -= 1
            // A buffer of its own for each, as the socket's are while somebody holds the last one.
            return ByteBuffer(bytes: left == pieceCount - 1 ? first : piece)
        }
    }
}

/// A connection's side that takes a peer's bytes: a reader, and the content that a slow handler has before it.
protocol BoundedMachine: SendableMetatype {
    /// Takes the bytes that have arrived, and goes as far as it can with them.
    mutating func take(_ bytes: ByteBuffer) async throws
    /// How much memory it holds on to, in bytes.
    var capacity: Int { get }
    /// How many bytes it has moved to make a message of its pieces.
    var copiedBytes: Int { get }
    /// How many messages have come out.
    var messages: Int { get }
}

/// The bytes that have arrived and those that were moved for them.
struct BoundedWork {
    var arrived = 0
    var copied = 0
}

extension BoundedMachine {
    /// Takes all the pieces.
    ///
    /// - Returns: The most memory that was held on the way, and the work for a quarter of the pieces and for all.
    mutating func drive(_ pieces: UnalignedPieces) async throws -> (
        capacity: Int, quarter: BoundedWork, whole: BoundedWork
    ) {
        var highest = 0
        var (quarter, whole) = (BoundedWork(), BoundedWork())
        for (number, piece) in pieces.enumerated() {
            try await take(piece)
            whole.arrived += piece.readableBytes
            // Looking takes longer than what is looked at.
            if number % Swift.max(31 / pieces.messagesInPiece, 1) == 0 { highest = Swift.max(highest, capacity) }
            if number == pieces.pieceCount / 4 {
                whole.copied = copiedBytes
                quarter = whole
            }
        }
        whole.copied = copiedBytes
        return (Swift.max(highest, capacity), quarter, whole)
    }
}

/// A machine did not understand the bytes that it was given.
struct MachineFailure: Error {
    let reason: String
}
