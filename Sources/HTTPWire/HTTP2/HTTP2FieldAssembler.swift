import HTTPTypes
import NIOCore

/// Puts the fields of one section together, in the form that a head has that came over HTTP/1.1.
///
/// What breaks a rule is remembered and reported in the end: a section has to be decoded to its end in any case.
struct HTTP2FieldAssembler {
    /// Why there is no head.
    enum Rejection: Error {
        /// The message is malformed (RFC 9113 section 8.1.1).
        case malformed(String)
        /// The same that a server says to such a request over HTTP/1.1.
        case refused(HTTPParseError)
    }

    private struct Pseudo {
        var method: Range<Int>?
        var scheme: Range<Int>?
        var authority: Range<Int>?
        var path: Range<Int>?
        var `protocol`: Range<Int>?
    }

    private let isHead: Bool
    private let limits: HeadLimits
    private var bytes: ByteBuffer
    private var table = FieldTable()
    private var pseudo = Pseudo()
    private var hasFields = false
    private var host: Range<Int>?
    private var cookies: [UInt8] = []
    private var rejection: Rejection?

    init(isHead: Bool, limits: HeadLimits, capacity: Int) {
        self.isHead = isHead
        self.limits = limits
        self.bytes = ByteBufferAllocator().buffer(capacity: max(capacity, 256))
    }

    // MARK: Fields

