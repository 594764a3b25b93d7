import HTTPWire
import NIOCore

@testable import Martlet

/// One end of a WebSocket whose reader reads only when no more is accepted. It belongs on the loop of `connection`.
struct WebSocketMachine: BoundedMachine {
    private let socket: WebSocketConnection
    /// The message that is being read.
    private var number: Int?
    private(set) var messages = 0

    init(_ role: WebSocketRole, deflate: PerMessageDeflate? = nil, on eventLoop: any EventLoop) {
        socket = WebSocketConnection(
            IdleConnection(eventLoop: eventLoop),
            WebSocketConnection.Settings(
                role: role,
                compression: .off,
                deflate: deflate,
                maximumMessageSize: nil,
                pingInterval: nil,
                timeouts: WebSocket.Timeouts()
            )
        )
    }

    var capacity: Int { socket.bufferedCapacity }
    var copiedBytes: Int { socket.copiedBytes }

    mutating func take(_ bytes: ByteBuffer) async throws {
        socket.push(bytes)
        socket.wake()
        guard !socket.wantsBytes else { return }
        while !socket.inbox.isEmpty {
            if number == nil {
                number = try await socket.inbox.nextStream(for: socket)?.number
                messages += 1
            }
            guard let number else { throw MachineFailure(reason: "The WebSocket is closed") }
            if try await socket.inbox.nextPart(of: number, for: socket) == nil { self.number = nil }
        }
        guard socket.closing.state == .open else { throw MachineFailure(reason: "The WebSocket is closed") }
    }
}

/// A connection that takes everything and sends nothing.
final class IdleConnection: DetachedConnection {
    let clock: LoopClock

    init(eventLoop: any EventLoop) {
        self.clock = TimeSource.system.clock(of: eventLoop)
    }

    var info: HTTPConnectionInfo? { nil }
    var unsentBytes: Int { 0 }
    var isWritable: Bool { true }

    func handOver(from stream: BodyStream, to receiver: any DetachedReceiver) {}
    func writeDetached(_ write: (inout OutputBuffer) throws -> Void) throws -> Bool {
        var output = OutputBuffer()
        try write(&output)
        return true
    }
    func continueReading() {}
    func abort() {}
    func waitUntilWritable() async throws {}
    func closeOutput() {}
    func closeDetached() {}
}
