import HTTPTypes
import NIOCore

/// Assembles the fields of one section, as in HTTP/1.1: the head of a request or a response, or trailers.
///
/// A violation is remembered and reported at the end: a section must be decoded to its end in any case.
struct HTTP2FieldAssembler {
    /// Why the message is rejected.
    enum Rejection: Error {
        /// The message is malformed (RFC 9113 section 8.1.1): the violation, and the section of the RFC.
        case malformed(String, StaticString)
        /// The message would be wrong over HTTP/1.1, too.
        case refused(HTTPParseError)
    }

    /// Where the values of the pseudo-header fields are.
    struct Pseudo {
        var status: Range<Int>?
        var method: Range<Int>?
        var scheme: Range<Int>?
        var authority: Range<Int>?
        var path: Range<Int>?
        var `protocol`: Range<Int>?
    }

    private let section: FieldSection
    let limits: HeadLimits
    private(set) var bytes: ByteBuffer
    private(set) var table = FieldTable()
    private(set) var pseudo = Pseudo()
    private var hasFields = false
    private(set) var host: Range<Int>?
    private var cookies: [UInt8] = []
    private var rejection: Rejection?

    init(_ section: FieldSection, limits: HeadLimits, capacity: Int) {
        self.section = section
        self.limits = limits
        self.bytes = ByteBufferAllocator().buffer(capacity: max(capacity, 256))
    }

    private var isTrailers: Bool { section == .trailers || section == .responseTrailers }

    // MARK: Fields

    /// Takes in the next field.
    mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        guard rejection == nil else { return }
        do throws(Rejection) {
            guard let first = name.first else { throw .malformed("A field without a name", "8.2") }
            guard bytes.readableBytes + cookies.count + name.count + value.count + 32 <= limits.headBytes else {
                throw .refused(HTTPParseError(isTrailers ? .trailersTooLarge : .headTooLarge, at: bytes.readableBytes))
            }
            guard Self.isValue(value) else {
                throw .malformed("A forbidden character, or white space around a field value", "8.2.1")
            }
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
        guard !isTrailers else { throw .malformed("A pseudo-header among the trailers", "8.1") }
        guard !hasFields else { throw .malformed("A pseudo-header after other fields", "8.3") }
        let range = bytes.writerIndex..<bytes.writerIndex + value.count
        let isNew = section == .request ? noteOfRequest(name, range) : noteOfResponse(name, range)
        guard let isNew else {
            let kind = section == .request ? "requests" : "responses"
            throw .malformed("A pseudo-header that \(kind) don't have", "8.3")
        }
        guard isNew else { throw .malformed("A repeated pseudo-header", "8.3") }
        bytes.writeBytes(value)
    }

    /// Remembers where the value of a pseudo-header field will be; false when there was one, nil when there is none of
    /// that name.
    private mutating func noteOfRequest(_ name: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool? {
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
            return nil
        }
        return isNew
    }

    private mutating func noteOfResponse(_ name: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool? {
        guard Self.isEqual(name, ":status") else { return nil }
        defer { pseudo.status = range }
        return pseudo.status == nil
    }

    private mutating func addField(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer
    ) throws(Rejection) {
        hasFields = true
        guard Self.isName(name) else {
            throw .malformed("A field name that is not a token in lower case", "8.2.1")
        }
        guard name.count <= HeadLimits.fieldNameBytes else {
            throw .refused(HTTPParseError(.headTooLarge, at: bytes.readableBytes))
        }
        // At least one byte, so the base address is there.
        guard let base = name.baseAddress else { return }
        let known = KnownField(base, length: name.count)
        switch known {
        case .connection, .transferEncoding, .upgrade:
            throw .malformed("A connection-specific field of HTTP/1", "8.2.2")
        case .host where section == .request:
            guard host == nil else { throw .refused(HTTPParseError(.multipleHosts, at: bytes.readableBytes)) }
            if let authority = pseudo.authority {
                guard isEqual(authority, value) else { throw .malformed("Host differs from :authority", "8.3.1") }
                return
            }
        case .host, .contentLength, .expect:
            // As in HTTP/1.1, what must not be a trailer is left out of a response, and refused in a request.
            if section == .responseTrailers { return }
            guard !isTrailers else { throw .refused(HTTPParseError(.forbiddenTrailer, at: bytes.readableBytes)) }
        case .other:
            switch name.count {
            case 2 where Self.isEqual(name, "te"):
                guard Self.isEqual(value, "trailers") else { throw .malformed("TE is not \"trailers\"", "8.2.2") }
            case 10 where Self.isEqual(name, "keep-alive"), 16 where Self.isEqual(name, "proxy-connection"):
                throw .malformed("A connection-specific field of HTTP/1", "8.2.2")
            case 6 where section == .request && Self.isEqual(name, "cookie"):
                // Cookies may be split into several fields, so that they compress better (RFC 9113 section 8.2.3). An
                // empty one would leave the separator at the end.
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
    mutating func addSlot(_ name: Range<Int>, _ known: KnownField) throws(Rejection) {
        guard table.count < limits.fieldCount else {
            throw .refused(HTTPParseError(isTrailers ? .tooManyTrailers : .tooManyFields, at: bytes.readableBytes))
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

    // MARK: Fields of requests

    /// `:authority` stands for Host (RFC 9113 section 8.3.1).
    mutating func addHost() throws(Rejection) {
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

    mutating func addCookies() throws(Rejection) {
        guard !cookies.isEmpty else { return }
        let name = bytes.writerIndex
        bytes.writeStaticString("cookie")
        let value = bytes.writerIndex
        bytes.writeBytes(cookies)
        try addSlot(name..<value, .other)
    }

    // MARK: The message

    /// The readable parts of a refused request.
    func makeRefusedRequest() -> RequestHead {
        let method = pseudo.method.flatMap { range in
            bytes.withUnsafeReadableBytes { HTTPRequest.Method(String(decoding: $0[range], as: UTF8.self)) }
        }
        return RequestHead(
            refused: method,
            version: .http2,
            target: pseudo.path ?? pseudo.authority ?? 0..<0,
            fields: FieldBlock(bytes: bytes, table: table),
            host: host ?? pseudo.authority
        )
    }

    /// Throws if there was a violation.
    func check() throws(Rejection) {
        if let rejection { throw rejection }
    }

    /// The trailers that were added.
    func makeTrailers() throws(Rejection) -> HTTPFields {
        try check()
        return FieldBlock(bytes: bytes, table: table).makeTrailers()
    }

    /// Adds to `knownFields` what the fields say about the message.
    func note(_ bytes: UnsafeRawBufferPointer, _ knownFields: inout KnownFields) throws(HTTPParseError) {
        guard let base = bytes.baseAddress else { return }
        var failure: HTTPParseError?
        table.forEach { slot in
            guard slot.known != .other, failure == nil else { return }
            // Nothing between the peers of HTTP/2 joins or repeats fields, so two fields are an error, equal or not.
            if slot.known == .contentLength, knownFields.contentLength != nil {
                failure = HTTPParseError(.conflictingContentLength, at: slot.value.lowerBound)
                return
            }
            do throws(HTTPParseError) {
                // The value lies within the bytes that were written.
                try knownFields.note(slot.known, base, slot.value, readableTo: bytes.count, section: section)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    // MARK: Characters

    private func isEqual(_ range: Range<Int>, _ value: UnsafeRawBufferPointer) -> Bool {
        bytes.withUnsafeReadableBytes { bytes in
            bytes[range].count == value.count
                && zip(bytes[range], value).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
        }
    }

    static func isEqual(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
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
