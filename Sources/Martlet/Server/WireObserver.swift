import NIOCore

/// Is shown the bytes of one connection of a server, as they are on the wire or, with TLS, inside of it. For programs that
/// explain what a server and its clients say to each other.
///
/// Members are called on the connection's event loop, before the bytes go any further: an observer that takes long delays
/// all connections of the loop. The bytes hold whatever clients send, passwords too.
package protocol WireObserver {
    /// The client has sent these bytes.
    func received(_ bytes: ByteBuffer)
    /// The server sends these bytes.
    func sent(_ bytes: ByteBuffer)
    /// The connection is closed.
    func closed()
}
