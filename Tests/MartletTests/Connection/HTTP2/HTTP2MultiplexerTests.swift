import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

/// What frames mean for streams, told without a channel or a clock.
@Suite struct HTTP2MultiplexerTests {
    private typealias Multiplexer = HTTP2Multiplexer<TestStream>

    private let block = ByteBuffer(bytes: [0x82, 0x86, 0x84])

    private func bytes(_ count: Int) -> ByteBuffer { ByteBuffer(repeating: 0x61, count: count) }

    private func headers(_ stream: UInt32, ends: Bool = false) -> HTTP2FrameReader.Event {
        .headers(stream: stream, block: block, endsStream: ends)
    }

    private func data(_ stream: UInt32, _ count: Int, ends: Bool = false) -> HTTP2FrameReader.Event {
        .data(stream: stream, bytes: bytes(count), flowBytes: count, endsStream: ends)
    }

    /// What ends, and why, in a few words.
    private func word(_ step: Multiplexer.Step) -> String {
        switch step {
        case .abandon(let stream, let error): "abandon \(stream) \(error.code)"
        case .refuse(let stream, let error): "refuse \(stream) \(error.code)"
        case .close(let error): "close \(error.code)"
        default: "\(step)"
        }
    }

    // MARK: Streams

    @Test("A client opens streams with odd numbers that rise")
    func opening() {
        var server = Multiplexer(of: .client, concurrencyLimit: 9)
        #expect(server.receive(headers(1, ends: true)) == .open(1, block, endsStream: true))
        let stream = TestStream(1)
        server.insert(stream)
        #expect(server.receive(headers(1, ends: true)) == .headers(stream, block, endsStream: true))
        #expect(server.receive(headers(7)) == .open(7, block, endsStream: false))
        #expect(server.lastStream == 7)
        #expect(word(server.receive(headers(5))) == "close PROTOCOL_ERROR (0x1)")
        #expect(word(server.receive(headers(8))) == "close PROTOCOL_ERROR (0x1)")
    }

    @Test("A server opens none")
    func openedByServer() {
        var client = Multiplexer(of: .server)
        let stream = client.open()
        #expect(stream.number == 1 && client.open().number == 3 && client.lastStream == 3)
        #expect(client.receive(headers(1)) == .headers(stream, block, endsStream: false))
        for number in [2, 5] as [UInt32] {
            #expect(word(client.receive(headers(number))) == "close PROTOCOL_ERROR (0x1)")
        }
    }

    @Test("Frames on streams that were not opened close the connection (RFC 9113 section 5.1)")
    func idle() {
        for peer in [HTTP2Endpoint.client, .server] {
            for event in [
                data(1, 1), .reset(stream: 1, code: 8), .windowUpdate(stream: 1, increment: 1),
            ] as [HTTP2FrameReader.Event] {
                var multiplexer = Multiplexer(of: peer)
                #expect(word(multiplexer.receive(event)) == "close PROTOCOL_ERROR (0x1)")
            }
        }
    }

    @Test("So many streams are taken, and handlers that still run count")
    func concurrency() {
        var server = Multiplexer(of: .client, concurrencyLimit: 2, abandonedStreams: 9)
        let first = server.accept(1)
        server.handlerStarted()
        let second = server.accept(3)
        server.handlerStarted()
        #expect(word(server.receive(headers(5))) == "refuse 5 REFUSED_STREAM (0x7)")
        #expect(server.remove(first, .ended) == true)
        #expect(server.remove(second, .resetByPeer) == true)
        #expect(word(server.receive(headers(7))) == "refuse 7 REFUSED_STREAM (0x7)")
        server.handlerReturned()
        #expect(server.receive(headers(9)) == .open(9, block, endsStream: false))
    }

    @Test("Streams count although their handlers have returned")
    func openStreams() {
        var server = Multiplexer(of: .client, concurrencyLimit: 2, abandonedStreams: 9)
        let first = server.accept(1)
        _ = server.accept(3)
        #expect(word(server.receive(headers(5))) == "refuse 5 REFUSED_STREAM (0x7)")
        #expect(server.remove(first, .ended) == true)
        #expect(server.receive(headers(7)) == .open(7, block, endsStream: false))
    }

