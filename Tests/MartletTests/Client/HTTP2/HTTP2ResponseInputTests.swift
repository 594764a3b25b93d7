import HTTPWire
import NIOCore
import Testing

@testable import Martlet

/// What a client's stream takes of its response, told without a socket.
@Suite struct HTTP2ResponseInputTests {
    /// `:status: 200`, by its number in the static table.
    private let ok = ByteBuffer(bytes: [0x88])
    /// `:status: 103`, with the number of its name.
    private let hints = ByteBuffer(bytes: [0x08, 3] + Array("103".utf8))
    /// `a: b`.
    private let trailers = ByteBuffer(bytes: [0x00, 1, 0x61, 1, 0x62])

    private func input(window: Int = 100) -> HTTP2ResponseInput {
        HTTP2ResponseInput(HTTP2ResponseReader(stream: 1, method: .get), window: HTTP2ReceiveWindow(window))
    }

    /// An input whose head has arrived.
    private func openInput(window: Int = 100) throws -> HTTP2ResponseInput {
        var (input, decoder) = (input(window: window), HTTP2MessageDecoder())
        _ = try input.receive(ok, endsStream: false, decoder: &decoder)
        return input
    }

    private func code(_ receive: () throws -> Void) -> HTTP2Error? {
        #expect(throws: HTTP2Error.self, performing: receive)
    }

    @Test("Heads, content and trailers, until the server ends the stream")
    func wellFormed() throws {
        var (input, decoder) = (input(), HTTP2MessageDecoder())
        for count in 1...2 {
            guard case .informational(let head) = try input.receive(hints, endsStream: false, decoder: &decoder) else {
                Issue.record("no informational response")
                return
            }
            #expect(head.statusCode == 103 && input.informationalCount == count)
        }
        guard case .head(let head) = try input.receive(ok, endsStream: false, decoder: &decoder) else {
            Issue.record("no final response")
            return
        }
        #expect(head.statusCode == 200 && input.informationalCount == 2)
        try input.receive(byteCount: 3, flowBytes: 3, endsStream: false)
        #expect(!input.isEnded)
        guard case .trailers(let fields) = try input.receive(trailers, endsStream: true, decoder: &decoder) else {
            Issue.record("no trailers")
            return
        }
        #expect(fields.count == 1 && input.isEnded)
    }

    @Test("Content can end the stream, and nothing may follow")
    func end() throws {
        var input = try openInput()
        try input.receive(byteCount: 1, flowBytes: 1, endsStream: true)
        #expect(input.isEnded)
        let error = code { try input.receive(byteCount: 0, flowBytes: 0, endsStream: true) }
        #expect(error?.code == .streamClosed && error?.stream == 1)
    }

    @Test("The window is used up by what is sent, padding included")
    func window() throws {
        var input = try openInput()
        try input.receive(byteCount: 90, flowBytes: 100, endsStream: false)
        try input.receive(byteCount: 0, flowBytes: 0, endsStream: false)
        let error = code { try input.receive(byteCount: 0, flowBytes: 1, endsStream: false) }
        #expect(error?.code == .flowControlError && error?.stream == 1)
    }

    @Test("It grows when it is low and the content is read, by what has been read")
    func growth() throws {
        var input = try openInput()
        try input.receive(byteCount: 50, flowBytes: 50, endsStream: false)
        // Half of the window is enough.
        #expect(input.growWindow(isWanted: true, unread: 0) == nil)
        try input.receive(byteCount: 10, flowBytes: 10, endsStream: false)
        #expect(input.growWindow(isWanted: false, unread: 0) == nil)
        #expect(input.growWindow(isWanted: true, unread: 50) == nil)
        #expect(input.growWindow(isWanted: true, unread: 20) == 40)
        #expect(input.growWindow(isWanted: true, unread: 0) == nil)
        // 80 bytes are left.
        try input.receive(byteCount: 80, flowBytes: 80, endsStream: false)
        #expect(code { try input.receive(byteCount: 1, flowBytes: 1, endsStream: false) }?.code == .flowControlError)
    }

    @Test("What comes out of order ends the stream")
    func order() throws {
        var input = input()
        let error = code { try input.receive(byteCount: 1, flowBytes: 1, endsStream: false) }
        #expect(error?.code == .protocolError && error?.stream == 1)
        var (open, decoder) = (try openInput(), HTTP2MessageDecoder())
        let endless = code { _ = try open.receive(trailers, endsStream: false, decoder: &decoder) }
        #expect(endless?.code == .protocolError && endless?.stream == 1)
    }
}
