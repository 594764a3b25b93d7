import NIOCore

/// The header that balancers and proxies send ahead of a connection, to say whose it is: the PROXY protocol, versions 1
/// (text) and 2 (binary), of HAProxy's `proxy-protocol.txt`. A plain value.
public struct ProxyHeader: Sendable, Hashable {
    /// One end of a connection.
    public struct Endpoint: Sendable, Hashable {
        /// The IP address as text, without brackets.
        public let host: String
        /// The port.
        public let port: Int

        /// Creates an endpoint.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// The two ends of the connection that the sender has accepted.
    public struct Connection: Sendable, Hashable {
        /// The client.
        public let source: Endpoint
        /// The address that the client has connected to.
        public let destination: Endpoint

        /// Creates a connection.
        public init(source: Endpoint, destination: Endpoint) {
            self.source = source
            self.destination = destination
        }
    }

    /// The sender's connection; nil if it says none (`UNKNOWN`, `LOCAL`, or a Unix-domain socket), as for its own checks
    /// of health. The addresses of the socket hold then.
    public let connection: Connection?

    /// Creates a header.
    public init(_ connection: Connection?) {
        self.connection = connection
    }

    /// The longest line of version 1 in bytes, with its end.
    public static let maximumLineBytes = 107
    /// How many bytes may follow the first 16 of version 2: addresses and additional values.
    public static let maximumPayloadBytes = 4_096

    /// Reads a header from the beginning of a connection.
    ///
    /// - Parameter bytes: All that has arrived, of which the header is taken away.
    /// - Returns: The header; nil, with nothing taken away, if more bytes are needed. A caller needs to keep no more than
    ///   16 + ``maximumPayloadBytes`` bytes.
    /// - Throws: ``ProxyHeaderError`` as soon as the bytes can't become a header. The connection must be closed then: what
    ///   follows can't be told from a header.
    public static func read(from bytes: inout ByteBuffer) throws(ProxyHeaderError) -> ProxyHeader? {
        guard let (header, count) = try parse(bytes.readableBytesUInt8Span) else { return nil }
        bytes.moveReaderIndex(forwardBy: count)
        return header
    }

    /// The header at the beginning of `bytes`, and its length.
    private static func parse(_ bytes: Span<UInt8>) throws(ProxyHeaderError) -> (ProxyHeader, Int)? {
        guard bytes.count > 0 else { return nil }
        return bytes[0] == BinaryProxyHeader.signature[0]
            ? try BinaryProxyHeader.read(bytes) : try TextProxyHeader.read(bytes)
    }
}
