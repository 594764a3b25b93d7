/// One stream of an HTTP/2 connection, as far as its ``HTTP2Multiplexer`` and what carries out its steps deal with it.
protocol HTTP2Stream: AnyObject {
    var number: UInt32 { get }
    /// What there is to send.
    var output: HTTP2StreamOutput { get set }
    /// Whether the peer has sent all of its message.
    var isInputEnded: Bool { get }

    /// Some content has left.
    func sent(_ count: Int)
    /// The end of the message has left.
    func outputEnded()
}
