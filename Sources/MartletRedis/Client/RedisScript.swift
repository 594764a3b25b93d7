#if Redis
    import Crypto

    /// A script in Lua, which Redis carries out in one piece: no other command comes in between.
    public struct RedisScript: Sendable, Hashable {
        /// The text of the script.
        public let source: String
        /// The SHA-1 of the text in hexadecimal, by which Redis knows a script that it has seen.
        let digest: String

        /// A script.
        public init(_ source: String) {
            self.source = source
            digest = Insecure.SHA1.hash(data: Array(source.utf8)).hexadecimal
        }
    }

    extension Sequence<UInt8> {
        /// The bytes in hexadecimal, in lower case.
        var hexadecimal: String {
            let digits = Array("0123456789abcdef".utf8)
            return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
        }
    }
#endif
