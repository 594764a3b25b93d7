import HTTPTypes
import NIOCore

/// Assembles the fields of one section, as in HTTP/1.1: the head of a request or a response, or trailers.
///
/// A violation is remembered and reported at the end: a section must be decoded to its end in any case.
///
/// It is not copied: it writes to memory of which it has made sure to be the only owner.
struct HTTP2FieldAssembler: ~Copyable {
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

    /// Memory that one section after the other is assembled in.
    struct Memory: Sendable {
        /// Names and values.
        fileprivate(set) var fields = FieldMemory()
        /// The cookies of a request, which become one field.
        fileprivate var cookies = FieldMemory()
        /// The slots of the last head, and its bytes: the next one is put there if the last one is gone by then.
        fileprivate var table = FieldTable()
        fileprivate var buffer = ByteBuffer()
    }

    private let section: FieldSection
    let limits: HeadLimits
    private(set) var memory: Memory
    private var table: FieldTable
    private var slots: FieldTable.Writer
    /// Which of the first 64 slots are of known fields.
    private var knownSlots: UInt64 = 0
    /// Whether there are known fields behind those.
    private var hasLateKnownSlots = false
    private(set) var pseudo = Pseudo()
    private var hasFields = false
    private(set) var host: Range<Int>?
    private var rejection: Rejection?

    /// - Parameter memory: Is moved here, until ``giveBack(to:)``.
    init(_ section: FieldSection, limits: HeadLimits, _ memory: inout Memory) {
        self.section = section
        self.limits = limits
        self.memory = Memory()
        swap(&self.memory, &memory)
        self.memory.fields.makeUnique()
        self.memory.cookies.makeUnique()
        self.table = FieldTable()
        swap(&self.table, &self.memory.table)
        self.table.removeAll()
        self.slots = table.makeWritable()
    }

    /// Gives the memory back, for the next section.
    mutating func giveBack(to memory: inout Memory) {
        self.memory.fields.removeAll()
        self.memory.cookies.removeAll()
        swap(&self.table, &self.memory.table)
        if self.memory.buffer.storageCapacity > FieldMemory.keptCapacity { self.memory.buffer = ByteBuffer() }
        swap(&memory, &self.memory)
    }

    /// The fields, in the memory of the last head if that is gone.
    @inline(__always)
    mutating func takeFields() -> FieldBlock {
        memory.fields.copy(to: &memory.buffer)
        return FieldBlock(bytes: memory.buffer, table: table)
    }

    /// The fields, in memory of their own.
    func makeFields() -> FieldBlock {
        FieldBlock(bytes: memory.fields.makeBuffer(), table: table)
    }

    private var isTrailers: Bool { section == .trailers || section == .responseTrailers }

    // MARK: Fields

    /// Takes in the next field.
    @inline(__always)
    mutating func add(_ field: DecodedField) {
        // Nearly all fields mean nothing here.
        guard field.traits.name == .other, field.traits.isValueValid, rejection == nil,
            memory.fields.count &+ memory.cookies.count &+ field.bytes.count &+ 32 <= limits.headBytes,
            field.nameLength <= HeadLimits.fieldNameBytes, table.count < limits.fieldCount
        else { return addAny(field) }
        hasFields = true
        let start = memory.fields.count
        memory.fields.append(field.bytes)
        appendSlot(start..<start &+ field.nameLength, .other)
    }

    @inline(never)
    private mutating func addAny(_ field: DecodedField) {
        guard rejection == nil else { return }
        do throws(Rejection) {
            guard field.traits.name != .empty else { throw .malformed("A field without a name", "8.2") }
            let count = memory.fields.count + memory.cookies.count + field.bytes.count + 32
            guard count <= limits.headBytes else {
                throw .refused(HTTPParseError(isTrailers ? .trailersTooLarge : .headTooLarge, at: memory.fields.count))
            }
            guard field.traits.isValueValid else {
                throw .malformed("A forbidden character, or white space around a field value", "8.2.1")
            }
            if field.traits.name.isPseudo {
                try addPseudo(field)
            } else {
                try addField(field)
            }
        } catch {
            rejection = error
        }
    }

