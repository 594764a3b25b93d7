import HTTPWire

/// What can be fuzzed. Each has a directory of seeds in `Corpus/`.
enum FuzzTarget: String, CaseIterable {
    case requestHead = "request-head"
    case responseHead = "response-head"
    case chunkedBody = "chunked-body"
    case requestTarget = "request-target"
    case queryParameters = "query-parameters"
    case fieldDecoding = "field-decoding"
    case mediaType = "media-type"
    case cookie
    case setCookie = "set-cookie"
    case httpDate = "http-date"
    case qualityList = "quality-list"
    case forwarded
    case traceContext = "trace-context"
    case byteRange = "byte-range"
    case entityTag = "entity-tag"
    case relativePath = "relative-path"
    case decompressor
    case brotli
    case zstandard
    case multipart
    case formDataHead = "form-data-head"
    case eventStream = "event-stream"
    case webSocketFrames = "websocket-frames"
    case webSocketDeflate = "websocket-deflate"
    case http2Frames = "http2-frames"
    case http2FieldBlock = "http2-field-block"
    case http2Response = "http2-response"
    case proxyHeader = "proxy-header"
    case http1Server = "h1-server"
    case http2Server = "h2-server"
    case http1Client = "h1-client"
    case http2Client = "h2-client"
    case webSocket = "websocket"

    /// Whether whole connections are driven, which must leave nothing behind.
    var isStateful: Bool {
        switch self {
        case .http1Server, .http2Server, .http1Client, .http2Client, .webSocket: true
        default: false
        }
    }

    /// Traps if a property does not hold for the input.
    func check(_ bytes: [UInt8]) {
        switch self {
        case .requestHead: HeadProperties.checkRequest(bytes)
        case .responseHead: HeadProperties.checkResponse(bytes)
        case .chunkedBody: BodyProperties.checkChunked(bytes)
        case .requestTarget: FieldProperties.checkTarget(bytes)
        case .queryParameters: FieldProperties.checkQuery(bytes)
        case .fieldDecoding: DecodingProperties.checkFields(bytes)
        case .mediaType: FieldProperties.checkMediaType(bytes)
        case .cookie: FieldProperties.checkCookie(bytes)
        case .setCookie: FieldProperties.checkSetCookie(bytes)
        case .httpDate: FieldProperties.checkDate(bytes)
        case .qualityList: FieldProperties.checkQualityList(bytes)
        case .forwarded: FieldProperties.checkForwarded(bytes)
        case .traceContext: FieldProperties.checkTraceContext(bytes)
        case .byteRange: ConditionalProperties.checkRange(bytes)
        case .entityTag: ConditionalProperties.checkTag(bytes)
        case .relativePath: ConditionalProperties.checkPath(bytes)
        case .decompressor: CodingProperties.check(bytes, [.gzip, .deflate, .identity])
        case .brotli: CodingProperties.check(bytes, [.br])
        case .zstandard: CodingProperties.check(bytes, [.zstd])
        case .multipart: MultipartProperties.checkContent(bytes)
        case .formDataHead: MultipartProperties.checkHead(bytes)
        case .eventStream: EventStreamProperties.check(bytes)
        case .webSocketFrames: WebSocketProperties.checkFrames(bytes)
        case .webSocketDeflate: WebSocketProperties.checkDeflate(bytes)
        case .http2Frames: HTTP2Properties.checkFrames(bytes)
        case .http2FieldBlock: HTTP2Properties.checkFieldBlock(bytes)
        case .http2Response: HTTP2Properties.checkResponse(bytes)
        case .proxyHeader: ProxyHeaderProperties.check(bytes)
        case .http1Server: HTTP1ServerProperties.check(bytes)
        case .http2Server: HTTP2ServerProperties.check(bytes)
        case .http1Client: HTTP1ClientProperties.check(bytes)
        case .http2Client: HTTP2ClientProperties.check(bytes)
        case .webSocket: WebSocketConversation.check(bytes)
        }
    }
}

/// Traps with a message unless two values are equal.
func expectEqual<Value: Equatable>(_ left: Value, _ right: Value, _ what: String) {
    guard left != right else { return }
    fatalError("\(what):\n\(String(reflecting: left))\n\(String(reflecting: right))")
}

/// The ways to cut an input: not at all, into single bytes, and in two, somewhere that depends on the input.
func cuts(of bytes: [UInt8]) -> [[ArraySlice<UInt8>]] {
    let middle = bytes.isEmpty ? 0 : bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % bytes.count
    return [[bytes[...]], bytes.indices.map { bytes[$0...$0] }, [bytes[..<middle], bytes[middle...]]]
}
