import HTTPTypes
public import NIOCore

/// Splits the bytes that a peer sends on an HTTP/2 connection into frames, and checks each by itself: its size, its
/// stream, its padding, and that nothing interrupts a field block (RFC 9113 sections 3.4, 4 and 6).
///
/// Bytes may arrive in any pieces.
public struct HTTP2FrameReader: Sendable {
    /// A frame, or all the frames of a field block.
    public enum Event: Sendable {
        /// Everything that has arrived is consumed.
        case needsMoreBytes
        /// A field block: a message's head, or its trailers.
        case headers(stream: UInt32, block: ByteBuffer, endsStream: Bool)
        /// A field block in a malformed frame, which ends its stream. It must be decoded nevertheless, since later
        /// blocks build on it.
        case malformedHeaders(HTTP2Error, stream: UInt32, block: ByteBuffer, endsStream: Bool)
        /// Content. The padding counts for flow control, but is left out of the bytes.
        case data(stream: UInt32, bytes: ByteBuffer, flowBytes: Int, endsStream: Bool)
        case priority(stream: UInt32)
        case reset(stream: UInt32, code: UInt32)
        case settings([(identifier: UInt16, value: UInt32)])
        case settingsAcknowledged
        case ping(UInt64)
        case pingAcknowledged(UInt64)
        /// The peer accepts no more streams, has not processed those after the last one, and may send a text for people
        /// to read.
        case goAway(lastStream: UInt32, code: UInt32, text: ByteBuffer)
        /// The increment is above 0, except that it may be 0 on a stream: what that ends depends on the stream's state.
        case windowUpdate(stream: UInt32, increment: Int)
        /// A frame of a type that is not known, which is ignored (RFC 9113 section 5.5).
        case unknown
        /// The peer violated the protocol. If that ends the connection, nothing can be read after it.
        case failed(HTTP2Error)
    }

    /// The bytes with which a client begins a connection (RFC 9113 section 3.4).
    public static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    private static let headLength = 9

    private let peer: HTTP2Endpoint
    private var input = InputBuffer()
    private var hasPreface: Bool
    private var hasSettings = false
    private var failure: HTTP2Error?
    private var partial: PartialBlock?
    private let blockLimit: Int
    private let continuationLimit: Int

    /// A field block whose end has not arrived.
    private struct PartialBlock {
        var stream: UInt32
        var block: ByteBuffer
        var endsStream: Bool
        /// The violation in the first frame.
        var violation: HTTP2Error?
        var continuations = 0
    }

    fileprivate struct Frame {
        var type: HTTP2FrameType
        var flags: HTTP2FrameFlags
        var stream: UInt32
        var payload: ByteBuffer
    }

    /// A reader for a new connection.
    ///
    /// - Parameters:
    ///   - peer: The sender: a client begins with the preface, a server does not.
    ///   - blockLimit: The largest field block, as compressed, in bytes.
    ///   - continuationLimit: How many CONTINUATION frames a field block may have.
    public init(of peer: HTTP2Endpoint, blockLimit: Int, continuationLimit: Int) {
        self.peer = peer
        self.hasPreface = peer == .server
        self.blockLimit = blockLimit
        self.continuationLimit = continuationLimit
    }

    /// Whether something other than content has arrived incompletely: the preface, or a frame.
    public var isInsideHead: Bool {
        if partial != nil { return true }
        guard input.bytes.readableBytes > 3 else { return input.readableBytes > 0 }
        return !hasPreface
            || input.bytes.getInteger(at: input.bytes.readerIndex + 3, as: UInt8.self) != HTTP2FrameType.data.rawValue
    }

    /// How much memory the input occupies, in bytes.
    package var capacity: Int { input.capacity + (partial?.block.storageCapacity ?? 0) }

    /// How many bytes were copied so far.
    package var copiedBytes: Int { input.copiedBytes }

    /// Appends what has arrived.
    public mutating func append(_ bytes: ByteBuffer) {
        guard failure == nil else { return }
        input.append(bytes)
    }

    /// The next frame.
    public mutating func next() -> Event {
        if let failure { return .failed(failure) }
        do throws(HTTP2Error) {
            while true {
                let event = try read()
                if case .needsMoreBytes = event {
                    guard input.readMore() else { return event }
                } else {
                    input.release()
                    return event
                }
            }
        } catch {
            if error.stream == nil {
                failure = error
                input = InputBuffer()
                partial = nil
            }
            return .failed(error)
        }
    }

    private mutating func read() throws(HTTP2Error) -> Event {
        if !hasPreface {
            guard try readPreface() else { return .needsMoreBytes }
        }
        while true {
            guard let frame = try readFrame() else { return .needsMoreBytes }
            guard let frame else { return .unknown }
            if let event = try interpret(frame) { return event }
        }
    }

