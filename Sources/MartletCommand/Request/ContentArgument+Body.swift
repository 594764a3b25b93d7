import HTTPWire
import Martlet
import NIOCore

extension ContentArgument {
    /// Larger content is not held in memory, and can't be sent again.
    private static let memoryLimit = 1_048_576

    /// The content of a request.
    func body(type: String) async throws -> HTTPRequestBody {
        switch self {
        case .text(let text):
            return .text(text, contentType: type)
        case .file(let path) where !OutputFile.isDevice(path):
            return try await .file(path, contentType: type)
        case .file, .standardInput:
            let input = try input()
            let (bytes, isComplete) = try await input.collect(upTo: Self.memoryLimit)
            if isComplete { return .buffer(bytes, contentType: type) }
            return .stream(Prefixed(first: bytes, rest: input), contentType: type)
        }
    }

    /// Reads all of it into memory.
    func collect() async throws -> ByteBuffer {
        if case .text(let text) = self { return ByteBuffer(string: text) }
        return try await input().collect(upTo: .max).bytes
    }

    /// Reads all of it into memory; nil if it has more than `limit` bytes.
    func collect(upTo limit: Int) async throws -> ByteBuffer? {
        if case .text(let text) = self { return ByteBuffer(string: text) }
        let (bytes, isComplete) = try await input().collect(upTo: limit)
        return isComplete ? bytes : nil
    }

    /// The content of a part of a form.
    func part() async throws -> MultipartFormData.Content {
        switch self {
        case .text(let text):
            return .bytes(ByteBuffer(string: text))
        case .file(let path):
            if let length = OutputFile.size(of: path) { return .file(path: path, length: length) }
            return .stream(ByteSource(try input()), length: nil)
        case .standardInput:
            return .stream(ByteSource(try input()), length: nil)
        }
    }

    private func input() throws -> InputBytes {
        if case .file(let path) = self { return try .path(path) }
        return .standardInput()
    }
}

/// An input whose beginning has already been read.
private struct Prefixed: AsyncSequence, Sendable {
    let first: ByteBuffer
    let rest: InputBytes

    struct AsyncIterator: AsyncIteratorProtocol {
        var first: ByteBuffer?
        var rest: InputBytes.AsyncIterator

        mutating func next() async throws -> ByteBuffer? {
            if let bytes = first {
                first = nil
                return bytes
            }
            return try await rest.next()
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(first: first, rest: rest.makeAsyncIterator())
    }
}
