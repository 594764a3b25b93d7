import HTTPWire
import Martlet
import MartletWeb

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What has to hold for values that are decoded from queries: nothing but an `InputError` is thrown, which names a
/// parameter, and what is decoded is decoded again from what is written of it.
enum DecodingProperties {
    private enum Color: String, Codable { case red, green }

    private struct Value: Codable, Equatable {
        var n: Int?
        var u: UInt8?
        var d: Double?
        var b: Bool?
        var t: Date?
        var c: Color?
        var i: UUID?
        var s: String
        var l: [Int]
        var m: [String]?
    }

    static func checkFields(_ bytes: [UInt8]) {
        guard let query = try? QueryParameters(String(decoding: bytes, as: UTF8.self)) else { return }
        for format in [JSONFormat.standard, JSONFormat(dates: .secondsSince1970, keys: .snakeCase)] {
            do {
                let value = try query.decode(Value.self, format: format)
                var again = QueryParameters()
                if let n = value.n { again.append(name: "n", value: "\(n)") }
                if let u = value.u { again.append(name: "u", value: "\(u)") }
                if let d = value.d { again.append(name: "d", value: "\(d)") }
                if let b = value.b { again.append(name: "b", value: "\(b)") }
                if let c = value.c { again.append(name: "c", value: c.rawValue) }
                if let i = value.i { again.append(name: "i", value: i.uuidString) }
                again.append(name: "s", value: value.s)
                for number in value.l { again.append(name: "l", value: "\(number)") }
                for text in value.m ?? [] { again.append(name: "m", value: text) }
                var expected = value
                expected.t = nil
                expectEqual(try again.decode(Value.self, format: format), expected, "written and read again")
            } catch let error as InputError {
                guard error.mistakes.count == 1, error.mistakes[0].field.utf8.count == 1 else {
                    fatalError("which parameter: \(error)")
                }
            } catch {
                fatalError("\(error)")
            }
        }
    }
}
