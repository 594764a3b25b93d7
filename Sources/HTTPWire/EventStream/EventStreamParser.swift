public import NIOCore

/// Parses a stream of server-sent events (WHATWG HTML, section 9.2.6).
///
///     var parser = EventStreamParser()
///     for try await bytes in response.body {
///         var buffer = bytes
///         while let event = try parser.parse(&buffer) { use(event) }
///     }
///
/// Lines end with LF, CR or CR LF; an event is complete as soon as its empty line has begun to end. Comments and unknown
/// fields are ignored, and so is an event that the stream breaks off. Bytes that are not UTF-8 become U+FFFD.
public struct EventStreamParser: Sendable {
    /// How much memory is kept for the next line and the next event.
    private static let keptCapacity = 4_096

    /// The limits that the stream must not exceed.
    public let limits: EventStreamLimits
    /// The latest id, for `Last-Event-ID` when the client connects again; nil if there is none.
    public var lastEventID: String? { currentID.isEmpty ? nil : currentID }
    /// How long the server wants the client to wait before it connects again; nil if it has not said so.
    public private(set) var reconnectionTime: Duration?

    /// The beginning of a line whose end has not arrived.
    private var line: [UInt8] = []
    private var isFirstLine = true
    /// Whether the last byte was CR, so that LF belongs to it.
    private var endedWithCarriageReturn = false

    private var data: [UInt8] = []
    /// Whether the event has any data, be it an empty line.
    private var hasData = false
    private var name = ""
    /// The id that counts from the end of the current event on.
    private var nextID: String
    private var currentID: String
    private var failure: EventStreamError?

    /// A parser for one stream.
    ///
    /// - Parameters:
    ///   - lastEventID: The id that the client has sent, which counts until the stream has another. None by default.
    ///   - limits: The limits of lines and events.
    public init(lastEventID: String? = nil, limits: EventStreamLimits = EventStreamLimits()) {
        self.limits = limits
        self.nextID = lastEventID ?? ""
        self.currentID = lastEventID ?? ""
    }

    /// How much memory the parser holds.
    package var capacity: Int { line.capacity + data.capacity }

    /// Takes the next event from the buffer; nil when all bytes have been consumed.
    ///
    /// - Throws: The limit that the stream exceeds; later calls throw the same.
    public mutating func parse(_ buffer: inout ByteBuffer) throws(EventStreamError) -> ServerSentEvent? {
        if let failure { throw failure }
        do {
            while try takeLine(&buffer) {
                if let event = try endLine() { return event }
            }
            return nil
        } catch {
            failure = error
            throw error
        }
    }

    /// Moves bytes up to the next line end into ``line``. False when the line has not ended.
    private mutating func takeLine(_ buffer: inout ByteBuffer) throws(EventStreamError) -> Bool {
        if endedWithCarriageReturn, buffer.readableBytes > 0 {
            endedWithCarriageReturn = false
            if buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) == 0x0A {
                buffer.moveReaderIndex(forwardBy: 1)
            }
        }
        let length = buffer.withUnsafeReadableBytes { $0.firstIndex { $0 == 0x0A || $0 == 0x0D } }
        let count = length ?? buffer.readableBytes
        guard count <= max(limits.lineBytes, 0) - line.count else { throw .lineTooLong(limit: limits.lineBytes) }
        buffer.readWithUnsafeReadableBytes { bytes in
            line.append(contentsOf: bytes.prefix(count))
            return count
        }
        guard length != nil, let end: UInt8 = buffer.readInteger() else { return false }
        endedWithCarriageReturn = end == 0x0D
        return true
    }

    /// Processes the line, which is complete, and forgets it.
    private mutating func endLine() throws(EventStreamError) -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: line.capacity <= Self.keptCapacity) }
        var start = 0
        if isFirstLine {
            isFirstLine = false
            // A byte order mark at the beginning of the stream.
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
        }
        let line = line[start...]
        guard !line.isEmpty else { return endEvent() }
        let colon = line.firstIndex(of: 0x3A) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == 0x20 { value = value.dropFirst() }
        let field = line[..<colon]
        // An empty name is that of a comment.
        if field.elementsEqual("data".utf8) {
            try add(value)
        } else if field.elementsEqual("event".utf8) {
            name = String(decoding: value, as: UTF8.self)
            try checkSize()
        } else if field.elementsEqual("id".utf8) {
            guard !value.contains(0) else { return nil }
            guard value.count <= max(limits.idBytes, 0) else { throw .idTooLong(limit: limits.idBytes) }
            nextID = String(decoding: value, as: UTF8.self)
        } else if field.elementsEqual("retry".utf8) {
            readReconnectionTime(value)
        }
        return nil
    }

    private mutating func add(_ value: ArraySlice<UInt8>) throws(EventStreamError) {
        if hasData { data.append(0x0A) }
        hasData = true
        try checkSize(adding: value.count)
        data.append(contentsOf: value)
    }

    private func checkSize(adding count: Int = 0) throws(EventStreamError) {
        guard name.utf8.count + data.count + count <= max(limits.eventBytes, 0) else {
            throw .eventTooLarge(limit: limits.eventBytes)
        }
    }

    /// A time in milliseconds, of digits only; anything else is ignored.
    private mutating func readReconnectionTime(_ value: ArraySlice<UInt8>) {
        guard !value.isEmpty, value.allSatisfy({ 0x30...0x39 ~= $0 }) else { return }
        // Longer than anybody waits, whatever the number.
        reconnectionTime = .milliseconds(Int32(String(decoding: value, as: UTF8.self)) ?? .max)
    }

    private mutating func endEvent() -> ServerSentEvent? {
        currentID = nextID
        defer {
            data.removeAll(keepingCapacity: data.capacity <= Self.keptCapacity)
            hasData = false
            name = ""
        }
        guard hasData else { return nil }
        return ServerSentEvent(data: String(decoding: data, as: UTF8.self), name: name, id: lastEventID)
    }
}
