#if Passwords
    /// The work of a scrypt hash (RFC 7914 section 2).
    struct ScryptCost: Sendable, Hashable, Comparable {
        /// The binary logarithm of the number of blocks, N.
        var logarithm: Int
        /// The size of a block, r, in units of 128 bytes.
        var blockSize: Int
        /// How many times all of it is done, p.
        var parallelism: Int

        /// The work of new hashes: 32 MiB. (OWASP's choice of equal strength: N = 2^15, r = 8, p = 3.)
        static let standard = ScryptCost(logarithm: 15, blockSize: 8, parallelism: 3)

        /// More would let one stored hash, or one that an attacker has planted, take a server's memory or its time.
        private static let maximumMemory = 256 * 1_024 * 1_024
        private static let maximumWork = 1_024 * 1_024 * 1_024

        /// The work of a hash; nil if scrypt does not allow it, or if it is out of all proportion.
        init?(checking logarithm: Int, _ blockSize: Int, _ parallelism: Int) {
            guard (1...24).contains(logarithm), (1...64).contains(blockSize), (1...64).contains(parallelism) else {
                return nil
            }
            let cost = ScryptCost(logarithm: logarithm, blockSize: blockSize, parallelism: parallelism)
            guard cost.memory <= Self.maximumMemory, cost.work <= Self.maximumWork else { return nil }
            self = cost
        }

        private init(logarithm: Int, blockSize: Int, parallelism: Int) {
            (self.logarithm, self.blockSize, self.parallelism) = (logarithm, blockSize, parallelism)
        }

        /// The number of blocks, N.
        var rounds: Int { 1 << logarithm }

        private var memory: Int { 128 * rounds * blockSize }

        /// The bytes that are mixed.
        private var work: Int { memory * parallelism }

        static func < (one: ScryptCost, other: ScryptCost) -> Bool { one.work < other.work }
    }
#endif