    private mutating func addPseudo(_ field: DecodedField) throws(Rejection) {
        guard !isTrailers else { throw .malformed("A pseudo-header among the trailers", "8.1") }
        guard !hasFields else { throw .malformed("A pseudo-header after other fields", "8.3") }
        let start = memory.fields.count
        guard let isNew = pseudo.note(field.traits.name, start..<start + field.valueLength, in: section) else {
            let kind = section == .request ? "requests" : "responses"
            throw .malformed("A pseudo-header that \(kind) don't have", "8.3")
        }
        guard isNew else { throw .malformed("A repeated pseudo-header", "8.3") }
        memory.fields.append(field.value)
    }

    private mutating func addField(_ field: DecodedField) throws(Rejection) {
        hasFields = true
        guard field.traits.name != .invalid else {
            throw .malformed("A field name that is not a token in lower case", "8.2.1")
        }
        guard field.nameLength <= HeadLimits.fieldNameBytes else {
            throw .refused(HTTPParseError(.headTooLarge, at: memory.fields.count))
        }
        var known = KnownField.other
        switch field.traits.name {
        case .connectionSpecific:
            throw .malformed("A connection-specific field of HTTP/1", "8.2.2")
        case .host:
            known = .host
            if section == .request {
                guard host == nil else { throw .refused(HTTPParseError(.multipleHosts, at: memory.fields.count)) }
                if let authority = pseudo.authority {
                    guard isEqual(authority, field.value) else {
                        throw .malformed("Host differs from :authority", "8.3.1")
                    }
                    return
                }
            } else if try leavesOut() {
                return
            }
        case .contentLength:
            known = .contentLength
            if try leavesOut() { return }
        case .expect:
            known = .expect
            if try leavesOut() { return }
        case .te:
            guard field.value.elementsEqual("trailers".utf8) else {
                throw .malformed("TE is not \"trailers\"", "8.2.2")
            }
        case .cookie where section == .request:
            return addCookie(field.value)
        default:
            break
        }
        let name = memory.fields.count..<memory.fields.count + field.nameLength
        memory.fields.append(field.bytes)
        try addSlot(name, known)
        if known == .host { host = name.upperBound..<memory.fields.count }
    }

    /// Whether a field that must not be a trailer is left out, as in HTTP/1.1: of a response. In a request it is refused.
    private func leavesOut() throws(Rejection) -> Bool {
        if section == .responseTrailers { return true }
        guard !isTrailers else { throw .refused(HTTPParseError(.forbiddenTrailer, at: memory.fields.count)) }
        return false
    }

    /// Cookies may be split into several fields, so that they compress better (RFC 9113 section 8.2.3). An empty one
    /// would leave the separator at the end.
    private mutating func addCookie(_ value: UnsafeRawBufferPointer) {
        guard !value.isEmpty else { return }
        if !memory.cookies.isEmpty { memory.cookies.append("; ") }
        memory.cookies.append(value)
    }

    /// Adds a field whose name, at `name`, and value have just been written.
    mutating func addSlot(_ name: Range<Int>, _ known: KnownField) throws(Rejection) {
        guard table.count < limits.fieldCount else {
            throw .refused(HTTPParseError(isTrailers ? .tooManyTrailers : .tooManyFields, at: memory.fields.count))
        }
        if known != .other {
            if table.count < UInt64.bitWidth {
                knownSlots |= 1 << UInt64(table.count)
            } else {
                hasLateKnownSlots = true
            }
        }
        appendSlot(name, known)
    }

    @inline(__always)
    private mutating func appendSlot(_ name: Range<Int>, _ known: KnownField) {
        // Offsets are below 2^30 (`HeadLimits.clamped`), and the name's length has been checked.
        table.append(
            FieldSlot(
                nameStart: UInt32(truncatingIfNeeded: name.lowerBound),
                nameLength: UInt16(truncatingIfNeeded: name.count),
                known: known,
                valueStart: UInt32(truncatingIfNeeded: name.upperBound),
                valueLength: UInt32(truncatingIfNeeded: memory.fields.count &- name.upperBound)
            ),
            &slots
        )
    }

