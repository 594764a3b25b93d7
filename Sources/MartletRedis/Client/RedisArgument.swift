#if Redis
    import NIOCore

    /// One word of a command: any bytes. It is sent with its length, so that nothing in it can be taken for another command.
    public struct RedisArgument: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
        /// The bytes that are sent.
        public var bytes: ByteBuffer

        /// Any bytes.
        public init(_ bytes: ByteBuffer) {
            self.bytes = bytes
        }

        /// A text, as UTF-8.
        public init(_ text: some StringProtocol) {
            bytes = ByteBuffer(substring: Substring(text))
        }

        /// A number, in decimal.
        public init(_ number: some BinaryInteger) {
            bytes = ByteBuffer(string: "\(number)")
        }

        /// A text.
        public init(stringLiteral text: String) {
            self.init(text)
        }

        /// A number, in decimal.
        public init(integerLiteral number: Int) {
            self.init(number)
        }
    }

    extension ByteBuffer {
        /// Writes a command as an array of bulk strings.
        mutating func writeRedisCommand(_ arguments: [RedisArgument]) {
            writeString("*\(arguments.count)\r\n")
            for argument in arguments {
                writeString("$\(argument.bytes.readableBytes)\r\n")
                writeImmutableBuffer(argument.bytes)
                writeStaticString("\r\n")
            }
        }
    }
#endif
