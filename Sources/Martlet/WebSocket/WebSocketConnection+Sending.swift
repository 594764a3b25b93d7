import HTTPWire
import NIOCore

/// Sends messages. The functions may be called from any thread, unless stated otherwise.
extension WebSocketConnection {
    private enum Outcome {
        /// Sent, and there is room for more.
        case sent
        /// Sent, but the peer should receive some before more follows.
        case isFull
        /// Not sent, because another message is being sent in fragments.
        case isBusy
        /// Not sent, because the peer should first receive some of what was sent before.
        case mustWait
    }

    /// Sends a whole message.
    @inline(__always)
    func send(_ message: WebSocket.Message) async throws {
        // The common case: the sender is on the loop and need not wait. It needs no further asynchronous call, each of
        // which takes memory for itself.
        guard eventLoop.inEventLoop, !isSendingFragments, connection.isWritable else {
            return try await sendLater(message)
        }
        if try writeMessage(message) == .isFull { try await connection.waitUntilWritable() }
    }

    private func sendLater(_ message: WebSocket.Message) async throws {
        try await send { try self.writeMessage(message) }
    }

    /// Sends the parts of a message as they arrive, each in a fragment.
    func send<Source: AsyncSequence>(
        fragments source: Source,
        of kind: WebSocketMessageKind,
        _ bytes: (Source.Element) -> ByteBuffer
    ) async throws {
        try await send {
            self.isSendingFragments = true
            return .sent
        }
        var isFirst = true
        do {
            for try await piece in source {
                let (piece, opcode) = (bytes(piece), isFirst ? kind.opcode : .continuation)
                isFirst = false
                try await sendFragment { try self.writeFragment(piece, opcode, isLast: false) }
            }
            let opcode = isFirst ? kind.opcode : .continuation
            try await sendFragment { try self.writeFragment(ByteBuffer(), opcode, isLast: true) }
            await endFragments(isBroken: false)
        } catch {
            await endFragments(isBroken: !isFirst)
            throw error
        }
    }

    private func endFragments(isBroken: Bool) async {
        try? await eventLoop.run {
            self.isSendingFragments = false
            // The peer must not mistake the incomplete message for a whole one.
            if isBroken { self.close(WebSocketClose(.internalServerError, reason: "The message is incomplete")) }
            self.changes.signal()
        }
    }

    /// Calls `write` on the loop once the connection is writable, so that messages wait with their senders and not
    /// here, and no other message is being sent; then waits until the connection is writable again.
    private func send(_ write: @escaping @Sendable () throws -> Outcome) async throws {
        while true {
            let outcome = try await eventLoop.run { () -> Outcome in
                guard self.closing.state == .open else { return try write() }
                if self.isSendingFragments { return .isBusy }
                return self.connection.isWritable ? try write() : .mustWait
            }
            switch outcome {
            case .sent: return
            case .isFull: return try await connection.waitUntilWritable()
            case .mustWait: try await connection.waitUntilWritable()
            case .isBusy: try await changes.wait { !self.isSendingFragments || self.closing.state != .open }
            }
        }
    }

    private func sendFragment(_ write: @escaping @Sendable () throws -> Outcome) async throws {
        if try await eventLoop.run(write) == .isFull {
            try await connection.waitUntilWritable()
        }
    }

    // MARK: On the loop

    private func checkOpen() throws(WebSocketError) {
        guard closing.state == .open else { throw .closed(closing.code) }
    }

    private func outcome(_ isReady: Bool?) throws(WebSocketError) -> Outcome {
        guard let isReady else { throw .closed(closing.code) }
        return isReady ? .sent : .isFull
    }

    private func writeMessage(_ message: WebSocket.Message) throws(WebSocketError) -> Outcome {
        try checkOpen()
        switch message {
        case .text(let text):
            if let deflater, text.utf8.count >= settings.compression.minimumMessageSize {
                return try writeDeflated(ByteBuffer(string: text), .text, isLast: true, deflater)
            }
            return try outcome(write { $0.tail.writeWebSocketFrame(text: text, mask: self.nextMask()) })
        case .binary(let bytes):
            if let deflater, bytes.readableBytes >= settings.compression.minimumMessageSize {
                return try writeDeflated(bytes, .binary, isLast: true, deflater)
            }
            return try writePlain(bytes, .binary, isLast: true)
        }
    }

    private func writeFragment(
        _ bytes: ByteBuffer,
        _ opcode: WebSocketOpcode,
        isLast: Bool
    ) throws(WebSocketError) -> Outcome {
        try checkOpen()
        guard let deflater else { return try writePlain(bytes, opcode, isLast: isLast) }
        return try writeDeflated(bytes, opcode, isLast: isLast, deflater)
    }

    private func writePlain(
        _ bytes: ByteBuffer,
        _ opcode: WebSocketOpcode,
        isLast: Bool
    ) throws(WebSocketError) -> Outcome {
        try outcome(write { self.append(bytes, opcode, isFinal: isLast, isCompressed: false, to: &$0) })
    }

    private func writeDeflated(
        _ bytes: ByteBuffer,
        _ opcode: WebSocketOpcode,
        isLast: Bool,
        _ deflater: MessageDeflater
    ) throws(WebSocketError) -> Outcome {
        var deflated = ByteBuffer()
        do throws(ContentCodingError) {
            try deflater.deflate(bytes, isLast: isLast, into: &deflated)
        } catch {
            throw .compressionFailed(error)
        }
        let isCompressed = opcode != .continuation
        // zlib buffers small inputs; the first frame of the message is sent nevertheless, empty.
        guard isLast || isCompressed || deflated.readableBytes > 0 else { return .sent }
        return try outcome(
            write { self.append(deflated, opcode, isFinal: isLast, isCompressed: isCompressed, to: &$0) }
        )
    }

    private func append(
        _ bytes: ByteBuffer,
        _ opcode: WebSocketOpcode,
        isFinal: Bool,
        isCompressed: Bool,
        to output: inout OutputBuffer
    ) {
        let (mask, length) = (nextMask(), bytes.readableBytes)
        guard mask == nil, length >= OutputBuffer.copyLimit else {
            output.tail.writeWebSocketFrame(opcode, bytes, isFinal: isFinal, isCompressed: isCompressed, mask: mask)
            return
        }
        output.tail.writeWebSocketHead(opcode, length: length, isFinal: isFinal, isCompressed: isCompressed)
        output.append(bytes)
    }
}
