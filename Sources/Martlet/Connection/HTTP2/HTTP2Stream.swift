/// One stream of an HTTP/2 connection, as its ``HTTP2Multiplexer`` and the code that carries out its steps see it.
protocol HTTP2Stream: AnyObject {
    var number: UInt32 { get }
    /// The output of the stream.
    var output: HTTP2StreamOutput { get set }
    /// Whether the peer has sent all of its message.
    var isInputEnded: Bool { get }

    /// Some content has been sent.
    func sent(_ count: Int)
    /// The end of the message has been sent.
    func outputEnded()
}
