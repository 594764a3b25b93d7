public import HTTPTypes

extension HTTPParseError {
    /// The rules of RFC 9110 and RFC 9112 that a message can break, and the limits it can exceed.
    public enum Reason: Sendable, Hashable, CaseIterable {
        // The request line.
        case tooManyEmptyLines
        case invalidMethod
        case methodTooLong
        case malformedRequestLine
        case invalidTarget
        case targetNotAllowedForMethod
        case targetTooLong
        case invalidVersion
        case unsupportedVersion
        // The status line.
        case malformedStatusLine
        case invalidStatusCode
        case invalidReasonPhrase
        case statusLineTooLong
        // Lines and fields.
        case bareCarriageReturn
        case bareLineFeed
        case obsoleteLineFolding
        case whitespaceBeforeColon
        case emptyFieldName
        case invalidFieldName
        case missingColon
        case invalidFieldValue
        case headTooLarge
        case tooManyFields
        // Host.
        case missingHost
        case multipleHosts
        case invalidHost
        // Framing.
        case invalidContentLength
        case conflictingContentLength
        case contentLengthWithTransferEncoding
        case invalidTransferEncoding
        case unknownTransferCoding
        case chunkedNotFinal
        case chunkedRepeated
        case transferEncodingInHTTP10
        // The body.
        case invalidChunkSize
        case invalidChunkExtension
        case chunkExtensionTooLong
        case malformedChunkEnd
        case forbiddenTrailer
        case trailersTooLarge
        case tooManyTrailers
        case truncatedHead
        case truncatedBody
    }
}

extension HTTPParseError.Reason {
    /// The status of a server's response to a request that breaks this rule.
    public var status: HTTPResponse.Status {
        switch self {
        case .targetTooLong: .uriTooLong
        case .headTooLarge, .tooManyFields, .trailersTooLarge, .tooManyTrailers: .requestHeaderFieldsTooLarge
        case .methodTooLong, .unknownTransferCoding: .notImplemented
        case .unsupportedVersion: .httpVersionNotSupported
        default: .badRequest
        }
    }

    /// The rule in one sentence, with its RFC section.
    public var explanation: String {
        switch self {
        case .tooManyEmptyLines: "Too many empty lines before a message (RFC 9112 section 2.2)"
        case .invalidMethod: "The method is not a token (RFC 9110 section 9.1)"
        case .methodTooLong: "The method is longer than any known one (RFC 9112 section 3)"
        case .malformedRequestLine:
            "A request line is a method, a target and a version with one space between them (RFC 9112 section 3)"
        case .invalidTarget: "The request target is in none of the four forms (RFC 9112 section 3.2)"
        case .targetNotAllowedForMethod:
            "A target in asterisk-form is for OPTIONS only, and one in authority-form for CONNECT only "
                + "(RFC 9112 section 3.2)"
        case .targetTooLong: "The request line is too long (RFC 9112 section 3)"
        case .invalidVersion: "The version is not HTTP/ with a digit, a dot and a digit (RFC 9112 section 2.3)"
        case .unsupportedVersion: "The major version is not 1 (RFC 9110 section 15.6.6)"
        case .malformedStatusLine:
            "A status line is a version, a status code and a reason with one space between them (RFC 9112 section 4)"
        case .invalidStatusCode: "The status code is not a three-digit number from 100 up (RFC 9110 section 15)"
        case .invalidReasonPhrase: "A control character in the reason phrase (RFC 9112 section 4)"
        case .statusLineTooLong: "The status line is too long (RFC 9112 section 4)"
        case .bareCarriageReturn: "A CR without an LF (RFC 9112 section 2.2)"
        case .bareLineFeed: "An LF without a CR (RFC 9112 section 2.2)"
        case .obsoleteLineFolding: "A line begins with white space (RFC 9112 section 5.2)"
        case .whitespaceBeforeColon: "White space between a field name and the colon (RFC 9112 section 5.1)"
        case .emptyFieldName: "A field line begins with a colon (RFC 9112 section 5)"
        case .invalidFieldName: "A field name is not a token (RFC 9110 section 5.1)"
        case .missingColon: "A field line has no colon (RFC 9112 section 5)"
        case .invalidFieldValue: "A control character in a field value (RFC 9110 section 5.5)"
        case .headTooLarge: "The head is too large (RFC 9110 section 5.4)"
        case .tooManyFields: "The head has too many fields (RFC 9110 section 5.4)"
        case .missingHost: "An HTTP/1.1 request without Host (RFC 9112 section 3.2)"
        case .multipleHosts: "More than one Host (RFC 9112 section 3.2)"
        case .invalidHost: "Host is not a host with an optional port (RFC 9112 section 3.2)"
        case .invalidContentLength: "Content-Length is not one decimal number (RFC 9112 section 6.3)"
        case .conflictingContentLength: "More than one Content-Length (RFC 9112 section 6.3)"
        case .contentLengthWithTransferEncoding:
            "Both Content-Length and Transfer-Encoding (RFC 9112 section 6.3)"
        case .invalidTransferEncoding: "Transfer-Encoding is not a list of transfer codings (RFC 9112 section 6.1)"
        case .unknownTransferCoding: "A transfer coding other than chunked (RFC 9112 section 6.1)"
        case .chunkedNotFinal: "The last transfer coding is not chunked (RFC 9112 section 6.3)"
        case .chunkedRepeated: "The chunked coding is applied twice (RFC 9112 section 6.1)"
        case .transferEncodingInHTTP10: "Transfer-Encoding in an HTTP/1.0 message (RFC 9112 section 6.1)"
        case .invalidChunkSize: "A chunk size is not a hexadecimal number in range (RFC 9112 section 7.1)"
        case .invalidChunkExtension: "A malformed chunk extension (RFC 9112 section 7.1.1)"
        case .chunkExtensionTooLong: "The extensions of a chunk are too long (RFC 9112 section 7.1.1)"
        case .malformedChunkEnd: "Chunk data is not followed by CR LF (RFC 9112 section 7.1)"
        case .forbiddenTrailer: "A field that frames or routes a message among its trailers (RFC 9110 section 6.5.1)"
        case .trailersTooLarge: "The trailer section is too large (RFC 9110 section 6.5)"
        case .tooManyTrailers: "The trailer section has too many fields (RFC 9110 section 6.5)"
        case .truncatedHead: "The connection ended within a head (RFC 9112 section 8)"
        case .truncatedBody: "The connection ended within a body (RFC 9112 section 8)"
        }
    }
}