    private mutating func readPreface() throws(HTTP2Error) -> Bool {
        let view = input.bytes.readableBytesView.prefix(Self.preface.count)
        guard Self.preface.starts(with: view) else {
            throw HTTP2Error(.protocolError, "The connection does not begin with the preface (RFC 9113 section 3.4)")
        }
        guard view.count == Self.preface.count else { return false }
        input.bytes.moveReaderIndex(forwardBy: Self.preface.count)
        hasPreface = true
        return true
    }

    /// Nil when more bytes are needed; nil inside for a frame of an unknown type.
    private mutating func readFrame() throws(HTTP2Error) -> Frame?? {
        guard let (word, flags, stream) = readHead() else { return nil }
        let length = Int(word >> 8)
        let type = HTTP2FrameType(rawValue: UInt8(truncatingIfNeeded: word))
        if !hasSettings {
            guard type == .settings, flags & HTTP2FrameFlags.acknowledgement.rawValue == 0 else {
                throw HTTP2Error(.protocolError, "The first frame is not SETTINGS (RFC 9113 section 3.4)")
            }
        }
        guard length <= HTTP2Settings.defaultFrameSize else {
            throw HTTP2Error(.frameSizeError, "A frame is longer than allowed (RFC 9113 section 4.2)")
        }
        if partial != nil, type != .continuation || stream & 0x7FFF_FFFF != partial?.stream {
            throw HTTP2Error(.protocolError, "Another frame interrupts a field block (RFC 9113 section 4.3)")
        }
        guard input.bytes.readableBytes >= Self.headLength + length else { return nil }
        input.bytes.moveReaderIndex(forwardBy: Self.headLength)
        guard let payload = input.bytes.readSlice(length: length) else { return nil }
        guard let type else { return .some(nil) }
        return Frame(
            type: type,
            flags: HTTP2FrameFlags(rawValue: flags),
            stream: stream & 0x7FFF_FFFF,
            payload: payload
        )
    }

    /// The head of the next frame, which is not consumed: its length and its type, its flags, and its stream.
    @inline(__always)
    private func readHead() -> (UInt32, UInt8, UInt32)? {
        input.bytes.withUnsafeReadableBytes { bytes in
            guard bytes.count >= Self.headLength else { return nil }
            return (
                UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)),
                bytes[4],
                UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 5, as: UInt32.self))
            )
        }
    }

    private mutating func interpret(_ frame: consuming Frame) throws(HTTP2Error) -> Event? {
        switch frame.type {
        case .data, .headers, .priority, .reset, .continuation:
            guard frame.stream != 0 else {
                throw HTTP2Error(.protocolError, "\(frame.type) without a stream (RFC 9113 section 6)")
            }
        case .settings, .ping, .goAway:
            guard frame.stream == 0 else {
                throw HTTP2Error(.protocolError, "\(frame.type) on a stream (RFC 9113 section 6)")
            }
        case .pushPromise:
            throw HTTP2Error(
                .protocolError,
                peer == .client
                    ? "A client can't push (RFC 9113 section 8.4)"
                    : "A push, although the client has disabled it (RFC 9113 section 6.6)"
            )
        case .windowUpdate:
            break
        }
        switch frame.type {
        case .data:
            let flowBytes = frame.payload.readableBytes
            try frame.removePadding()
            return .data(
                stream: frame.stream,
                bytes: frame.payload,
                flowBytes: flowBytes,
                endsStream: frame.flags.contains(.endStream)
            )
        case .headers:
            try frame.removePadding()
            var violation: HTTP2Error?
            if frame.flags.contains(.priority) {
                guard let dependency = frame.readPriority() else { throw frame.sizeError(stream: nil) }
                violation = frame.dependencyError(dependency)
            }
            if frame.flags.contains(.endHeaders), violation == nil {
                // The whole block, as nearly always.
                try checkBlock(frame.payload.readableBytes)
                return .headers(
                    stream: frame.stream,
                    block: frame.payload,
                    endsStream: frame.flags.contains(.endStream)
                )
            }
            var block = PartialBlock(
                stream: frame.stream,
                block: ByteBuffer(),
                endsStream: frame.flags.contains(.endStream),
                violation: violation
            )
            return try add(frame, to: &block)
        case .continuation:
            // Taken out, so that the next part is added to it in place.
            guard var block = partial.take() else {
                throw HTTP2Error(.protocolError, "CONTINUATION without HEADERS (RFC 9113 section 6.10)")
            }
            block.continuations += 1
            guard block.continuations <= continuationLimit else {
                throw HTTP2Error(.enhanceYourCalm, "A field block in too many frames (RFC 9113 section 10.5.1)")
            }
            return try add(frame, to: &block)
        case .priority:
            guard let dependency = frame.readPriority(), frame.payload.readableBytes == 0 else {
                throw frame.sizeError(stream: frame.stream)
            }
            if let error = frame.dependencyError(dependency) { throw error }
            return .priority(stream: frame.stream)
        case .reset:
            guard let code = frame.payload.readInteger(as: UInt32.self), frame.payload.readableBytes == 0 else {
                throw frame.sizeError(stream: nil)
            }
            return .reset(stream: frame.stream, code: code)
        case .settings:
            return try settings(&frame)
        case .ping:
            guard let opaque = frame.payload.readInteger(as: UInt64.self), frame.payload.readableBytes == 0 else {
                throw frame.sizeError(stream: nil)
            }
            return frame.flags.contains(.acknowledgement) ? .pingAcknowledged(opaque) : .ping(opaque)
        case .goAway:
            guard let last = frame.payload.readInteger(as: UInt32.self),
                let code = frame.payload.readInteger(as: UInt32.self)
            else { throw frame.sizeError(stream: nil) }
            return .goAway(lastStream: last & 0x7FFF_FFFF, code: code, text: frame.payload)
        case .windowUpdate:
            guard let word = frame.payload.readInteger(as: UInt32.self), frame.payload.readableBytes == 0 else {
                throw frame.sizeError(stream: nil)
            }
            // On a stream, the effect of such a frame depends on the stream's state.
            guard word & 0x7FFF_FFFF > 0 || frame.stream != 0 else {
                throw HTTP2Error(.protocolError, HTTP2Error.emptyIncrement)
            }
            return .windowUpdate(stream: frame.stream, increment: Int(word & 0x7FFF_FFFF))
        case .pushPromise:
            return nil
        }
    }

    /// Appends a part of a field block; nil until its end has arrived.
    private mutating func add(_ frame: Frame, to block: inout PartialBlock) throws(HTTP2Error) -> Event? {
        try checkBlock(block.block.readableBytes + frame.payload.readableBytes)
        if block.block.readableBytes == 0 {
            // An incomplete block must not keep the buffer in which its beginning arrived.
            let isWhole = frame.flags.contains(.endHeaders)
            block.block = isWhole ? frame.payload : frame.payload.copied()
        } else {
            block.block.writeImmutableBuffer(frame.payload)
        }
        guard frame.flags.contains(.endHeaders) else {
            partial = block
            return nil
        }
        partial = nil
        if let violation = block.violation {
            return .malformedHeaders(
                violation,
                stream: block.stream,
                block: block.block,
                endsStream: block.endsStream
            )
        }
        return .headers(stream: block.stream, block: block.block, endsStream: block.endsStream)
    }

    private func checkBlock(_ length: Int) throws(HTTP2Error) {
        guard length <= blockLimit else {
            throw HTTP2Error(.enhanceYourCalm, "A field block is too large (RFC 9113 section 10.5.1)")
        }
    }

    private mutating func settings(_ frame: inout Frame) throws(HTTP2Error) -> Event {
        hasSettings = true
        if frame.flags.contains(.acknowledgement) {
            guard frame.payload.readableBytes == 0 else { throw frame.sizeError(stream: nil) }
            return .settingsAcknowledged
        }
        guard frame.payload.readableBytes.isMultiple(of: 6) else { throw frame.sizeError(stream: nil) }
        var settings: [(identifier: UInt16, value: UInt32)] = []
        while let (identifier, value) = frame.payload.readMultipleIntegers(as: (UInt16, UInt32).self) {
            settings.append((identifier, value))
        }
        return .settings(settings)
    }
}

