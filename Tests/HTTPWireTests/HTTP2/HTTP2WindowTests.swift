import HTTPTypes
import NIOCore
import Testing

@testable import HTTPWire

@Suite("HTTP/2: windows, settings and floods")
struct HTTP2WindowTests {
    @Test("What may be sent shrinks and grows, up to 2^31-1 (RFC 9113 section 6.9.1)")
    func sending() throws {
        var window = HTTP2SendWindow()
        #expect(window.size == 65_535)
        window.sent(65_535)
        try window.grow(by: 0x7FFF_FFFF, stream: 3)
        let ofStream = #expect(throws: HTTP2Error.self) { try window.grow(by: 1, stream: 3) }
        #expect(ofStream?.code == .flowControlError && ofStream?.stream == 3)
        let ofConnection = #expect(throws: HTTP2Error.self) { try window.grow(by: 1, stream: nil) }
        #expect(ofConnection?.code == .flowControlError && ofConnection?.stream == nil)
        #expect(window.size == 0x7FFF_FFFF)
    }

    @Test("A setting can make a window negative; one that makes it too large is an error (section 6.9.2)")
    func settingWindows() throws {
        var window = HTTP2SendWindow(10)
        window.sent(10)
        try window.adjust(by: -10)
        #expect(window.size == -10)
        try window.grow(by: 12, stream: 1)
        #expect(window.size == 2)
        let error = #expect(throws: HTTP2Error.self) { try window.adjust(by: 0x7FFF_FFFE) }
        #expect(error?.code == .flowControlError && error?.stream == nil)
    }

    @Test("What may arrive is as much as the window, which opens when it is worth a frame")
    func receiving() throws {
        var window = HTTP2ReceiveWindow(100)
        try window.receive(50, stream: 1)
        // Half of it is not low.
        #expect(window.grow(unread: 0) == nil)
        try window.receive(10, stream: 1)
        // Too much waits for its reader.
        #expect(window.grow(unread: 36) == nil)
        #expect(window.grow(unread: 35) == 25)
        #expect(window.size == 65)
        let error = #expect(throws: HTTP2Error.self) { try window.receive(66, stream: 1) }
        #expect(error?.code == .flowControlError && error?.stream == 1)
        try window.receive(65, stream: nil)
        #expect(window.grow(unread: 0) == 100)
    }

    @Test("A peer that can't know better may take a window for larger than it is")
    func slack() throws {
        var window = HTTP2ReceiveWindow(100, known: 150)
        try window.receive(150, stream: 1)
        #expect(window.size == -50)
        #expect(throws: HTTP2Error.self) { try window.receive(1, stream: 1) }
        #expect(window.grow(unread: 150) == nil)
        #expect(window.grow(unread: 0) == 150)
    }

    @Test(
        "Settings with values that they must not have (RFC 9113 section 6.5.2, RFC 8441 section 3)",
        arguments: [
            (2, 2, .protocolError), (4, 0x8000_0000, .flowControlError), (5, 16_383, .protocolError),
            (5, 16_777_216, .protocolError), (8, 2, .protocolError), (9, 2, .protocolError),
        ] as [(UInt16, UInt32, HTTP2ErrorCode)]
    )
    func settings(_ identifier: UInt16, _ value: UInt32, _ code: HTTP2ErrorCode) throws {
        for peer in [HTTP2Endpoint.client, .server] {
            var parameters = HTTP2Settings(of: peer)
            let error = #expect(throws: HTTP2Error.self) { try parameters.apply(identifier, value) }
            #expect(error?.code == code && error?.stream == nil)
            #expect(parameters == HTTP2Settings(of: peer))
        }
    }

    @Test("Only a client may ask for pushes (RFC 9113 section 6.5.2)")
    func pushes() throws {
        var client = HTTP2Settings(of: .client)
        try client.apply(2, 1)
        var server = HTTP2Settings(of: .server)
        try server.apply(2, 0)
        let error = #expect(throws: HTTP2Error.self) { try server.apply(2, 1) }
        #expect(error?.code == .protocolError)
    }

    @Test("Settings hold until they change; unknown ones are ignored")
    func known() throws {
        var parameters = HTTP2Settings(of: .server)
        #expect(parameters.maximumConcurrentStreams == nil && parameters.initialWindowSize == 65_535)
        for (identifier, value) in [(1, 0), (3, 7), (4, 1), (5, 20_000), (6, 5), (0xFFFF, 9)] as [(UInt16, UInt32)] {
            try parameters.apply(identifier, value)
        }
        #expect(parameters.headerTableSize == 0 && parameters.maximumConcurrentStreams == 7)
        #expect(parameters.initialWindowSize == 1 && parameters.maximumFrameSize == 20_000)
    }

