/// A number of bytes for people: `512 B`, `33.2 MiB`.
struct ByteCount: CustomStringConvertible {
    let bytes: Int

    init(_ bytes: Int) {
        self.bytes = bytes
    }

    var description: String {
        var value = Double(bytes)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            // What would be rounded up to 1024.0 is a 1.0 of the next unit.
            if value < 1023.95 { return unit == "B" ? "\(bytes) B" : "\(value.tenths) \(unit)" }
            value /= 1024
        }
        return "\(value.tenths) TiB"
    }
}

extension Double {
    /// The number with one digit behind the point.
    var tenths: String {
        let tenths = Int((self * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension Duration {
    /// The seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