extension HTTP2Error {
    /// The reason for an error with WINDOW_UPDATE by 0.
    package static let emptyIncrement = "WINDOW_UPDATE with an increment of 0 (RFC 9113 section 6.9)"
}

extension HTTP2FrameReader.Frame {
    /// Reads the five bytes of a priority, and returns the stream that it names; nil when they are missing.
    fileprivate mutating func readPriority() -> UInt32? {
        guard payload.readableBytes >= 5, let word = payload.readInteger(as: UInt32.self) else { return nil }
        payload.moveReaderIndex(forwardBy: 1)
        return word & 0x7FFF_FFFF
    }

    /// Priorities are ignored (RFC 9113 section 5.3.2), except for that of a stream that depends on itself.
    fileprivate func dependencyError(_ dependency: UInt32) -> HTTP2Error? {
        guard dependency == stream else { return nil }
        return HTTP2Error(.protocolError, stream: stream, "A stream depends on itself (RFC 7540 section 5.3.1)")
    }

    fileprivate func sizeError(stream: UInt32?) -> HTTP2Error {
        HTTP2Error(.frameSizeError, stream: stream, "\(type) with an invalid length (RFC 9113 section 4.2)")
    }

    @inline(__always)
    fileprivate mutating func removePadding() throws(HTTP2Error) {
        if flags.contains(.padded) { try removeSomePadding() }
    }

    private mutating func removeSomePadding() throws(HTTP2Error) {
        guard let padding = payload.readInteger(as: UInt8.self) else { throw sizeError(stream: nil) }
        let rest = payload.readableBytes - Int(padding)
        guard rest >= 0, let content = payload.readSlice(length: rest) else {
            throw HTTP2Error(.protocolError, "More padding than the frame has room for (RFC 9113 section 6.1)")
        }
        payload = content
    }
}
