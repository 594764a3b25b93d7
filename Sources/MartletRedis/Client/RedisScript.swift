#if Redis
    import HTTPWire

    /// A script in Lua, which Redis carries out in one piece: no other command comes in between.
    public struct RedisScript: Sendable, Hashable {
        /// The text of the script.
        public let source: String
        /// The SHA-1 of the text in hexadecimal, by which Redis knows a script that it has seen.
        let digest: String

        /// A script.
        public init(_ source: String) {
            self.source = source
            digest = SHA1.hash(source).hexadecimal
        }
    }
#endif