    // MARK: Fields of requests

    /// `:authority` stands for Host (RFC 9113 section 8.3.1).
    mutating func addHost() throws(Rejection) {
        guard host == nil else { return }
        guard let authority = pseudo.authority else {
            throw .refused(HTTPParseError(.missingHost, at: memory.fields.count))
        }
        guard !authority.isEmpty else { throw .refused(HTTPParseError(.invalidHost, at: authority.lowerBound)) }
        let name = append("host")
        memory.fields.append(copyOf: authority)
        try addSlot(name, .host)
        host = name.upperBound..<memory.fields.count
    }

    mutating func addCookies() throws(Rejection) {
        guard !memory.cookies.isEmpty else { return }
        let name = append("cookie")
        memory.cookies.withBytes { memory.fields.append($0) }
        try addSlot(name, .other)
    }

    /// Appends a name and returns where it is.
    private mutating func append(_ name: StaticString) -> Range<Int> {
        let start = memory.fields.count
        memory.fields.append(name)
        return start..<memory.fields.count
    }

    // MARK: The message

    /// The readable parts of a refused request.
    func makeRefusedRequest() -> RequestHead {
        let method = pseudo.method.flatMap { range in
            HTTPRequest.Method(memory.fields.withBytes { String(decoding: $0[range], as: UTF8.self) })
        }
        return RequestHead(
            refused: method,
            version: .http2,
            target: pseudo.path ?? pseudo.authority ?? 0..<0,
            fields: makeFields(),
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
        return makeFields().makeTrailers()
    }

    /// Adds to `knownFields` what the fields say about the message.
    func note(_ bytes: UnsafeRawBufferPointer, _ knownFields: inout KnownFields) throws(HTTPParseError) {
        var rest = knownSlots
        while rest != 0 {
            try note(rest.trailingZeroBitCount, bytes, &knownFields)
            rest &= rest &- 1
        }
        guard hasLateKnownSlots else { return }
        for index in UInt64.bitWidth..<table.count { try note(index, bytes, &knownFields) }
    }

    private func note(
        _ index: Int,
        _ bytes: UnsafeRawBufferPointer,
        _ knownFields: inout KnownFields
    ) throws(HTTPParseError) {
        guard let base = bytes.baseAddress, let slot = table.slot(index, slots), slot.known != .other else { return }
        // Nothing between the peers of HTTP/2 joins or repeats fields, so two fields are an error, equal or not.
        if slot.known == .contentLength, knownFields.contentLength != nil {
            throw HTTPParseError(.conflictingContentLength, at: slot.value.lowerBound)
        }
        // The value lies within the bytes that were written.
        try knownFields.note(slot.known, base, slot.value, readableTo: bytes.count, section: section)
    }

    // MARK: Characters

    private func isEqual(_ range: Range<Int>, _ value: UnsafeRawBufferPointer) -> Bool {
        memory.fields.withBytes { bytes in
            range.count == value.count
                && zip(bytes[range], value).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
        }
    }
}

extension HTTP2FieldAssembler.Pseudo {
    /// Remembers where the value of a pseudo-header field will be; false when there was one, nil when the section can't
    /// have it.
    @inline(__always)
    fileprivate mutating func note(_ name: FieldTraits.Name, _ range: Range<Int>, in section: FieldSection) -> Bool? {
        guard (section == .request) != (name == .status) else { return nil }
        switch name {
        case .method: return Self.set(&method, range)
        case .scheme: return Self.set(&scheme, range)
        case .authority: return Self.set(&authority, range)
        case .path: return Self.set(&path, range)
        case .connectProtocol: return Self.set(&self.protocol, range)
        case .status: return Self.set(&status, range)
        default: return nil
        }
    }

    @inline(__always)
    private static func set(_ place: inout Range<Int>?, _ range: Range<Int>) -> Bool {
        guard place == nil else { return false }
        place = range
        return true
    }
}
