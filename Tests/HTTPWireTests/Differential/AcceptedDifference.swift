import HTTPTypes
import HTTPWire
import NIOHTTP1

/// The ways in which this parser may differ from NIOHTTP1's, each with the section of the RFC that makes it right.
///
/// Nothing else is accepted: a difference that none of these is fails the test.
enum AcceptedDifference: CaseIterable {
    /// RFC 9112 section 3.2: a server must reject a request without exactly one valid Host. NIOHTTP1 does not look.
    case host
    /// RFC 9112 section 3.2, RFC 3986: the target has to be in one of four forms. NIOHTTP1 takes any visible bytes.
    case target
    /// RFC 9112 section 3: exactly one space between the parts of a request line. NIOHTTP1 skips more.
    case spacesInRequestLine
    /// RFC 9112 section 2.3: the version begins with `HTTP/`. NIOHTTP1 takes `RTSP/` and `ICE/` as well.
    case otherProtocol
    /// RFC 9112 section 2.2: at least one empty line, CR LF, is skipped. NIOHTTP1 skips any number of CR and LF.
    case emptyLines
    /// RFC 9112 sections 6.1 and 6.3: a transfer coding that is not understood, `chunked` not last, or any transfer
    /// coding in HTTP/1.0. NIOHTTP1 takes everything that has `chunked` last, and some things more.
    case transferEncoding
    /// RFC 9110 section 8.6: overflow has to be prevented; a length of 2^63 and more cannot be counted down in an `Int`.
    case contentLengthBeyondInt
    /// RFC 9110 section 5.4: a limit on the number of fields, which NIOHTTP1 does not have.
    case fieldCount
    /// RFC 9110 section 9.1: any token is a method. NIOHTTP1 knows a list of them.
    case otherMethod
    /// RFC 9110 section 2.5: any minor version is understood as the highest one known. NIOHTTP1 takes 1.0 and 1.1.
    case minorVersion
    /// RFC 9110 section 5.5: HTAB around a value is no part of it. NIOHTTP1 leaves a trailing one where it is, and
    /// rejects it behind a Content-Length.
    case trailingTab
    /// RFC 9112 section 2.2: where bytes are missing the peer may have seen an error already, or the other way round.
    /// Neither has accepted anything.
    case undecided

    /// What two outcomes amount to.
    enum Verdict: Equatable {
        case agreed
        case accepted(AcceptedDifference)
        case unexplained
    }

    /// Whether the outcomes agree, or differ in one of the ways above.
    static func verdict(_ ours: HeadOutcome, _ peer: PeerOutcome, _ bytes: [UInt8]) -> Verdict {
        switch (ours, peer) {
        case (.request(let head, _), .head(let theirs, let endsAtOnce)):
            agree(head, theirs, endsAtOnce) ? .agreed : .unexplained
        case (.failed, .failed), (.incomplete, .incomplete):
            .agreed
        default:
            allCases.first { $0.explains(ours, peer, bytes) }.map { .accepted($0) } ?? .unexplained
        }
    }

    private func explains(_ ours: HeadOutcome, _ peer: PeerOutcome, _ bytes: [UInt8]) -> Bool {
        switch (ours, peer) {
        case (.failed(let error), .head(let head, _)): explainsRejection(error, head, bytes)
        case (.request(let head, _), .failed(let error)): explainsAcceptance(head, error, bytes)
        case (.failed, .incomplete), (.incomplete, .failed): self == .undecided
        default: false
        }
    }

    /// What this parser rejects and the peer accepts.
    private func explainsRejection(_ error: HTTPParseError, _ peer: HTTPRequestHead, _ bytes: [UInt8]) -> Bool {
        let before = bytes.prefix(error.position)
        switch self {
        case .host:
            return [.missingHost, .multipleHosts, .invalidHost].contains(error.reason)
        case .target:
            return [.invalidTarget, .targetNotAllowedForMethod].contains(error.reason)
        case .spacesInRequestLine:
            let isSpace = bytes.dropFirst(error.position).first == 0x20 && before.last == 0x20
            return isSpace && [.malformedRequestLine, .invalidVersion].contains(error.reason)
        case .otherProtocol:
            let rest = bytes.dropFirst(error.position)
            return error.reason == .invalidVersion
                && (rest.starts(with: "RTSP/".utf8) || rest.starts(with: "ICE/".utf8))
        case .emptyLines:
            let isBefore = error.position == 0 && [0x0D, 0x0A].contains(bytes.first)
            return isBefore && [.tooManyEmptyLines, .bareCarriageReturn, .bareLineFeed].contains(error.reason)
        case .transferEncoding:
            return peer.headers.contains(name: "Transfer-Encoding")
                && [.invalidTransferEncoding, .unknownTransferCoding, .chunkedNotFinal, .transferEncodingInHTTP10]
                    .contains(error.reason)
        case .contentLengthBeyondInt:
            return error.reason == .invalidContentLength
                && peer.headers["Content-Length"].allSatisfy { UInt64($0) ?? 0 > UInt64(Int.max) }
        case .fieldCount:
            return error.reason == .tooManyFields && peer.headers.count > HeadLimits().fieldCount
        case .otherMethod, .minorVersion, .trailingTab, .undecided:
            return false
        }
    }

    /// What this parser accepts and the peer rejects.
    private func explainsAcceptance(_ head: RequestSummary, _ error: any Error, _ bytes: [UInt8]) -> Bool {
        let error = error as? HTTPParserError
        switch self {
        case .target:
            return error == .invalidURL
        case .otherMethod:
            let known = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]
            return error == .invalidMethod && !known.contains(head.method.rawValue)
        case .minorVersion:
            return error == .invalidVersion && (2...9).contains { bytes.containsSequence("HTTP/1.\($0)".utf8) }
        case .trailingTab:
            return error == .invalidContentLength && bytes.containsSequence("\t\r\n".utf8)
        default:
            return false
        }
    }

    /// Whether two accepted heads say the same, `trailingTab` and the peer's spelling of M-SEARCH apart.
    private static func agree(_ head: RequestSummary, _ peer: HTTPRequestHead, _ endsAtOnce: Bool) -> Bool {
        let method = peer.method.rawValue == "MSEARCH" ? "M-SEARCH" : peer.method.rawValue
        let fields = peer.headers.map { name, value in
            let text = value.drop { $0 == "\t" || $0 == " " }
            let end = text.lastIndex { $0 != "\t" && $0 != " " }.map(text.index(after:)) ?? text.startIndex
            return "\(name)=\(text[..<end])"
        }
        return head.method.rawValue == method && head.sentTarget == peer.uri
            && "HTTP/\(head.version)" == peer.version.description
            && head.framing.hasContent != endsAtOnce && head.fields.map(Self.utf8) == fields
    }

    /// A line of bytes written as scalars as the text that NIOHTTP1 makes of it.
    private static func utf8(_ line: String) -> String {
        String(decoding: line.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Whether the bytes of `other` are in there one after the other.
    fileprivate func containsSequence(_ other: some Collection<UInt8>) -> Bool {
        indices.contains { self[$0...].starts(with: other) }
    }
}
