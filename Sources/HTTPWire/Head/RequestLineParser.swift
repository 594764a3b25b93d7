import HTTPTypes

/// Parses a request line (RFC 9112 section 3), continuing where it left off when bytes ran out.
struct RequestLineParser: Sendable {
    private(set) var method = HTTPRequest.Method.get
    private(set) var targetForm = RequestTarget.Form.origin
    /// Whether the target has bytes that are percent-encoded in its text.
    private(set) var targetNeedsEncoding = false
    private(set) var version = HTTPVersion.http1_1
    /// The offset after the method; zero until it is found.
    private var methodEnd = 0
    /// The offset after the target; zero until it is found.
    private var targetEnd = 0
    private var cursor = 0
    /// Whether the target is known to be a path of harmless characters.
    private var isPlain = false

    /// The range of the target, once the line is complete.
    var target: Range<Int> { methodEnd &+ 1..<targetEnd }

    /// Continues parsing; returns the offset after the line, or `nil` if it is not complete.
    ///
    /// The caller guarantees that `base ..< base + end` is readable and that `end` is not less than it was before.
    /// Every load below is at an offset that has been compared with `end`.
    @inline(__always)
    mutating func parse(
        _ base: UnsafeRawPointer,
        to end: Int,
        limits: HeadLimits
    ) throws(HTTPParseError) -> Int? {
        if methodEnd == 0 {
            cursor = Self.isGet(base, to: end) ? 3 : ByteScanner.endOfToken(base, from: cursor, to: end)
            guard cursor < end else { return nil }
            guard base.load(fromByteOffset: cursor, as: UInt8.self) == 0x20, cursor > 0 else {
                return try endEarly(base, to: end, limits: limits, otherwise: .invalidMethod)
            }
            methodEnd = cursor
            cursor &+= 1
        }
        if targetEnd == 0 {
            let plainEnd = ByteScanner.endOfPlainPath(base, from: cursor, to: end)
            isPlain = plainEnd < end && cursor == methodEnd &+ 1
            cursor = plainEnd
            // Most targets end here.
            if plainEnd == end || base.load(fromByteOffset: plainEnd, as: UInt8.self) != 0x20 {
                cursor = ByteScanner.endOfTarget(base, from: plainEnd, to: end)
            }
            guard cursor < end else { return nil }
            // Set only for a target that was scanned in one pass and has nothing but harmless characters.
            isPlain =
                isPlain && plainEnd == cursor
                && base.load(fromByteOffset: methodEnd &+ 1, as: UInt8.self) == UInt8(ascii: "/")
            guard base.load(fromByteOffset: cursor, as: UInt8.self) == 0x20 else {
                return try endEarly(base, to: end, limits: limits, otherwise: .invalidTarget)
            }
            guard cursor > methodEnd &+ 1 else { throw HTTPParseError(.malformedRequestLine, at: cursor) }
            targetEnd = cursor
            cursor &+= 1
        }
        let versionStart = targetEnd &+ 1
        cursor = try VersionSyntax.check(base, from: cursor, start: versionStart, to: end)
        guard cursor == versionStart &+ VersionSyntax.length,
            let next = try FieldLineParser.endOfLine(
                base,
                at: cursor,
                to: end,
                limits: limits,
                otherwise: .invalidVersion
            )
        else { return nil }
        guard cursor <= limits.startLineBytes else { throw HTTPParseError(.targetTooLong, at: cursor) }
        version = try VersionSyntax.version(base, at: versionStart)
        method = try Self.method(base, length: methodEnd)
        if isPlain, method != .connect {
            targetForm = .origin
            return next
        }
        let reading = try checked(UnsafeRawBufferPointer(start: base + methodEnd + 1, count: target.count))
        (targetForm, targetNeedsEncoding) = (reading.form, reading.needsEncoding)
        return next
    }

    /// Whether the line begins with the most frequent method and a space.
    @inline(__always)
    private static func isGet(_ base: UnsafeRawPointer, to end: Int) -> Bool {
        end >= 4 && UInt32(littleEndian: base.loadUnaligned(as: UInt32.self)) == get
    }

    private static let get: UInt32 = 0x2054_4547

    /// The error for a line that is longer than allowed.
    func lengthError(at position: Int) -> HTTPParseError {
        HTTPParseError(methodEnd == 0 ? .methodTooLong : .targetTooLong, at: position)
    }

    /// Handles a part that does not end with a space but with the line end or a byte that must not be there.
    @inline(never)
    private func endEarly(
        _ base: UnsafeRawPointer,
        to end: Int,
        limits: HeadLimits,
        otherwise reason: HTTPParseError.Reason
    ) throws(HTTPParseError) -> Int? {
        guard try FieldLineParser.endOfLine(base, at: cursor, to: end, limits: limits, otherwise: reason) != nil else {
            return nil
        }
        throw HTTPParseError(.malformedRequestLine, at: cursor)
    }

    /// Reads the target, whose form has to match the method.
    @inline(__always)
    private func checked(_ target: UnsafeRawBufferPointer) throws(HTTPParseError) -> RequestTarget.Reading {
        let isConnect = method == .connect
        guard let reading = RequestTarget.reading(of: target, isConnect: isConnect) else {
            throw HTTPParseError(.invalidTarget, at: methodEnd &+ 1)
        }
        if reading.form == .asterisk, method != .options {
            throw HTTPParseError(.targetNotAllowedForMethod, at: methodEnd &+ 1)
        }
        return reading
    }

    /// The method of the first `length` bytes, which are token characters. Common ones need no new String.
    @inline(__always)
    private static func method(_ base: UnsafeRawPointer, length: Int) throws(HTTPParseError) -> HTTPRequest.Method {
        // A space follows the method, so four bytes can be loaded even if it has three.
        if length == 3 || length == 4 {
            switch UInt32(littleEndian: base.loadUnaligned(as: UInt32.self)) {
            case get: return .get
            case 0x2054_5550: return .put
            case 0x5453_4F50: return .post
            case 0x4441_4548: return .head
            default: break
            }
        }
        let name = String(decoding: UnsafeRawBufferPointer(start: base, count: length), as: UTF8.self)
        guard let method = HTTPRequest.Method(name) else { throw HTTPParseError(.invalidMethod, at: 0) }
        return method
    }
}
