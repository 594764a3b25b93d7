import HTTPTypes
import HTTPWire

extension EventSource {
    /// The settings of a stream of events.
    public struct Configuration: Sendable {
        /// Fields of the requests, in place of the client's default fields of the same names. None by default.
        public var headers: HTTPFields = [:]
        /// The id after which the stream begins; nil, the default, leaves that to the server.
        public var lastEventID: String?
        /// How long to wait before connecting again, as long as the server does not say. 2 seconds by default, and at
        /// least 100 milliseconds, whatever the server says.
        public var reconnectionTime: Duration = .seconds(2)
        /// The longest wait, whatever the server says and however often connecting has failed; up to half of it is added
        /// at random. 60 seconds by default.
        public var maximumDelay: Duration = .seconds(60)
        /// How often in a row connecting may fail, or the stream end without having brought anything, before the error
        /// is thrown; nil, the default, for any number.
        public var maximumFailures: Int?
        /// How long the server may send nothing, not even a comment, before the connection counts as lost; nil for ever.
        /// 60 seconds by default. The client's `readTimeout` applies, too.
        public var silenceTimeout: Duration? = .seconds(60)
        /// The limits of lines and events: 1 MiB each by default.
        public var limits = EventStreamLimits()

        /// Settings with the defaults.
        public init() {}
    }
}
