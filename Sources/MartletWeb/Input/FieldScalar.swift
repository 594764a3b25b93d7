/// A type that is written as the text of a field.
protocol FieldScalar: Decodable {
    /// The value that the text stands for; nil if there is none.
    init?(field text: String)
}

extension String: FieldScalar {
    init?(field text: String) {
        self = text
    }
}

extension Bool: FieldScalar {
    /// `on` is what browsers send for a box that is checked; for another box they send nothing.
    init?(field text: String) {
        switch text.lowercased() {
        case "true", "on", "yes", "1": self = true
        case "false", "off", "no", "0": self = false
        default: return nil
        }
    }
}

extension FieldScalar where Self: FixedWidthInteger {
    init?(field text: String) {
        self.init(text, radix: 10)
    }
}

extension Int: FieldScalar {}
extension Int8: FieldScalar {}
extension Int16: FieldScalar {}
extension Int32: FieldScalar {}
extension Int64: FieldScalar {}
extension UInt: FieldScalar {}
extension UInt8: FieldScalar {}
extension UInt16: FieldScalar {}
extension UInt32: FieldScalar {}
extension UInt64: FieldScalar {}

extension FieldScalar where Self: BinaryFloatingPoint & LosslessStringConvertible {
    /// Decimal numbers only: the types themselves also read `nan`, `inf` and hexadecimal digits.
    init?(field text: String) {
        let isDecimal = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
        guard isDecimal, let value = Self(text), value.isFinite else { return nil }
        self = value
    }
}

extension Double: FieldScalar {}
extension Float: FieldScalar {}
