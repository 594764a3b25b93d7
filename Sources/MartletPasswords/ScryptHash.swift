#if Passwords
    import Crypto
    import CryptoExtras
    import Foundation
    import HTTPWire

    /// A scrypt hash with its parameters and its salt.
    struct ScryptHash: Sendable {
        private static let saltBytes = 16
        private static let hashBytes = 32

        let cost: ScryptCost
        private let salt: [UInt8]
        private let hash: [UInt8]

        /// The hash of no password, with the usual work.
        static let nobody = ScryptHash(
            cost: .standard,
            salt: Array(repeating: 0, count: saltBytes),
            hash: Array(repeating: 0, count: hashBytes)
        )

        private init(cost: ScryptCost, salt: [UInt8], hash: [UInt8]) {
            (self.cost, self.salt, self.hash) = (cost, salt, hash)
        }

        /// Hashes a password with a new salt. Takes some tenths of a second.
        init(of password: [UInt8]) throws {
            var generator = SystemRandomNumberGenerator()
            let salt = (0..<Self.saltBytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let hash = try Self.derive(password, salt, .standard, count: Self.hashBytes)
            self.init(cost: .standard, salt: salt, hash: hash)
        }

        /// Reads a hash.
        ///
        /// - Throws: ``PasswordHashError``.
        init(_ text: String) throws(PasswordHashError) {
            let parts = text.split(separator: "$", omittingEmptySubsequences: false)
            guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt" else { throw .notScrypt }
            guard let cost = Self.cost(parts[2]) else { throw .unreasonableCost(String(parts[2].prefix(64))) }
            guard let salt = Self.bytes(parts[3]), let hash = Self.bytes(parts[4]), (8...64).contains(salt.count),
                (16...64).contains(hash.count)
            else { throw .notScrypt }
            self.init(cost: cost, salt: salt, hash: hash)
        }

        /// Whether it is the hash of a password. Takes some tenths of a second, and the same time whatever differs.
        func matches(_ password: [UInt8]) throws -> Bool {
            let other = try Self.derive(password, salt, cost, count: hash.count)
            return hash.equalsInConstantTime(other)
        }

        /// The text to store.
        var description: String {
            "$scrypt$ln=\(cost.logarithm),r=\(cost.blockSize),p=\(cost.parallelism)$\(Self.text(salt))$\(Self.text(hash))"
        }

        private static func derive(
            _ password: [UInt8],
            _ salt: [UInt8],
            _ cost: ScryptCost,
            count: Int
        ) throws -> [UInt8] {
            let key = try KDF.Scrypt.deriveKey(
                from: password,
                salt: salt,
                outputByteCount: count,
                rounds: cost.rounds,
                blockSize: cost.blockSize,
                parallelism: cost.parallelism
            )
            return key.withUnsafeBytes { Array($0) }
        }

        /// The parameters, in the order in which they are written.
        private static func cost(_ text: Substring) -> ScryptCost? {
            let names = ["ln", "r", "p"]
            let numbers = text.split(separator: ",", omittingEmptySubsequences: false).enumerated().map { index, item in
                let pair = item.split(separator: "=", omittingEmptySubsequences: false)
                guard index < names.count, pair.count == 2, pair[0] == names[index], pair[1].utf8.count < 4 else {
                    return 0
                }
                return Int(pair[1]) ?? 0
            }
            guard numbers.count == 3 else { return nil }
            return ScryptCost(checking: numbers[0], numbers[1], numbers[2])
        }

        /// Base64 without padding, as password hashes have it.
        private static func text(_ bytes: [UInt8]) -> String {
            Data(bytes).base64EncodedString().filter { $0 != "=" }
        }

        private static func bytes(_ text: Substring) -> [UInt8]? {
            let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
            return Data(base64Encoded: text + padding).map { Array($0) }
        }
    }
#endif
