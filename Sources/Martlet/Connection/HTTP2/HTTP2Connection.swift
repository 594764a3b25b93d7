import HTTPTypes
import HTTPWire
import Logging
import NIOCore

/// One end of an HTTP/2 connection: what a server's and a client's have in common, which is how frames are taken and
/// how content is sent. All of it is called on the loop.
protocol HTTP2Connection: ChannelConnection {
    associatedtype Stream: HTTP2Stream

    /// Whether frames are taken and sent.
    var isActive: Bool { get }
    var floodGuard: HTTP2FloodGuard { get set }
    var now: NIODeadline { get }
    var logger: Logger { get }

    /// What the peer has said about what may be sent to it.
    var peer: HTTP2Settings { get set }
    /// How many bytes of content the peer accepts on all streams together.
    var sendWindow: HTTP2SendWindow { get set }
    /// How many the peer may send.
    var receiveWindow: HTTP2ReceiveWindow { get set }
    /// How many bytes of content hold the window of the connection up, since nobody has read them.
    var unreadBytes: Int { get }

    /// The streams that are open or half-closed, by their numbers.
    var streams: [UInt32: Stream] { get }
    /// The streams that are gone, as far as that still matters.
    var history: HTTP2StreamHistory { get set }
    /// The streams that have something to send and are allowed to, in turn.
    var senders: CircularBuffer<Stream> { get set }
    /// The streams with content for which the window of the connection has no room; those are allowed to send otherwise.
    var starved: [Stream] { get set }
    var isSending: Bool { get set }

    /// Writes the field block of trailers.
    func encode(trailers: HTTPFields, to block: inout ByteBuffer)
    /// Flushes soon, together with what else is written until then.
    func flushSoon()

    /// A field block has come.
    ///
    /// - Parameter violation: The rule that its frame breaks, which ends the stream, if one is open or begins with it.
    func receiveHeaders(
        _ number: UInt32,
        _ block: ByteBuffer,
        _ endsStream: Bool,
        violation: HTTP2Error?
    ) throws(HTTP2Error)
    /// Content has come for an open stream.
    ///
    /// - Parameter flowBytes: How many bytes it counts for in the windows.
    func receive(_ bytes: ByteBuffer, flowBytes: Int, endsStream: Bool, _ stream: Stream) throws(HTTP2Error)
    /// The peer has reset an open stream.
    func receiveReset(_ stream: Stream, _ code: UInt32) throws(HTTP2Error)
    /// The peer has changed what may be sent to it.
    func receivedSettings(insteadOf old: HTTP2Settings)
    func receivedSettingsAcknowledgement()
    /// An answer to a PING has come.
    func receivedPing(_ opaque: UInt64)
    func receivedGoAway(lastStream: UInt32, _ code: UInt32, text: ByteBuffer)

    /// Ends a stream whose peer has broken a rule.
    func abandon(_ stream: Stream, _ error: HTTP2Error)
    /// Tells the peer what rule it has broken, and closes.
    func close(with error: HTTP2Error)
}

/// One stream of an HTTP/2 connection, as far as that looks after it.
protocol HTTP2Stream: AnyObject {
    var number: UInt32 { get }
    /// Content that waits for the peer to grant room for it.
    var queue: HTTP2SendQueue { get set }
    /// Whether the stream has a place in the line of those that send.
    var isInLine: Bool { get set }
    /// How many bytes the peer accepts.
    var sendWindow: HTTP2SendWindow { get set }
    /// Whether there is something to send, as far as the stream's own window is concerned.
    var canSend: Bool { get }
    /// Whether nothing follows the content that is in the queue.
    var endsWithContent: Bool { get }
    /// The fields behind the content.
    var trailers: HTTPFields? { get }

    /// Some content has left.
    func sent(_ count: Int)
    /// The end of the message has been sent.
    func endOutput()
}
