/// A secret, such as a password or a token, to compare with what clients send.
///
///     let secret = SecretText("open sesame")
///     secret.matches("open says me")   // false
///
/// `==` returns at the first difference, and so lets a client guess a secret byte by byte, by the time that each answer
/// takes. The time of ``matches(_:)`` depends on the length of the client's text only. The description never shows the
/// secret.
public struct SecretText: Sendable {
    /// The bytes of the text, and one more: there is always a byte to compare with.
    private let bytes: [UInt8]

    /// Keeps a secret.
    public init(_ text: String) {
        bytes = Array(text.utf8) + [0]
    }

    /// Whether the text is the secret, byte by byte: other forms of the same characters in Unicode are different.
    public func matches(_ text: String) -> Bool {
        let (secret, text) = (bytes.span, text.utf8.span)
        let last = secret.count - 1
        var difference = text.count ^ last
        for index in text.indices {
            // Past its end, the secret's last byte stands in: neither its length nor a difference ends the loop.
            difference |= Int(text[index] ^ secret[min(index, last)])
        }
        return difference == 0
    }
}

extension SecretText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The same text for all secrets.
    public var description: String { "a secret" }

    /// The same as the description.
    public var debugDescription: String { description }

    /// A mirror without children, so that `dump` does not show the secret either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
