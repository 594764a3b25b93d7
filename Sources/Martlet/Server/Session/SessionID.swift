/// The ids of sessions: 128 random bits as 32 hexadecimal digits.
enum SessionID {
    static func random() -> String {
        RandomText.hexadecimal()
    }

    /// Whether text from a client is a well-formed id. Others never reach a store.
    static func isValid(_ text: String) -> Bool {
        text.utf8.count == 32
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