    @Test("The block of a stream that is refused is decoded nevertheless, since later ones build on it")
    func refusedBlock() throws {
        var server = Multiplexer(of: .client, concurrencyLimit: 1)
        _ = server.accept(1)
        let remembered = ByteBuffer(bytes: [0x40, 1, 0x61, 1, 0x62])
        let step = server.receive(.headers(stream: 3, block: remembered, endsStream: true))
        #expect(word(step) == "refuse 3 REFUSED_STREAM (0x7)")
        guard case .message(let trailers) = try server.decoder.decodeTrailers(ByteBuffer(bytes: [0xBE]), stream: 1)
        else {
            Issue.record("no trailers")
            return
        }
        #expect(trailers == [.init("a")!: "b"])
    }

    @Test("After the last stream has been announced, others are ignored, and decoded nevertheless")
    func drain() throws {
        var server = Multiplexer(of: .client, controlFrames: 2)
        let stream = server.accept(1)
        server.stopTakingStreams()
        let remembered = ByteBuffer(bytes: [0x40, 1, 0x61, 1, 0x62])
        #expect(server.receive(.headers(stream: 3, block: remembered, endsStream: false)) == .proceed)
        #expect(server.receive(data(3, 1)) == .dropped)
        #expect(server.lastStream == 1)
        let step = server.receive(.headers(stream: 1, block: ByteBuffer(bytes: [0xBE]), endsStream: true))
        #expect(step == .headers(stream, ByteBuffer(bytes: [0xBE]), endsStream: true))
        guard case .message(let trailers) = try server.decoder.decodeTrailers(ByteBuffer(bytes: [0xBE]), stream: 1)
        else {
            Issue.record("no trailers")
            return
        }
        #expect(trailers == [.init("a")!: "b"])
        #expect(server.receive(headers(5)) == .proceed)
        #expect(word(server.receive(headers(7))) == "close ENHANCE_YOUR_CALM (0xb)")
    }

