/// SHA-1 (RFC 3174), for what asks for it by name: the handshake of WebSockets, Redis's scripts, old fingerprints.
///
/// Collisions can be made, so it proves nothing about who has written something.
package struct SHA1: BlockHash {
    package static let isBigEndian = true

    package var pending: [UInt8] = []
    package var byteCount: UInt64 = 0
    package private(set) var words: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]

    package init() {}

    package mutating func compress(_ block: RawSpan) {
        var (a, b, c, d, e) = (words[0], words[1], words[2], words[3], words[4])
        // The last sixteen words of the schedule.
        var schedule = InlineArray<16, UInt32>(repeating: 0)
        for index in 0..<80 {
            let word =
                index < 16
                ? block.bigEndianWord(index)
                : (schedule[(index &+ 13) & 15] ^ schedule[(index &+ 8) & 15] ^ schedule[(index &+ 2) & 15]
                    ^ schedule[index & 15]).rotatedLeft(1)
            schedule[index & 15] = word
            let mixed: UInt32
            switch index {
            case ..<20: mixed = (b & c | ~b & d) &+ 0x5A82_7999
            case ..<40: mixed = (b ^ c ^ d) &+ 0x6ED9_EBA1
            case ..<60: mixed = (b & c | b & d | c & d) &+ 0x8F1B_BCDC
            default: mixed = (b ^ c ^ d) &+ 0xCA62_C1D6
            }
            let next = a.rotatedLeft(5) &+ mixed &+ e &+ word
            (e, d, c, b, a) = (d, c, b.rotatedLeft(30), a, next)
        }
        for (index, word) in [a, b, c, d, e].enumerated() { words[index] &+= word }
    }
}