    /// Takes in the next field.
    mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        guard rejection == nil else { return }
        do throws(Rejection) {
            guard let first = name.first else { throw .malformed("A field without a name") }
            guard bytes.readableBytes + cookies.count + name.count + value.count + 32 <= limits.headBytes else {
                throw .refused(HTTPParseError(isHead ? .headTooLarge : .trailersTooLarge, at: bytes.readableBytes))
            }
            guard Self.isValue(value) else { throw .malformed("A character that no field value may have") }
            if first == UInt8(ascii: ":") {
                try addPseudo(name, value)
            } else {
                try addField(name, value)
            }
        } catch {
            rejection = error
        }
    }

    private mutating func addPseudo(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer
    ) throws(Rejection) {
        guard isHead else { throw .malformed("A pseudo-header among the trailers") }
        guard !hasFields else { throw .malformed("A pseudo-header behind other fields") }
        let range = bytes.writerIndex..<bytes.writerIndex + value.count
        let isNew: Bool
        if Self.isEqual(name, ":method") {
            isNew = pseudo.method == nil
            pseudo.method = range
        } else if Self.isEqual(name, ":scheme") {
            isNew = pseudo.scheme == nil
            pseudo.scheme = range
        } else if Self.isEqual(name, ":authority") {
            isNew = pseudo.authority == nil
            pseudo.authority = range
        } else if Self.isEqual(name, ":path") {
            isNew = pseudo.path == nil
            pseudo.path = range
        } else if Self.isEqual(name, ":protocol") {
            isNew = pseudo.protocol == nil
            pseudo.protocol = range
        } else {
            throw .malformed("A pseudo-header that requests don't have")
        }
        guard isNew else { throw .malformed("A pseudo-header twice") }
        bytes.writeBytes(value)
    }

    private mutating func addField(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer
    ) throws(Rejection) {
        hasFields = true
        guard Self.isName(name) else { throw .malformed("A field name that is not in lower case, or no token") }
        guard name.count <= HeadLimits.fieldNameBytes else {
            throw .refused(HTTPParseError(.headTooLarge, at: bytes.readableBytes))
        }
        // At least one byte, so the base address is there.
        guard let base = name.baseAddress else { return }
        let known = KnownField(base, length: name.count)
        switch known {
        case .connection, .transferEncoding, .upgrade:
            throw .malformed("A field that belongs to a connection of HTTP/1")
        case .host where isHead:
            guard host == nil else { throw .refused(HTTPParseError(.multipleHosts, at: bytes.readableBytes)) }
            if let authority = pseudo.authority {
                guard isEqual(authority, value) else { throw .malformed("Host is not :authority") }
                return
            }
        case .host, .contentLength, .expect:
            guard isHead else { throw .refused(HTTPParseError(.forbiddenTrailer, at: bytes.readableBytes)) }
        case .other:
            switch name.count {
            case 2 where Self.isEqual(name, "te"):
                guard Self.isEqual(value, "trailers") else { throw .malformed("TE is not \"trailers\"") }
            case 10 where Self.isEqual(name, "keep-alive"), 16 where Self.isEqual(name, "proxy-connection"):
                throw .malformed("A field that belongs to a connection of HTTP/1")
            case 6 where isHead && Self.isEqual(name, "cookie"):
                // They may come in pieces, so that they compress better (RFC 9113 section 8.2.3). An empty one would leave
                // the separator at the end.
                guard !value.isEmpty else { return }
                if !cookies.isEmpty { cookies.append(contentsOf: [UInt8(ascii: ";"), 0x20]) }
                cookies.append(contentsOf: value)
                return
            default:
                break
            }
        }
        let nameStart = bytes.writerIndex
        bytes.writeBytes(name)
        let valueStart = bytes.writerIndex
        bytes.writeBytes(value)
        try addSlot(nameStart..<valueStart, known)
        if known == .host { host = valueStart..<bytes.writerIndex }
    }

    /// Adds a field whose name, at `name`, and value have just been written.
    private mutating func addSlot(_ name: Range<Int>, _ known: KnownField) throws(Rejection) {
        guard table.count < limits.fieldCount else {
            throw .refused(HTTPParseError(isHead ? .tooManyFields : .tooManyTrailers, at: bytes.readableBytes))
        }
        var writer = table.makeWritable()
        // Offsets are below 2^30 (`HeadLimits.clamped`), and the name's length has been checked.
        table.append(
            FieldSlot(
                nameStart: UInt32(truncatingIfNeeded: name.lowerBound),
                nameLength: UInt16(truncatingIfNeeded: name.count),
                known: known,
                valueStart: UInt32(truncatingIfNeeded: name.upperBound),
                valueLength: UInt32(truncatingIfNeeded: bytes.writerIndex - name.upperBound)
            ),
            &writer
        )
    }

    // MARK: The message

    /// The trailers that were added.
    mutating func makeTrailers() throws(Rejection) -> HTTPFields {
        if let rejection { throw rejection }
        return FieldBlock(bytes: bytes, table: table).makeTrailers()
    }

    /// The head that was added.
    mutating func makeHead(endsStream: Bool) throws(Rejection) -> RequestHead {
        if let rejection { throw rejection }
        guard let methodRange = pseudo.method else { throw .malformed("A request without :method") }
        let method = try method(methodRange)
        let target: Range<Int>
        if let name = pseudo.protocol {
            guard method == .connect else { throw .malformed(":protocol without CONNECT") }
            guard isToken(name) else { throw .malformed("A :protocol that is no token") }
            guard pseudo.authority != nil else { throw .malformed("CONNECT without :authority") }
        }
        if method == .connect, pseudo.protocol == nil {
            guard pseudo.scheme == nil, pseudo.path == nil else {
                throw .malformed("CONNECT with :scheme or :path")
            }
            guard let authority = pseudo.authority else { throw .malformed("CONNECT without :authority") }
            target = authority
        } else {
            guard let scheme = pseudo.scheme, let path = pseudo.path, !path.isEmpty else {
                throw .malformed("A request without :scheme or :path")
            }
            guard isScheme(scheme) else { throw .malformed("A :scheme that is none") }
            target = path
        }
        try addHost()
        try addCookies()
        return try makeHead(method, target, endsStream: endsStream)
    }

    /// `:authority` stands for Host (RFC 9113 section 8.3.1).
    private mutating func addHost() throws(Rejection) {
        guard host == nil else { return }
        guard let authority = pseudo.authority else {
            throw .refused(HTTPParseError(.missingHost, at: bytes.readableBytes))
        }
        guard !authority.isEmpty else { throw .refused(HTTPParseError(.invalidHost, at: authority.lowerBound)) }
        let name = bytes.writerIndex
        bytes.writeStaticString("host")
        let value = bytes.writerIndex
        bytes.writeImmutableBuffer(bytes.getSlice(at: authority.lowerBound, length: authority.count) ?? ByteBuffer())
        try addSlot(name..<value, .host)
        host = value..<bytes.writerIndex
    }

    private mutating func addCookies() throws(Rejection) {
        guard !cookies.isEmpty else { return }
        let name = bytes.writerIndex
        bytes.writeStaticString("cookie")
        let value = bytes.writerIndex
        bytes.writeBytes(cookies)
        try addSlot(name..<value, .other)
    }

    private func makeHead(
        _ method: HTTPRequest.Method,
        _ target: Range<Int>,
        endsStream: Bool
    ) throws(Rejection) -> RequestHead {
        do throws(HTTPParseError) {
            guard target.count <= limits.startLineBytes else { throw HTTPParseError(.targetTooLong, at: 0) }
            var facts = HeadFacts()
            let form = try bytes.withUnsafeReadableBytes { (bytes) throws(HTTPParseError) -> RequestTarget.Form? in
                try note(bytes, &facts)
                let text = UnsafeRawBufferPointer(rebasing: bytes[target])
                return RequestTarget.form(of: text, isConnect: method == .connect && pseudo.protocol == nil)
            }
            guard let form, form != .absolute else { throw HTTPParseError(.invalidTarget, at: target.lowerBound) }
            guard form != .asterisk || method == .options else {
                throw HTTPParseError(.targetNotAllowedForMethod, at: target.lowerBound)
            }
            return RequestHead(
                method: method,
                version: .http2,
                targetForm: form,
                target: target,
                fields: FieldBlock(bytes: bytes, table: table),
                facts: facts,
                framing: try framing(facts, endsStream: endsStream),
                connectProtocol: pseudo.protocol
            )
        } catch {
            if error.reason == .conflictingContentLength {
                throw .malformed("Content-Length contradicts the content, or itself")
            }
            throw .refused(error)
        }
    }

    /// A content without a length ends with its stream, which is what chunks are over HTTP/1.1.
    private func framing(_ facts: HeadFacts, endsStream: Bool) throws(HTTPParseError) -> BodyFraming {
        guard endsStream else { return facts.contentLength.map { .contentLength($0) } ?? .chunked }
        guard facts.contentLength ?? 0 == 0 else { throw HTTPParseError(.conflictingContentLength, at: 0) }
        return .none
    }

    /// Lets `facts` know of the fields that say something about the message.
    private func note(_ bytes: UnsafeRawBufferPointer, _ facts: inout HeadFacts) throws(HTTPParseError) {
        guard let base = bytes.baseAddress else { return }
        var failure: HTTPParseError?
        table.forEach { slot in
            guard slot.known != .other, failure == nil else { return }
            do throws(HTTPParseError) {
                // The value lies within the bytes that were written.
                try facts.note(slot.known, base, slot.value, readableTo: bytes.count, section: .request)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    // MARK: Characters

    private func method(_ range: Range<Int>) throws(Rejection) -> HTTPRequest.Method {
        let method = bytes.withUnsafeReadableBytes { bytes -> HTTPRequest.Method? in
            let text = UnsafeRawBufferPointer(rebasing: bytes[range])
            if Self.isEqual(text, "GET") { return .get }
            if Self.isEqual(text, "POST") { return .post }
            return isToken(range) ? HTTPRequest.Method(String(decoding: text, as: UTF8.self)) : nil
        }
        guard let method else { throw .malformed("A :method that is no token") }
        return method
    }

    private func isToken(_ range: Range<Int>) -> Bool {
        bytes.withUnsafeReadableBytes { bytes in
            let text = UnsafeRawBufferPointer(rebasing: bytes[range])
            guard let base = text.baseAddress, !text.isEmpty else { return false }
            return ByteScanner.endOfToken(base, from: 0, to: text.count) == text.count
        }
    }

    /// A scheme may be another than `http` and `https`: a proxy can have translated the request.
    private func isScheme(_ range: Range<Int>) -> Bool {
        let letters: ClosedRange<UInt8> = 0x61...0x7A
        return bytes.withUnsafeReadableBytes { bytes in
            guard let first = bytes[range].first, letters.contains(first | 0x20) else { return false }
            return bytes[range].allSatisfy { byte in
                letters.contains(byte | 0x20) || byte.isASCIIDigit || byte == 0x2B || byte == 0x2D || byte == 0x2E
            }
        }
    }

    private func isEqual(_ range: Range<Int>, _ value: UnsafeRawBufferPointer) -> Bool {
        bytes.withUnsafeReadableBytes { bytes in
            bytes[range].count == value.count
                && zip(bytes[range], value).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
        }
    }

    private static func isEqual(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        text.withUTF8Buffer { ByteScanner.areEqual(bytes, UnsafeRawBufferPointer($0)) }
    }

    /// Whether all are token characters, none of them an upper-case letter (RFC 9113 section 8.2.1).
    private static func isName(_ name: UnsafeRawBufferPointer) -> Bool {
        guard let base = name.baseAddress, ByteScanner.endOfToken(base, from: 0, to: name.count) == name.count else {
            return false
        }
        return !name.contains { (0x41...0x5A).contains($0) }
    }

    /// Whether there are no control characters in it, and no white space around it (RFC 9113 section 8.2.1).
    private static func isValue(_ value: UnsafeRawBufferPointer) -> Bool {
        guard let base = value.baseAddress, let first = value.first, let last = value.last else { return true }
        if first == 0x20 || first == 0x09 || last == 0x20 || last == 0x09 { return false }
        return ByteScanner.endOfValue(base, from: 0, to: value.count) == value.count
    }
}
