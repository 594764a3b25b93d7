import NIOCore

/// Bytes from an asynchronous sequence, whatever its type.
public struct ByteSource: Sendable {
    private let run: @Sendable (_ take: (ByteBuffer) async throws -> Void) async throws -> Void

    /// The buffers of `sequence`.
    public init<Base: AsyncSequence & Sendable>(_ sequence: Base) where Base.Element == ByteBuffer {
        run = { take in
            for try await bytes in sequence { try await take(bytes) }
        }
    }

    /// The arrays of bytes of `sequence`.
    public init<Base: AsyncSequence & Sendable>(_ sequence: Base) where Base.Element == [UInt8] {
        run = { take in
            for try await bytes in sequence { try await take(ByteBuffer(bytes: bytes)) }
        }
    }

    /// Reads the sequence to its end, and passes each buffer to `take` before it asks for the next one.
    ///
    /// - Throws: what the sequence throws, and what `take` throws.
    public func forEach(_ take: (ByteBuffer) async throws -> Void) async throws {
        try await run(take)
    }
}
