/// An event of a server-sent event stream (WHATWG HTML, section 9.2).
///
///     let event = try ServerSentEvent("{\"id\": 7}", name: "note")
///
/// It cannot hold what must not be sent: line ends in its name or id would begin other fields.
public struct ServerSentEvent: Sendable, Hashable {
    /// The name of an event that is sent without one: `message`.
    public static let defaultName = "message"

    /// The content, any text. It is sent line by line, so that LF, CR and CR LF all arrive as LF.
    public var data: String
    /// The name, by which a page's `addEventListener` chooses events. `message` by default, which `onmessage` gets.
    public let name: String
    /// The position in the stream, from which a client continues when it connects again; nil for none.
    ///
    /// In a received event it is the latest id up to and including this event, as `lastEventId` is in a page. An empty
    /// one is sent to make the client forget the latest.
    public let id: String?

    /// An event with the default name and without an id.
    public init(_ data: String) {
        self.data = data
        self.name = Self.defaultName
        self.id = nil
    }

    /// An event.
    ///
    /// - Parameters:
    ///   - data: The content.
    ///   - name: The name, `message` by default; an empty one means the same.
    ///   - id: The position in the stream; none by default.
    /// - Throws: ``ServerSentEventError`` for a name with a line end, and for an id with a line end or NUL.
    public init(
        _ data: String,
        name: String = ServerSentEvent.defaultName,
        id: String? = nil
    ) throws(ServerSentEventError) {
        guard !name.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { throw .invalidName(name) }
        if let id, id.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) { throw .invalidID(id) }
        self.init(data: data, name: name, id: id)
    }

    /// An event as it was read, whose name and id have no line ends.
    init(data: String, name: String, id: String?) {
        self.data = data
        self.name = name.isEmpty ? Self.defaultName : name
        self.id = id
    }
}