    @Test("So many frames without a meaning are put up with in so much time, and more for those that have one")
    func floods() throws {
        let limits = HTTP2FloodGuard.Limits(abandonedStreams: 2, controlFrames: 3, interval: .seconds(10))
        let start = NIODeadline.now()
        var guardian = HTTP2FloodGuard(limits, now: start)
        for _ in 0..<3 { try guardian.controlFrame(now: start) }
        // A frame is worth four, and four more for each 4 KiB behind the first.
        guardian.credit()
        for _ in 0..<4 { try guardian.controlFrame(now: start) }
        guardian.credit(4_097)
        for _ in 0..<8 { try guardian.controlFrame(now: start) }
        let error = #expect(throws: HTTP2Error.self) { try guardian.controlFrame(now: start) }
        #expect(error?.code == .enhanceYourCalm && error?.stream == nil)
        for _ in 0..<2 { try guardian.abandonedStream(now: start) }
        #expect(throws: HTTP2Error.self) { try guardian.abandonedStream(now: start) }
        let later = start + .seconds(11)
        for _ in 0..<3 { try guardian.controlFrame(now: later) }
        for _ in 0..<2 { try guardian.abandonedStream(now: later) }
    }

    @Test("A peer may answer content in small pieces, also when much of it has been sent at once, and is late")
    func windowUpdates() throws {
        let limits = HTTP2FloodGuard.Limits(abandonedStreams: 0, controlFrames: 3, interval: .seconds(10))
        let start = NIODeadline.now()
        var guardian = HTTP2FloodGuard(limits, now: start)
        for _ in 0..<256 { guardian.credit(16_384) }
        // Twice for each 4 KiB, on the stream and on the connection.
        for _ in 0..<2_048 { try guardian.controlFrame(now: start + .seconds(11)) }
        // What is on its way through windows is not without bounds.
        for _ in 0..<10_000 { guardian.credit(16_384) }
        for _ in 0..<16_387 { try guardian.controlFrame(now: start + .seconds(12)) }
        #expect(throws: HTTP2Error.self) { try guardian.controlFrame(now: start + .seconds(12)) }
    }

    @Test("The streams that were closed last are remembered, and those that were reset here longer (S1)")
    func history() {
        var history = HTTP2StreamHistory(capacity: 2, resetCapacity: 2)
        history.append(1, .resetHere)
        for stream in [3, 5, 7] as [UInt32] { history.append(stream, stream == 5 ? .resetByPeer : .ended) }
        #expect(history.end(of: 1) == .resetHere && history.end(of: 3) == nil)
        #expect(history.end(of: 5) == .resetByPeer && history.end(of: 7) == .ended && history.end(of: 9) == nil)
        for stream in [7, 7, 9] as [UInt32] { history.append(stream, .resetHere) }
        #expect(history.end(of: 1) == nil && history.end(of: 7) == .resetHere && history.end(of: 9) == .resetHere)
    }

    @Test("Those that were reset here are remembered apart from the others, however few of them are")
    func resetStreams() {
        var history = HTTP2StreamHistory(capacity: 1, resetCapacity: 3)
        for stream in [1, 3, 5] as [UInt32] { history.append(stream, .resetHere) }
        for stream in [7, 9] as [UInt32] { history.append(stream, .ended) }
        let ends = [1, 3, 5, 7, 9].map { history.end(of: $0) }
        #expect(ends == [.resetHere, .resetHere, .resetHere, nil, .ended])
        history.append(11, .resetHere)
        #expect(history.end(of: 1) == nil && history.end(of: 3) == .resetHere)
    }

    @Test("Streams are idle until they, or those above, are begun")
    func idleStreams() {
        var history = HTTP2StreamHistory()
        history.begin(5)
        history.begin(3)
        #expect(history.lastBegun == 5)
        let begun = (0...7).filter { history.hasBegun($0) }
        #expect(begun == [1, 3, 5])
        // RST_STREAM was sent in answer to PRIORITY, so that frames for it are late ones, not wrong.
        history.append(7, .resetHere)
        #expect(history.hasBegun(7) && !history.hasBegun(9) && history.end(of: 5) == nil)
    }
}
