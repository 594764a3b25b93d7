#if Redis
    import Logging

    extension RedisClient {
        /// The settings of a client.
        public struct Configuration: Sendable {
            /// The place of a server.
            public enum Address: Sendable, Hashable {
                /// A name or an IP address, and a port.
                case internet(host: String, port: Int)
                /// The path of a Unix-domain socket.
                case unix(path: String)
            }

            /// The place of the server. Port 6379 of this machine by default.
            public var address: Address
            /// The user, with Redis' access control lists; nil, the default, for the one that has no name.
            public var username: String?
            /// The password; nil, the default, for none.
            public var password: String?
            /// The number of the database. 0 by default.
            public var database = 0
            /// How many connections there are, each with a thread of its own. 2 by default: each sends all commands that
            /// wait at once, and Redis carries out one at a time anyway.
            public var connectionCount = 2
            /// How long a command waits for its reply, in all. 2 seconds by default.
            public var deadline: Duration = .seconds(2)
            /// How long it may take to connect and to log in. 2 seconds by default.
            public var connectionTimeout: Duration = .seconds(2)
            /// How long Redis may be away before commands fail at once, in place of waiting for it. 1 second by default.
            public var patience: Duration = .seconds(1)
            /// How many commands may wait for a connection or a reply, on each connection. 10,000 by default; more fail.
            public var maximumWaitingCount = 10_000
            /// How many bytes of commands may wait to be sent, on each connection. 64 MiB by default; more fail.
            public var maximumWaitingBytes = 67_108_864
            /// How many bytes a reply may have. 16 MiB by default; beyond it the connection is closed.
            public var maximumReplyBytes = 16_777_216
            /// How many elements a reply may have, with those of arrays in it. 1,000,000 by default; beyond it the connection
            /// is closed. Arrays are nested at most 7 deep.
            public var maximumReplyElements = 1_000_000
            /// The logger of lost and of regained connections. It gets no keys and no values. None by default.
            public var logger = Logger(label: "martlet.redis") { _ in SwiftLogNoOpLogHandler() }

            /// The default settings for a server.
            public init(_ address: Address = .internet(host: "127.0.0.1", port: 6_379)) {
                self.address = address
            }
        }
    }

    extension RedisClient.Configuration.Address: CustomStringConvertible {
        /// The address for people.
        public var description: String {
            switch self {
            case .internet(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            case .unix(let path): path
            }
        }
    }
#endif