    @Test("A field block that can't be decompressed closes the connection, also when nobody wants it")
    func compression() {
        var server = Multiplexer(of: .client)
        server.stopTakingStreams()
        let bad = ByteBuffer(bytes: [0xFF])
        #expect(
            word(server.receive(.headers(stream: 1, block: bad, endsStream: true))) == "close COMPRESSION_ERROR (0x9)"
        )
    }

    @Test("A frame that breaks a rule of its stream resets it, whether or not it is open")
    func violations() {
        let violation = HTTP2Error(.protocolError, stream: 1, "")
        let malformed = HTTP2FrameReader.Event.malformedHeaders(violation, stream: 1, block: block, endsStream: true)
        var server = Multiplexer(of: .client)
        #expect(server.receive(malformed) == .refuse(1, violation))
        server = Multiplexer(of: .client)
        let stream = server.accept(1)
        #expect(server.receive(malformed) == .abandon(stream, violation))
        stream.isInputEnded = true
        #expect(word(server.receive(malformed)) == "abandon 1 STREAM_CLOSED (0x5)")
        #expect(server.receive(.failed(HTTP2Error(.protocolError, stream: 9, ""))) != .proceed)
        #expect(word(server.receive(.failed(HTTP2Error(.frameSizeError, "")))) == "close FRAME_SIZE_ERROR (0x6)")
    }

    // MARK: Streams after their end

    @Test("What still comes for a stream that was reset here is ignored")
    func afterResetHere() {
        for peer in [HTTP2Endpoint.client, .server] {
            var multiplexer = Multiplexer(of: peer, controlFrames: 9)
            let stream = peer == .client ? multiplexer.accept(1) : multiplexer.open()
            #expect(multiplexer.remove(stream, .resetHere) == true)
            #expect(multiplexer.remove(stream, .resetHere) == false)
            #expect(multiplexer.receive(headers(1)) == .proceed)
            #expect(multiplexer.receive(data(1, 5)) == .dropped)
            #expect(multiplexer.receive(.windowUpdate(stream: 1, increment: 1)) == .proceed)
            #expect(multiplexer.receive(.reset(stream: 1, code: 8)) == .proceed)
            #expect(multiplexer.fail(HTTP2Error(.protocolError, stream: 1, ""), now: .uptimeNanoseconds(0)) == .proceed)
        }
    }

    @Test("For one that its peer has reset, that is an error of the stream; for one that has ended, of the connection")
    func afterEnd() {
        for peer in [HTTP2Endpoint.client, .server] {
            for (end, code) in [
                (.resetByPeer, "refuse 1 STREAM_CLOSED (0x5)"), (.ended, "close STREAM_CLOSED (0x5)"),
            ] as [(HTTP2StreamHistory.End, String)] {
                var multiplexer = Multiplexer(of: peer)
                let stream = peer == .client ? multiplexer.accept(1) : multiplexer.open()
                #expect(multiplexer.remove(stream, end) == true)
                #expect(word(multiplexer.receive(headers(1))) == code)
                // The first reset is the last.
                if end == .resetByPeer { #expect(multiplexer.receive(headers(1)) == .proceed) }
            }
            var multiplexer = Multiplexer(of: peer)
            let stream = peer == .client ? multiplexer.accept(1) : multiplexer.open()
            #expect(multiplexer.remove(stream, .ended) == true)
            #expect(word(multiplexer.receive(data(1, 1))) == "refuse 1 STREAM_CLOSED (0x5)")
            #expect(multiplexer.receive(data(1, 1)) == .dropped)
        }
    }

    @Test("A peer resets a stream")
    func resetByPeer() {
        var server = Multiplexer(of: .client)
        let stream = server.accept(1)
        #expect(server.receive(.reset(stream: 1, code: 8)) == .reset(stream, .cancel))
        var client = Multiplexer(of: .server)
        let request = client.open()
        #expect(client.receive(.reset(stream: 1, code: 99)) == .reset(request, HTTP2ErrorCode(rawValue: 99)))
    }

    @Test("All streams are gone once the connection is")
    func close() {
        var server = Multiplexer(of: .client)
        let streams = [server.accept(1), server.accept(3)]
        streams[0].output.finish()
        server.enqueue(streams[0])
        #expect(server.close().map(\.number).sorted() == [1, 3])
        #expect(server.streams.isEmpty && server.sendAll() == [])
        #expect(server.next() == .needsMoreBytes)
        #expect(server.fail(HTTP2Error(.protocolError, ""), now: .uptimeNanoseconds(0)) == .proceed)
    }

    // MARK: Floods

    @Test("Too many frames without content close the connection, unless content accounts for them")
    func controlFrames() {
        for event in [
            .ping(1), .pingAcknowledged(1), .settings([]), .settingsAcknowledged, .priority(stream: 1), .unknown,
            .windowUpdate(stream: 0, increment: 1), .goAway(lastStream: 0, code: 0, text: ByteBuffer()), data(1, 0),
        ] as [HTTP2FrameReader.Event] {
            var server = Multiplexer(of: .client, controlFrames: 3)
            let stream = server.accept(1)
            for _ in 1...3 { #expect(word(server.receive(event)).hasPrefix("close") == false) }
            #expect(word(server.receive(event)) == "close ENHANCE_YOUR_CALM (0xb)")
            server = Multiplexer(of: .client, controlFrames: 3)
            server.insert(stream)
            stream.output = HTTP2StreamOutput(window: 10)
            stream.output.append(bytes(1))
            server.enqueue(stream)
            #expect(server.sendAll() == ["1:1"])
            for _ in 1...7 { #expect(word(server.receive(.ping(1))) == "ping(1)") }
            #expect(word(server.receive(.ping(1))) == "close ENHANCE_YOUR_CALM (0xb)")
        }
    }

    @Test("For a client what the server sends accounts for them, too")
    func credit() {
        var client = Multiplexer(of: .server, controlFrames: 3)
        let stream = client.open()
        #expect(client.receive(headers(1)) == .headers(stream, block, endsStream: false))
        #expect(client.receive(data(1, 4_097)) == .data(stream, bytes(4_097), flowBytes: 4_097, endsStream: false))
        for _ in 1...15 { #expect(client.receive(.ping(1)) == .ping(1)) }
        #expect(word(client.receive(.ping(1))) == "close ENHANCE_YOUR_CALM (0xb)")
    }

    @Test("Too many abandoned streams close the connection, after the last of them was reset")
    func abandonedStreams() {
        var server = Multiplexer(of: .client, concurrencyLimit: 9, abandonedStreams: 2, controlFrames: 9)
        let first = server.accept(1)
        #expect(server.receive(.reset(stream: 1, code: 8)) == .reset(first, .cancel))
        #expect(server.remove(first, .resetByPeer) == true)
        #expect(word(server.receive(.failed(HTTP2Error(.protocolError, stream: 3, "")))).hasPrefix("refuse 3"))
        #expect(server.next() == .needsMoreBytes)
        let last = server.accept(5)
        let error = HTTP2Error(.protocolError, stream: 5, "")
        #expect(server.receive(.failed(error)) == .abandon(last, error))
        #expect(word(server.next()) == "close ENHANCE_YOUR_CALM (0xb)")
        // Resets by the client count at once.
        let another = server.accept(7)
        #expect(word(server.receive(.reset(stream: another.number, code: 8))) == "close ENHANCE_YOUR_CALM (0xb)")
    }

    @Test("A request that has been answered is not abandoned by a reset")
    func resetOfAnswered() {
        var server = Multiplexer(of: .client, abandonedStreams: 0)
        let stream = server.accept(1)
        stream.output.finish()
        #expect(stream.output.endWithHead() == true)
        #expect(server.receive(.reset(stream: 1, code: 8)) == .reset(stream, .cancel))
        let unanswered = server.accept(3)
        #expect(word(server.receive(.reset(stream: unanswered.number, code: 8))).hasPrefix("close ENHANCE_YOUR_CALM"))
    }

    // MARK: Windows and settings

    @Test("Content counts for the window of the connection, which grows as it is read")
    func receiveWindow() {
        var server = Multiplexer(of: .client, window: 100)
        let stream = server.accept(1)
        #expect(server.receive(data(1, 40)) == .data(stream, bytes(40), flowBytes: 40, endsStream: false))
        #expect(!server.isReceiveWindowLow)
        #expect(
            server.receive(.data(stream: 1, bytes: bytes(1), flowBytes: 11, endsStream: false))
                == .data(stream, bytes(1), flowBytes: 11, endsStream: false)
        )
        #expect(server.isReceiveWindowLow)
        #expect(server.growReceiveWindow(unread: 41) == nil)
        #expect(server.growReceiveWindow(unread: 1) == 50)
        #expect(server.receive(data(1, 99, ends: true)) == .data(stream, bytes(99), flowBytes: 99, endsStream: true))
        #expect(word(server.receive(data(1, 1))) == "close FLOW_CONTROL_ERROR (0x3)")
    }

    @Test("Dropped content counts, too")
    func droppedContent() {
        var server = Multiplexer(of: .client, window: 10)
        let stream = server.accept(1)
        #expect(server.remove(stream, .resetHere) == true)
        #expect(server.receive(data(1, 10)) == .dropped)
        #expect(server.growReceiveWindow(unread: 0) == 10)
    }

    @Test("A stream's window is what the peer knows of")
    func streamWindow() {
        var server = Multiplexer(of: .client)
        var window = server.makeReceiveWindow()
        #expect(throws: Never.self) { try window.receive(65_535, stream: 1) }
        #expect(server.receive(.settingsAcknowledged) == .proceed)
        window = server.makeReceiveWindow()
        #expect(throws: HTTP2Error.self) { try window.receive(1_001, stream: 3) }
    }

    @Test("WINDOW_UPDATE lets streams send")
    func windowUpdates() {
        var server = Multiplexer(of: .client, controlFrames: 9)
        let stream = server.accept(1, window: 5)
        stream.output.append(bytes(9))
        server.enqueue(stream)
        #expect(server.sendAll() == ["1:5"])
        #expect(server.receive(.windowUpdate(stream: 1, increment: 3)) == .resumeSending)
        #expect(server.sendAll() == ["1:3"])
        #expect(server.receive(.windowUpdate(stream: 0, increment: 8)) == .resumeSending)
        #expect(server.sendWindow == 65_535)
        #expect(word(server.receive(.windowUpdate(stream: 1, increment: 0))) == "abandon 1 PROTOCOL_ERROR (0x1)")
        #expect(
            word(server.receive(.windowUpdate(stream: 1, increment: 0x7FFF_FFFF))) == "resumeSending"
        )
        #expect(word(server.receive(.windowUpdate(stream: 1, increment: 1))) == "abandon 1 FLOW_CONTROL_ERROR (0x3)")
        #expect(
            word(server.receive(.windowUpdate(stream: 0, increment: 0x7FFF_FFFF))) == "close FLOW_CONTROL_ERROR (0x3)"
        )
    }

    @Test("Settings change the windows of open streams, also below zero")
    func settings() throws {
        var server = Multiplexer(of: .client, controlFrames: 9)
        let old = server.peerSettings
        let stream = server.accept(1, window: 65_535)
        stream.output.append(bytes(100))
        stream.output.finish()
        #expect(server.receive(.settings([(identifier: 4, value: 10)])) == .settings(replacing: old))
        #expect(server.peerSettings.initialWindowSize == 10 && stream.output.window.size == 10)
        #expect(server.sendAll() == ["1:10"])
        let small = server.peerSettings
        #expect(server.receive(.settings([(identifier: 4, value: 5)])) == .settings(replacing: small))
        #expect(stream.output.window.size == -5)
        #expect(server.receive(.windowUpdate(stream: 1, increment: 5)) == .resumeSending)
        #expect(server.sendAll() == [])
        #expect(server.receive(.settings([(identifier: 4, value: 1_000)])) != .proceed)
        #expect(server.sendAll() == ["1:90."])
        #expect(server.next() == .needsMoreBytes)
    }

    @Test("A setting that makes a window too large closes the connection, once it has been acknowledged")
    func settingsBeyondLimit() {
        var server = Multiplexer(of: .client, controlFrames: 9)
        let stream = server.accept(1, window: 65_535)
        #expect(server.receive(.windowUpdate(stream: 1, increment: 0x7FFF_0000)) == .resumeSending)
        let old = server.peerSettings
        #expect(server.receive(.settings([(identifier: 4, value: 70_000)])) == .settings(replacing: old))
        #expect(word(server.next()) == "close FLOW_CONTROL_ERROR (0x3)")
        #expect(stream.output.window.size == 0x7FFF_FFFF)
        #expect(word(server.receive(.settings([(identifier: 5, value: 1)]))) == "close PROTOCOL_ERROR (0x1)")
    }

    @Test("Frames are as large as the peer takes them")
    func frameSize() {
        var server = Multiplexer(of: .client, controlFrames: 9)
        let stream = server.accept(1)
        stream.output.append(bytes(40_000))
        server.enqueue(stream)
        #expect(server.sendAll(upTo: 1) == ["1:16384"])
        #expect(server.receive(.settings([(identifier: 5, value: 20_000)])) != .proceed)
        #expect(server.sendAll() == ["1:20000", "1:3616"])
    }

    // MARK: The connection

    @Test("PING, GOAWAY, and what is ignored")
    func connection() {
        var client = Multiplexer(of: .server, controlFrames: 9)
        #expect(client.receive(.ping(7)) == .ping(7))
        #expect(client.receive(.pingAcknowledged(8)) == .pingAcknowledged(8))
        #expect(
            client.receive(.goAway(lastStream: 3, code: 11, text: bytes(1)))
                == .goAway(lastStream: 3, .enhanceYourCalm, text: bytes(1))
        )
        #expect(client.receive(.priority(stream: 9)) == .proceed)
        #expect(client.receive(.unknown) == .proceed)
    }

    @Test("Bytes are read as frames")
    func bytes() {
        var client = Multiplexer(of: .server)
        var input = ByteBuffer()
        input.writeHTTP2Settings([])
        input.writeHTTP2Ping(5, isAcknowledgement: false)
        client.append(input.getSlice(at: 0, length: 20) ?? ByteBuffer())
        #expect(client.next() == .settings(replacing: client.peerSettings))
        #expect(client.next() == .needsMoreBytes)
        #expect(client.isInsideHead)
        client.append(input.getSlice(at: 20, length: 6) ?? ByteBuffer())
        #expect(client.next() == .ping(5))
        #expect(!client.isInsideHead)
    }
}
