import NIOCore

/// What a peer sends that never comes to an end, in pieces none of which ends where one of its messages does.
struct UnalignedPieces: Sequence {
    /// What the connection begins with.
    var preface: [UInt8] = []
    /// What is sent again and again; at least two bytes.
    let message: [UInt8]
    /// How many messages' worth of bytes a piece has.
    var messagesInPiece = 1
    /// How many messages are sent.
    let count: Int

    /// How many bytes that is.
    var byteCount: Int { preface.count + message.count * count }

    func makeIterator() -> some IteratorProtocol<ByteBuffer> {
        let cut = message.count / 2
        let turned = message[cut...] + message[..<cut]
        let piece = Array(repeatElement(turned, count: messagesInPiece).joined())
        var left = count / messagesInPiece
        var first: [UInt8]? = preface + message[..<cut]
        return AnyIterator {
            if let bytes = first.take() { return ByteBuffer(bytes: bytes) }
            guard left > 0 else { return nil }
            left -= 1
            // A buffer of its own for each, as the socket's are while somebody holds the last one.
            return ByteBuffer(bytes: piece)
        }
    }
}

/// What takes in a peer's bytes, up to those who wait for the content: a reader, and what a slow handler has before it.
protocol BoundedMachine: SendableMetatype {
    /// Takes in what has arrived, and goes as far as it can with it.
    mutating func take(_ bytes: ByteBuffer) async throws
    /// How much memory it holds on to, in bytes.
    var capacity: Int { get }
    /// How many bytes it has moved to make a message of its pieces.
    var copiedBytes: Int { get }
    /// How many messages have come out.
    var messages: Int { get }
}

extension BoundedMachine {
    /// Takes all pieces in; answers the most memory that was held on the way.
    mutating func drive(_ pieces: UnalignedPieces) async throws -> Int {
        var highest = 0
        for (number, piece) in pieces.enumerated() {
            try await take(piece)
            // Looking takes longer than what is looked at.
            if number % 31 == 0 { highest = Swift.max(highest, capacity) }
        }
        return Swift.max(highest, capacity)
    }
}

/// A machine did not understand what it was given.
struct MachineFailure: Error {
    let reason: String
}
