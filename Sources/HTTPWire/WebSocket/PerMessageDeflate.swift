/// The negotiated parameters of compression (RFC 7692 section 7.1).
public struct PerMessageDeflate: Sendable, Hashable {
    /// Whether the server compresses each message independently of the previous ones.
    public var serverNoContextTakeover = false
    /// Whether the client compresses each message independently of the previous ones.
    public var clientNoContextTakeover = false
    /// The size of the server's compression window: 2 to the power of this, in bytes. 8 to 15.
    public var serverMaxWindowBits = 15
    /// The size of the client's compression window: 2 to the power of this, in bytes. 8 to 15.
    public var clientMaxWindowBits = 15

    /// The standard's defaults.
    public init() {}

    /// The compression window of `role`, and whether it is reset after each message.
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
    /// Whether the server is to compress each message independently, which saves up to 256 KiB of memory for each
    /// WebSocket, and compresses small messages less. False by default.
    public var serverNoContextTakeover: Bool
    /// Whether the client is to compress each message independently. False by default.
    public var clientNoContextTakeover: Bool
    /// The largest compression window of the server, 8 to 15: 2 to the power of this, in bytes. Nil, the default, means
    /// 15.
    public var serverMaxWindowBits: Int?
    /// The largest compression window of the client, 8 to 15. Nil, the default, means 15.
    public var clientMaxWindowBits: Int?
    /// The compression level of this side: 0 (none) to 9.
    ///
    /// 1 by default. Messages of 1 KiB hardly differ between the levels, in size and in time. Of texts of 64 KiB, level
    /// 6 leaves about a seventh less, and takes two to three times as long.
    public var level = 1
    /// Messages with fewer bytes are sent uncompressed. 64 by default.
    public var minimumMessageSize = 64

    /// Creates compression options; window sizes outside 8 to 15 are clamped.
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

    /// Compression, if the peer supports it too.
    public static let on = WebSocketCompression()
    /// No compression.
    public static let off = WebSocketCompression(isEnabled: false)
}
