extension QualityList {
    /// The weight of a coding, charset or other token: that of the member with this name, otherwise that of `*`,
    /// otherwise 0.
    public func quality(of token: String) -> Int {
        guard !items.isEmpty else { return 1000 }
        return explicitQuality(of: token) ?? explicitQuality(of: "*") ?? 0
    }

    /// The weight of a media type: that of the most specific range that contains it (RFC 9110 section 12.5.1),
    /// otherwise 0.
    ///
    /// `text/plain;format=flowed` is more specific than `text/plain`, that is more than `text/*`, and that more than
    /// `*/*`.
    public func quality(of type: MediaType) -> Int {
        guard !items.isEmpty else { return 1000 }
        var (best, quality) = (-1, 0)
        for item in items {
            guard let specificity = item.specificity(for: type), specificity > best else { continue }
            (best, quality) = (specificity, item.quality)
        }
        return quality
    }

    /// The weight of a language: that of the longest range that contains it, as `en` contains `en-GB` (RFC 4647 section
    /// 3.3.1), otherwise that of `*`, otherwise 0.
    public func quality(ofLanguage tag: String) -> Int {
        guard !items.isEmpty else { return 1000 }
        var (best, quality) = (-1, 0)
        for item in items {
            let length = item.value == "*" ? 0 : item.value.utf8.count
            guard length > best, length == 0 || item.containsLanguage(tag) else { continue }
            (best, quality) = (length, item.quality)
        }
        return quality
    }

    /// The candidate with the greatest weight, the first one if several have the same; `nil` if none is acceptable.
    public func preferred(among candidates: [String]) -> String? {
        best(of: candidates) { quality(of: $0) }
    }

    /// The media type with the greatest weight, the first one if several have the same; `nil` if none is acceptable.
    public func preferred(among candidates: [MediaType]) -> MediaType? {
        best(of: candidates) { quality(of: $0) }
    }

    /// The language with the greatest weight, the first one if several have the same; `nil` if none is acceptable.
    public func preferredLanguage(among candidates: [String]) -> String? {
        best(of: candidates) { quality(ofLanguage: $0) }
    }

    /// The content coding of the response, by the rules for `Accept-Encoding` (RFC 9110 section 12.5.3).
    ///
    /// Identity is always a candidate, the last one unless it is among `candidates`. It is acceptable unless the list
    /// excludes it, by name or with `*;q=0`; if the list does not name it, any acceptable coding is preferred to it.
    ///
    /// - Returns: `nil` if not even identity is acceptable. A list without members asks for identity.
    public func preferredContentCoding(among candidates: [ContentCoding]) -> ContentCoding? {
        preferredContentCoding(among: candidates.map(\.description)).flatMap { ContentCoding($0) }
    }

    /// The same with the names of codings in lower case, for codings that this package does not apply.
    public func preferredContentCoding(among candidates: [String]) -> String? {
        guard !items.isEmpty else { return Self.identity }
        var (best, greatest) = (String?.none, 0)
        for coding in candidates {
            let quality = doubledQuality(of: coding)
            if quality > greatest { (best, greatest) = (coding, quality) }
        }
        return doubledQuality(of: Self.identity) > greatest ? Self.identity : best
    }

    private static var identity: String { ContentCoding.identity.description }

    /// Twice the weight of a coding, so that identity, if it is not listed, can have a weight below any that can be
    /// sent.
    private func doubledQuality(of coding: String) -> Int {
        let alias = coding == ContentCoding.gzip.description ? "x-gzip" : coding
        let item = items.first { $0.value == coding || $0.value == alias } ?? items.first { $0.value == "*" }
        return item.map { $0.quality * 2 } ?? (coding == Self.identity ? 1 : 0)
    }

    private func explicitQuality(of token: String) -> Int? {
        items.first { $0.value.equalsIgnoringCase(token) }?.quality
    }

    private func best<Candidate>(of candidates: [Candidate], by weight: (Candidate) -> Int) -> Candidate? {
        var (best, greatest) = (Candidate?.none, 0)
        for candidate in candidates {
            let weight = weight(candidate)
            if weight > greatest { (best, greatest) = (candidate, weight) }
        }
        return best
    }
}

extension QualityList.Item {
    /// How closely this media range describes `type`; `nil` if the type is not in it.
    fileprivate func specificity(for type: MediaType) -> Int? {
        if value == "*/*" || value == "*" { return parameters.isEmpty ? 0 : nil }
        if value.hasSuffix("/*") {
            return parameters.isEmpty && type.essence.utf8.starts(with: value.utf8.dropLast()) ? 1 : nil
        }
        guard value == type.essence else { return nil }
        for parameter in parameters {
            guard let wanted = parameter.value, let given = type.parameters[parameter.name],
                wanted.equalsIgnoringCase(given)
            else { return nil }
        }
        return 2 + parameters.count
    }

    /// Whether the language is this range, or begins with it and a hyphen.
    fileprivate func containsLanguage(_ tag: String) -> Bool {
        let (range, tag) = (value.utf8, tag.utf8)
        guard tag.lazy.map(\.asciiLowercased).starts(with: range) else { return false }
        return tag.count == range.count || tag.dropFirst(range.count).first == 0x2D
    }
}
