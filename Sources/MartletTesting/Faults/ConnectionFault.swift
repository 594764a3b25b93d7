/// A fault of the connections of a ``TestClient``, on purpose.
///
/// Bytes are those of HTTP: with ``TestServer/Carrier/tls`` those inside of TLS, with HTTP/2 those of its frames. Each
/// connection of the client begins to count anew.
///
/// ```swift
/// for count in 0..<40 {
///     let client = app.client(.disconnectsAfter(bytes: count))
///     await #expect(throws: HTTPClientError.connectionClosed) { try await client.get("/") }
/// }
/// ```
public struct ConnectionFault: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case endsSending(FaultyStream.Ending, after: Int)
        case endsReceiving(FaultyStream.Ending, after: Int)
        case sendsSlowly(Int)
        case receivesSlowly(Int)
        case sendsPieces(Int)
    }

    let kind: Kind

    /// The client closes the connection when it has sent this many bytes of its requests.
    public static func disconnectsAfter(bytes count: Int) -> ConnectionFault {
        ConnectionFault(kind: .endsSending(.close, after: count))
    }

    /// The client closes the connection when it has received this many bytes of its responses.
    public static func disconnectsAfter(receiving count: Int) -> ConnectionFault {
        ConnectionFault(kind: .endsReceiving(.close, after: count))
    }

    /// The client resets the connection, as a machine does that has crashed and come back, when it has sent this many
    /// bytes.
    public static func resetsAfter(bytes count: Int) -> ConnectionFault {
        ConnectionFault(kind: .endsSending(.reset, after: count))
    }

    /// The client resets the connection when it has received this many bytes.
    public static func resetsAfter(receiving count: Int) -> ConnectionFault {
        ConnectionFault(kind: .endsReceiving(.reset, after: count))
    }

    /// The client closes its sending half when it has sent this many bytes, and goes on to read.
    public static func halfClosesAfter(bytes count: Int) -> ConnectionFault {
        ConnectionFault(kind: .endsSending(.halfClose, after: count))
    }

    /// The client goes silent when it has sent this many bytes, as a machine does whose network is gone: it neither sends
    /// nor reads any more, and does not close the connection.
    public static func vanishesAfter(bytes count: Int) -> ConnectionFault {
        ConnectionFault(kind: .endsSending(.vanish, after: count))
    }

    /// The client goes silent when it has received this many bytes.
    public static func vanishesAfter(receiving count: Int) -> ConnectionFault {
        ConnectionFault(kind: .endsReceiving(.vanish, after: count))
    }

    /// The client reads this many bytes in each second of the test's time, and the server has to wait with the rest.
    public static func readsSlowly(_ bytesPerSecond: Int) -> ConnectionFault {
        ConnectionFault(kind: .receivesSlowly(bytesPerSecond))
    }

    /// The client sends this many bytes in each second of the test's time.
    public static func sendsSlowly(_ bytesPerSecond: Int) -> ConnectionFault {
        ConnectionFault(kind: .sendsSlowly(bytesPerSecond))
    }

    /// The client sends in pieces of this many bytes.
    public static func sendsPieces(of count: Int) -> ConnectionFault {
        ConnectionFault(kind: .sendsPieces(count))
    }
}
