#if Redis
    import NIOCore
    import TestProcesses
    import Testing

    @testable import MartletRedis

    @Suite("Replies that were changed at random")
    struct RedisReplyMutationTests {
        private static let seeds = [
            "*3\r\n$5\r\nhello\r\n:12\r\n+OK\r\n", "*2\r\n*2\r\n$1\r\na\r\n$-1\r\n-ERR x\r\n",
            "$10\r\n0123456789\r\n+x\r\n:1\r\n",
            "*1\r\n*2\r\n$6\r\nevents\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\nc\r\n$1\r\nx\r\n",
        ].map { Array($0.utf8) }

        /// The replies, and whether there was an error.
        private func read(_ pieces: [ArraySlice<UInt8>]) -> ([RedisValue], isBroken: Bool) {
            let reader = RedisReplyReader(maximumBytes: 4_096, maximumElements: 64)
            var values: [RedisValue] = []
            do {
                for piece in pieces {
                    try piece.withUnsafeBytes { try reader.feed($0) }
                    while let value = try reader.next() { values.append(value) }
                }
                return (values, false)
            } catch {
                return (values, true)
            }
        }

        @Test("are read alike whole and in pieces, or refused", arguments: 0..<4 as Range<UInt64>)
        func mutations(_ seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            let alphabet = Array("*$+-:\r\n0129\0x#,_".utf8)
            for _ in 0..<10_000 {
                var bytes = Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &random)]
                for _ in 0...Int.random(in: 0..<4, using: &random) {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: bytes[place] = byte
                    case 1: bytes.insert(byte, at: place)
                    default: if bytes.count > 1 { bytes.remove(at: place) }
                    }
                }
                let whole = read([bytes[...]])
                let single = read(bytes.indices.map { bytes[$0...$0] })
                #expect(whole.0 == single.0)
                #expect(whole.isBroken == single.isBroken)
            }
        }
    }
#endif
