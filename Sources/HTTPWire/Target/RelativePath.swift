/// The path of a request as the way to a file below some directory: names without anything that could lead elsewhere.
///
///     try RelativePath("/list/a%20b.txt")   // names: "list", "a b.txt"
///     try RelativePath("/list/")            // names: "list"; isDirectory
///     try RelativePath("/%2e%2e/etc")       // throws: .leadsElsewhere
///
/// It is decoded once. Names are bytes, for that is what file systems have; they need not be UTF-8.
public struct RelativePath: Sendable, Hashable {
    /// Why a path leads to no file.
    public enum Violation: Error, Sendable, Hashable {
        /// Two hexadecimal digits do not follow a `%`; the fitting answer is 400.
        case invalidEscape
        /// A name has a NUL byte, which no file system can store; the fitting answer is 400.
        case nul
        /// A name is `.` or `..`, or has a slash; the fitting answer is 404.
        case leadsElsewhere
    }

    /// The names on the way, decoded. None is empty: several slashes in a row count as one.
    public private(set) var names: [[UInt8]] = []
    /// Whether the path ends with a slash, as those of directories do, or is empty.
    public private(set) var isDirectory = true

    /// The path without names.
    public init() {}

    /// Reads the path of a request target, percent-encoded and without the query.
    public init(_ path: String) throws(Violation) {
        let bytes = path.utf8.span
        var name: [UInt8] = []
        var index = 0
        while index <= bytes.count {
            guard index < bytes.count, bytes[index] != 0x2F else {
                if !name.isEmpty {
                    guard name != [0x2E], name != [0x2E, 0x2E] else { throw .leadsElsewhere }
                    names.append(name)
                }
                isDirectory = name.isEmpty
                name.removeAll(keepingCapacity: true)
                index += 1
                continue
            }
            var byte = bytes[index]
            index += 1
            if byte == 0x25 {
                guard index + 1 < bytes.count, let high = bytes[index].hexDigitValue,
                    let low = bytes[index + 1].hexDigitValue
                else { throw .invalidEscape }
                byte = high << 4 | low
                index += 2
                if byte == 0x2F { throw .leadsElsewhere }
            }
            if byte == 0 { throw .nul }
            name.append(byte)
        }
    }

    /// The path without the names of `prefix` at its beginning; `nil` if it does not begin with them.
    public func dropping(_ prefix: RelativePath) -> RelativePath? {
        guard names.starts(with: prefix.names) else { return nil }
        var rest = self
        rest.names.removeFirst(prefix.names.count)
        rest.isDirectory = isDirectory
        return rest
    }

    /// The path of an entry of this directory.
    ///
    /// - Throws: ``Violation`` if the name would lead elsewhere.
    public func appending(_ name: [UInt8]) throws(Violation) -> RelativePath {
        guard !name.contains(0) else { throw .nul }
        guard !name.isEmpty, name != [0x2E], name != [0x2E, 0x2E], !name.contains(0x2F) else { throw .leadsElsewhere }
        var path = self
        path.names.append(name)
        path.isDirectory = false
        return path
    }

    /// Whether one of the names begins with a dot.
    public var isHidden: Bool { names.contains { $0.first == 0x2E } }

    /// The path as it stands in a URL: with a slash at its beginning, encoded, and one at its end for a directory.
    public var encoded: String {
        var text = ""
        for name in names {
            text += "/"
            text += Self.encode(name)
        }
        return isDirectory ? text + "/" : text
    }

    /// A name as it stands in a URL.
    public static func encode(_ name: [UInt8]) -> String {
        var text = ""
        for byte in name {
            if ByteSet.unreserved.contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                text += hex.utf8.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return text
    }
}
