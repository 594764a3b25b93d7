/// An entity tag: a name for one version of a representation (RFC 9110 section 8.8.3).
///
///     EntityTag("\"1a2b\"")        // strong
///     EntityTag("W/\"1a2b\"")      // weak: the same meaning, perhaps other bytes
///
/// HTTP compares tags in two ways, ``matchesStrongly(_:)`` and ``matchesWeakly(_:)``; `==` is neither.
public struct EntityTag: Sendable, Hashable, LosslessStringConvertible {
    /// Whether the tag is weak: representations with equal weak tags are equivalent, not necessarily the same bytes.
    public let isWeak: Bool
    /// The text between the quotation marks.
    public let opaqueTag: String

    /// Creates a tag of these parts; `nil` if `opaqueTag` has a quotation mark, a space or a control character.
    public init?(opaqueTag: String, isWeak: Bool = false) {
        guard opaqueTag.utf8.allSatisfy(\.isEntityTagCharacter) else { return nil }
        self.isWeak = isWeak
        self.opaqueTag = opaqueTag
    }

    /// Reads one tag; `nil` if the text is anything else.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        var offset = 0
        guard let tag = bytes.entityTag(&offset), offset == bytes.count else { return nil }
        self = tag
    }

    fileprivate init(isWeak: Bool, checked opaqueTag: String) {
        self.isWeak = isWeak
        self.opaqueTag = opaqueTag
    }

    /// The tag as it is sent.
    public var description: String {
        isWeak ? "W/\"\(opaqueTag)\"" : "\"\(opaqueTag)\""
    }

    /// The strong comparison (RFC 9110 section 8.8.3.2): the same tag, and neither is weak.
    public func matchesStrongly(_ other: EntityTag) -> Bool {
        !isWeak && !other.isWeak && opaqueTag == other.opaqueTag
    }

    /// The weak comparison (RFC 9110 section 8.8.3.2): the same tag, whether weak or not.
    public func matchesWeakly(_ other: EntityTag) -> Bool {
        opaqueTag == other.opaqueTag
    }
}

/// The value of `If-Match` or `If-None-Match`: entity tags, or `*` for any (RFC 9110 sections 13.1.1 and 13.1.2).
public enum EntityTagList: Sendable, Hashable {
    /// `*`: any current representation.
    case any
    /// One of these tags.
    case tags([EntityTag])

    /// Reads the values of all the fields of that name. A malformed value matches nothing from the error on: the tags
    /// before it count, those after it in the same field do not.
    public init(fieldValues: some Sequence<String>) {
        var tags: [EntityTag] = []
        for value in fieldValues {
            let bytes = value.utf8.span
            let text = bytes.trimmed(0..<bytes.count)
            if text.count == 1, bytes[text.lowerBound] == 0x2A {
                self = .any
                return
            }
            // Not `FieldList`: a backslash in a tag escapes nothing.
            var offset = 0
            while offset < bytes.count {
                bytes.skipWhitespace(&offset)
                if bytes.skip(0x2C, &offset) { continue }
                guard let tag = bytes.entityTag(&offset) else { break }
                tags.append(tag)
                bytes.skipWhitespace(&offset)
                guard offset == bytes.count || bytes.has(0x2C, at: offset) else { break }
            }
        }
        self = .tags(tags)
    }

    /// Whether one of them is `tag` by the strong comparison; with ``any``, whether there is a representation.
    public func matchesStrongly(_ tag: EntityTag?, exists: Bool) -> Bool {
        switch self {
        case .any: exists
        case .tags(let tags): exists && tag.map { tag in tags.contains { $0.matchesStrongly(tag) } } ?? false
        }
    }

    /// Whether one of them is `tag` by the weak comparison; with ``any``, whether there is a representation.
    public func matchesWeakly(_ tag: EntityTag?, exists: Bool) -> Bool {
        switch self {
        case .any: exists
        case .tags(let tags): exists && tag.map { tag in tags.contains { $0.matchesWeakly(tag) } } ?? false
        }
    }
}

extension Span<UInt8> {
    /// Reads an entity tag.
    fileprivate func entityTag(_ offset: inout Int) -> EntityTag? {
        var index = offset
        let isWeak = has(0x57, at: index) && has(0x2F, at: index + 1)
        if isWeak { index += 2 }
        guard skip(0x22, &index) else { return nil }
        let start = index
        while index < count, self[index].isEntityTagCharacter { index += 1 }
        guard has(0x22, at: index) else { return nil }
        offset = index + 1
        return EntityTag(isWeak: isWeak, checked: string(start..<index))
    }
}

extension UInt8 {
    /// `etagc`: any visible character but the quotation mark, and obs-text.
    fileprivate var isEntityTagCharacter: Bool {
        self == 0x21 || (0x23...0x7E).contains(self) || self >= 0x80
    }
}
