import HTTPWire

/// The pattern of a route: which paths it matches, and which parts of them it captures.
///
///     /notes/{id}       one segment, which is not empty
///     /files/{path...}  all that follows the slash, which may be empty
///
/// Other segments match themselves, compared as bytes after percent-decoding. A pattern that ends with a slash matches
/// only paths that do.
struct RoutePattern: Sendable, Hashable {
    enum Segment: Sendable, Hashable {
        /// These bytes. None, at the end of a pattern, stand for the slash before them.
        case literal([UInt8])
        /// Any segment that is not empty.
        case capture
    }

    /// The end of a pattern: that which may follow the segments.
    enum Ending: Sendable, Hashable {
        case nothing
        /// A slash and anything, which is captured.
        case rest
        /// Nothing, or a slash and anything: where a handler is mounted.
        case anything
    }

    /// The pattern as it was written; without a slash at the end where a handler is mounted.
    let text: String
    let segments: [Segment]
    let ending: Ending
    /// The names of the captures, in their order.
    let names: [String]

    /// Why a pattern can't be parsed.
    enum Defect: Error, Hashable, CustomStringConvertible {
        case noLeadingSlash
        case emptySegment
        case dotSegment
        case queryOrFragment(Character)
        case unbalancedBrace(String)
        case partialCapture(String)
        case emptyName
        case invalidName(String)
        case duplicateName(String)
        case restBeforeEnd(String)
        case mountedRest(String)
        case invalidEscape(String)

        var description: String {
            switch self {
            case .noLeadingSlash: "a pattern must begin with a slash"
            case .emptySegment: "a segment is empty"
            case .dotSegment: "clients resolve the segments \".\" and \"..\" before they send a path"
            case .queryOrFragment(let character):
                "a pattern has no query and no fragment; write \"\(character)\" as \(character == "?" ? "%3F" : "%23")"
            case .unbalancedBrace(let segment): "the braces in \(segment.debugDescription) are unbalanced"
            case .partialCapture(let segment):
                "a capture must be a whole segment, not a part of \(segment.debugDescription)"
            case .emptyName: "a capture has no name"
            case .invalidName(let name):
                "\(name.debugDescription) can't be the name of a capture; use letters, digits, \"_\" and \"-\""
            case .duplicateName(let name): "two captures have the name \(name.debugDescription)"
            case .restBeforeEnd(let name): "\"{\(name)...}\" is not at the end"
            case .mountedRest(let name):
                "a mounted handler gets all that follows its prefix, which can't have \"{\(name)...}\""
            case .invalidEscape(let segment): "two hexadecimal digits must follow a % in \(segment.debugDescription)"
            }
        }
    }

    /// - Parameter isMount: Whether it is where a handler is mounted, which gets all that is at and below the path.
    init(_ text: String, isMount: Bool = false) throws(Defect) {
        guard text.utf8.first == 0x2F else { throw .noLeadingSlash }
        if let character = text.first(where: { $0 == "?" || $0 == "#" }) { throw .queryOrFragment(character) }
        var parts = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if isMount, parts.last == "" { parts.removeLast() }
        var (segments, names): ([Segment], [String]) = ([], [])
        var ending = isMount ? Ending.anything : .nothing
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            guard !part.isEmpty || isLast && !isMount else { throw .emptySegment }
            guard let capture = try Self.capture(part) else {
                segments.append(.literal(try Self.literal(part)))
                continue
            }
            guard !names.contains(capture.name) else { throw .duplicateName(capture.name) }
            names.append(capture.name)
            if capture.isRest {
                guard isLast else { throw .restBeforeEnd(capture.name) }
                guard !isMount else { throw .mountedRest(capture.name) }
                ending = .rest
            } else {
                segments.append(.capture)
            }
        }
        self.text = isMount ? "/" + parts.joined(separator: "/") : text
        self.segments = segments
        self.ending = ending
        self.names = names
    }

    /// The capture that a segment is; nil for a literal one.
    private static func capture(_ part: String) throws(Defect) -> (name: String, isRest: Bool)? {
        var depth = 0
        for byte in part.utf8 where byte == 0x7B || byte == 0x7D {
            depth += byte == 0x7B ? 1 : -1
            guard depth == 0 || depth == 1 else { throw .unbalancedBrace(part) }
        }
        guard depth == 0 else { throw .unbalancedBrace(part) }
        guard part.utf8.contains(0x7B) else { return nil }
        guard part.hasPrefix("{"), part.hasSuffix("}"), part.utf8.count(where: { $0 == 0x7B }) == 1 else {
            throw .partialCapture(part)
        }
        let inside = part.dropFirst().dropLast()
        let isRest = inside.hasSuffix("...")
        let name = String(isRest ? inside.dropLast(3) : inside)
        guard !name.isEmpty else { throw .emptyName }
        guard name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }) else {
            throw .invalidName(name)
        }
        return (name, isRest)
    }

    private static func literal(_ part: String) throws(Defect) -> [UInt8] {
        guard let bytes = try? PercentEncoding.decodeBytes(part) else { throw .invalidEscape(part) }
        guard bytes != [0x2E], bytes != [0x2E, 0x2E] else { throw .dotSegment }
        return bytes
    }
}

extension RoutePattern {
    /// The captured parts of a path that the pattern matches, percent-decoded, in their order.
    ///
    /// - Throws: For an escape without two hexadecimal digits, and for text that is not UTF-8.
    func values(in path: Span<UInt8>) throws(PercentEncoding.DecodingError) -> [String] {
        var values: [String] = []
        values.reserveCapacity(names.count)
        var start = 0
        for segment in segments {
            start += 1
            let end = path.endOfSegment(from: start)
            if segment == .capture {
                values.append(try PercentEncoding.decode(path.extracting(start..<end), plusIsSpace: false))
            }
            start = end
        }
        if ending == .rest {
            values.append(try PercentEncoding.decode(path.extracting(droppingFirst: start + 1), plusIsSpace: false))
        }
        return values
    }

    /// How many bytes of a path that the pattern matches its segments take.
    func length(in path: Span<UInt8>) -> Int {
        segments.reduce(0) { start, _ in path.endOfSegment(from: start + 1) }
    }
}

extension Span<UInt8> {
    /// Where the segment ends that begins at `start`: at the next slash, or at the end of the path.
    func endOfSegment(from start: Int) -> Int {
        var end = start
        while end < count, self[end] != 0x2F { end += 1 }
        return end
    }
}
