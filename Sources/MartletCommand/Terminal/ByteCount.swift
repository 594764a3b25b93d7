/// A number of bytes for people: `512 B`, `33.2 MiB`.
struct ByteCount: CustomStringConvertible {
    private let bytes: Double

    init(_ bytes: Int) {
        self.bytes = Double(bytes)
    }

    /// Fractions of a byte are dropped.
    init(_ bytes: Double) {
        self.bytes = bytes.rounded(.down)
    }

    var description: String {
        var value = bytes
        for unit in ["B", "KiB", "MiB", "GiB"] {
            // A value that would be rounded up to 1024.0 is 1.0 of the next unit.
            if value < 1023.95 { return unit == "B" ? "\(Int(value)) B" : "\(value.tenths) \(unit)" }
            value /= 1024
        }
        return "\(value.tenths) TiB"
    }
}

extension Double {
    /// The number with one decimal place.
    var tenths: String {
        let tenths = Int(Swift.min((self * 10).rounded(), 9e18))
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension Duration {
    /// The duration in seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
