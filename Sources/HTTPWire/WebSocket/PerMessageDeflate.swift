/// What both sides have agreed on about compression (RFC 7692 section 7.1).
public struct PerMessageDeflate: Sendable, Hashable {
    /// Whether the server forgets after each message what it has sent.
    public var serverNoContextTakeover = false
    /// Whether the client forgets after each message what it has sent.
    public var clientNoContextTakeover = false
    /// How far back the server's compression refers: 2 to the power of this. 8 to 15.
    public var serverMaxWindowBits = 15
    /// How far back the client's compression refers: 2 to the power of this. 8 to 15.
    public var clientMaxWindowBits = 15

    /// The standard's defaults.
    public init() {}

    /// How far back the compression of `role` refers, and whether it starts anew with each message.
    func window(of role: WebSocketRole) -> (bits: Int, isReset: Bool) {
        switch role {
        case .client: (clientMaxWindowBits, clientNoContextTakeover)
        case .server: (serverMaxWindowBits, serverNoContextTakeover)
        }
    }
}

/// Whether and how the messages of a WebSocket are compressed (RFC 7692; Dart's `CompressionOptions`).
public struct WebSocketCompression: Sendable, Hashable {
    /// Whether compression is offered or accepted at all.
    public var isEnabled: Bool
    /// Whether the server is to start anew with each message, which saves its memory. False by default.
    public var serverNoContextTakeover: Bool
    /// Whether the client is to start anew with each message. False by default.
    public var clientNoContextTakeover: Bool
    /// How far back the server may refer, 8 to 15: 2 to the power of it in bytes. Nil, the default, for 15.
    public var serverMaxWindowBits: Int?
    /// How far back the client may refer, 8 to 15. Nil, the default, for 15.
    public var clientMaxWindowBits: Int?
    /// How hard this side tries: 0 (not at all) to 9. 1 by default, which is quick.
    public var level = 1
    /// Messages with fewer bytes are sent as they are. 64 by default.
    public var minimumMessageSize = 64

    /// Compression with these options; window sizes outside 8 to 15 become the nearest one.
    public init(
        isEnabled: Bool = true,
        serverNoContextTakeover: Bool = false,
        clientNoContextTakeover: Bool = false,
        serverMaxWindowBits: Int? = nil,
        clientMaxWindowBits: Int? = nil
    ) {
        self.isEnabled = isEnabled
        self.serverNoContextTakeover = serverNoContextTakeover
        self.clientNoContextTakeover = clientNoContextTakeover
        self.serverMaxWindowBits = serverMaxWindowBits.map { min(max($0, 8), 15) }
        self.clientMaxWindowBits = clientMaxWindowBits.map { min(max($0, 8), 15) }
    }

    /// Compression if the peer has it too.
    public static let on = WebSocketCompression()
    /// No compression.
    public static let off = WebSocketCompression(isEnabled: false)
}
