import NIOCore

/// Runs of bytes that come one after the other, from an asynchronous sequence of whatever type.
public struct ByteSource: Sendable {
    private let run: @Sendable (_ take: (ByteBuffer) async throws -> Void) async throws -> Void

    /// The runs of bytes of `sequence`.
    public init<Base: AsyncSequence & Sendable>(_ sequence: Base) where Base.Element == ByteBuffer {
        run = { take in
            for try await bytes in sequence { try await take(bytes) }
        }
    }

    /// The arrays of bytes of `sequence`, each a run.
    public init<Base: AsyncSequence & Sendable>(_ sequence: Base) where Base.Element == [UInt8] {
        run = { take in
            for try await bytes in sequence { try await take(ByteBuffer(bytes: bytes)) }
        }
    }

    /// Reads the sequence from its start to its end, and hands each run of bytes to `take` before it asks for the next.
    ///
    /// - Throws: what the sequence throws, and what `take` throws.
    public func forEach(_ take: (ByteBuffer) async throws -> Void) async throws {
        try await run(take)
    }
}
