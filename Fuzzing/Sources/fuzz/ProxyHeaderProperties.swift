import HTTPWire
import NIOCore

/// What has to hold for headers of the PROXY protocol: they do not depend on how their bytes were cut, no more bytes are
/// wanted than the limits allow, and what is read of a header is read of it again when it is written in its one form.
enum ProxyHeaderProperties {
    private enum Outcome: Equatable {
        case header(ProxyHeader, rest: Int)
        case needsMore
        case failed(ProxyHeaderError)
    }

    static func check(_ bytes: [UInt8]) {
        // Most of what a fuzzer makes does not begin with the 12 bytes of version 2, which are helped to here.
        let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
        for input in [bytes, signature + bytes, Array("PROXY TCP4 ".utf8) + bytes] {
            let outcomes = cuts(of: input).map(read)
            for outcome in outcomes { expectEqual(outcome, outcomes[0], "depends on the cut") }
            switch outcomes[0] {
            case .needsMore:
                guard input.count < 16 + ProxyHeader.maximumPayloadBytes else { fatalError("waits without end") }
            case .header(let header, let rest):
                guard rest < input.count else { fatalError("an empty header") }
                if let connection = header.connection { check(connection) }
            case .failed:
                break
            }
        }
    }

    private static func check(_ connection: ProxyHeader.Connection) {
        let (source, destination) = (connection.source, connection.destination)
        guard (0...65_535).contains(source.port), (0...65_535).contains(destination.port) else { fatalError("a port") }
        let family = source.host.utf8.contains(0x3A) ? "TCP6" : "TCP4"
        let line = "PROXY \(family) \(source.host) \(destination.host) \(source.port) \(destination.port)\r\n"
        expectEqual(read([Array(line.utf8)[...]]), .header(ProxyHeader(connection), rest: 0), "written and read again")
    }

    private static func read(_ pieces: [ArraySlice<UInt8>]) -> Outcome {
        var buffer = ByteBuffer()
        var header: ProxyHeader?
        for piece in pieces {
            buffer.writeBytes(piece)
            guard header == nil else { continue }
            do throws(ProxyHeaderError) {
                header = try ProxyHeader.read(from: &buffer)
            } catch {
                return .failed(error)
            }
        }
        return header.map { .header($0, rest: buffer.readableBytes) } ?? .needsMore
    }
}
