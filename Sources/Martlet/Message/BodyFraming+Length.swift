import HTTPWire

extension BodyFraming {
    /// The number of bytes the head announces, if it does.
    var announcedLength: Int? {
        if case .contentLength(let length) = self { length } else { nil }
    }
}
