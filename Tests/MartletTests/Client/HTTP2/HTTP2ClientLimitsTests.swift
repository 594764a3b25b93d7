import NIOCore
import Testing

@testable import Martlet

/// What a client tells the server at the beginning.
@Suite struct HTTP2ClientLimitsTests {
    private static let magic = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private func preface(streamWindow: Int, connectionWindow: Int) -> [UInt8] {
        var configuration = HTTPClient.Configuration()
        configuration.headLimits.headBytes = 0x0001_2345
        configuration.http2.streamWindow = streamWindow
        configuration.http2.connectionWindow = connectionWindow
        var buffer = ByteBuffer()
        HTTP2ClientLimits(configuration).writePreface(to: &buffer)
        return Array(buffer.readableBytesView)
    }

    /// SETTINGS without push, with this window of a stream, and with the limit of heads.
    private func settings(window: [UInt8]) -> [UInt8] {
        [0, 0, 18, 4, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 4] + window + [0, 6, 0x00, 0x01, 0x23, 0x45]
    }

    @Test("The preface has the windows, and WINDOW_UPDATE if that of the connection is larger than at first")
    func preface() {
        #expect(
            preface(streamWindow: 0x0012_3456, connectionWindow: 65_535 + 0x0002_0304)
                == Self.magic + settings(window: [0x00, 0x12, 0x34, 0x56])
                + [0, 0, 4, 8, 0, 0, 0, 0, 0, 0x00, 0x02, 0x03, 0x04]
        )
        #expect(
            preface(streamWindow: 65_535, connectionWindow: 65_535)
                == Self.magic + settings(window: [0x00, 0x00, 0xFF, 0xFF])
        )
    }

    @Test("Windows are no smaller than the initial one, and no larger than flow control allows")
    func extremes() {
        #expect(
            preface(streamWindow: 1, connectionWindow: 1) == preface(streamWindow: 65_535, connectionWindow: 65_535)
        )
        #expect(
            preface(streamWindow: .max, connectionWindow: .max)
                == Self.magic + settings(window: [0x7F, 0xFF, 0xFF, 0xFF])
                + [0, 0, 4, 8, 0, 0, 0, 0, 0, 0x7F, 0xFF, 0x00, 0x00]
        )
    }
}
