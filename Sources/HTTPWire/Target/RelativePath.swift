/// The path of a request as a path to a file below a directory: names that cannot lead out of it.
///
///     try RelativePath("/list/a%20b.txt")   // names: "list", "a b.txt"
///     try RelativePath("/list/")            // names: "list"; isDirectory
///     try RelativePath("/%2e%2e/etc")       // throws: .leadsElsewhere
///
/// The path is decoded once. Names are bytes, as in file systems; they need not be UTF-8.
public struct RelativePath: Sendable, Hashable {
    /// Why a path cannot name a file below the directory.
    public enum Violation: Error, Sendable, Hashable {
        /// A `%` is not followed by two hexadecimal digits; respond with 400.
        case invalidEscape
        /// A name has a NUL byte, which no file system can store; respond with 400.
        case nul
        /// A name is `.` or `..`, or has a slash; respond with 404.
        case leadsElsewhere
    }

    /// The decoded names from the directory to the file. None is empty: several slashes in a row count as one.
    public private(set) var names: [[UInt8]] = []
    /// Whether the path is empty or ends with a slash, as paths of directories do.
    public private(set) var isDirectory = true

    /// Creates the empty path.
    public init() {}

    /// Parses the path of a request target, percent-encoded and without the query.
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

    /// The path as in a URL: percent-encoded, with a leading slash, and with a trailing slash for a directory.
    public var encoded: String {
        var text = ""
        for name in names {
            text += "/"
            text += Self.encode(name)
        }
        return isDirectory ? text + "/" : text
    }

    /// A name as in a URL, percent-encoded.
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
