#if Redis
    import HTTPTypes
    import Martlet

    /// Why Redis did not do what it was asked to.
    ///
    /// A handler that lets it pass answers 503 with `Retry-After` while Redis is away, and 500 for a mistake, in a command or
    /// in the configuration. The answer reveals nothing of it.
    public struct RedisError: Error, Sendable, Hashable, CustomStringConvertible {
        /// The kinds of errors.
        public enum Kind: Sendable, Hashable {
            /// The URL or a setting is wrong.
            case configuration
            /// Redis has refused the user, the password or the number of the database, or it is too old.
            case refused
            /// There is no connection, and the command was not sent.
            case unavailable
            /// The connection ended before the reply.
            case connectionLost
            /// The deadline passed before the reply.
            case timedOut
            /// Too many commands wait, or too many bytes of them.
            case tooManyWaiting
            /// The reply is not RESP 2, or larger than it may be.
            case invalidReply
            /// Redis replied with an error.
            case server
            /// The client is closed.
            case closed
        }

        /// The kind of the error.
        public let kind: Kind
        /// The fault, and how to mend it. It has no password, no key and no value.
        public let description: String
        /// Whether Redis may have carried the command out: it was sent, and no reply has come.
        public let mayHaveBeenCarriedOut: Bool

        init(_ kind: Kind, _ description: String, mayHaveBeenCarriedOut: Bool = false) {
            self.kind = kind
            self.description = description
            self.mayHaveBeenCarriedOut = mayHaveBeenCarriedOut
        }

        /// An error that Redis replied with. It repeats the arguments of a command that it does not know, which are left out.
        init(replied text: String) {
            self.init(.server, String(text[..<(text.firstRange(of: ", with args")?.lowerBound ?? text.endIndex)]))
        }

        /// The same for a command that was sent, and to which no reply has come.
        func afterSending() -> RedisError {
            RedisError(
                kind == .unavailable ? .connectionLost : kind,
                description + " The command may have been carried out.",
                mayHaveBeenCarriedOut: true
            )
        }

        /// Whether the same may go well a moment later: Redis is away, starts, or is being replaced.
        public var isPassing: Bool {
            switch kind {
            case .unavailable, .connectionLost, .timedOut, .tooManyWaiting, .closed: true
            case .server: Self.passingCodes.contains { description.hasPrefix($0) }
            case .configuration, .refused, .invalidReply: false
            }
        }

        /// The errors of a server that starts, follows another one, or runs a script for too long.
        private static let passingCodes = [
            "LOADING ", "READONLY ", "MASTERDOWN ", "BUSY ", "TRYAGAIN ", "CLUSTERDOWN ",
        ]
    }

    extension RedisError: HTTPResponseError {
        /// 503 while Redis is away, or else 500.
        public var answer: HTTPError {
            switch kind {
            case .server where !isPassing, .configuration:
                HTTPError(.internalServerError)
            default:
                HTTPError(.serviceUnavailable, "A part of this service is unavailable.", headers: [.retryAfter: "2"])
            }
        }
    }
#endif
