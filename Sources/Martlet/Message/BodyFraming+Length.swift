import HTTPWire

extension BodyFraming {
    /// The number of bytes that the head announces, if it does.
    var announcedLength: Int? {
        if case .contentLength(let length) = self { length } else { nil }
    }
}
