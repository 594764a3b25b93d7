import HTTPWire

/// How patterns relate to each other by the paths that they match.
extension RoutePattern {
    enum Relation: Sendable, Hashable {
        /// No path matches both.
        case disjoint
        /// Both match the same paths.
        case equivalent
        /// All paths of this one match the other too.
        case moreSpecific
        /// All paths of the other match this one too.
        case moreGeneral
        /// Some paths match both, and each has some that the other has not.
        case overlapping
    }

    func relation(to other: RoutePattern) -> Relation {
        guard overlaps(other) else { return .disjoint }
        switch (isWithin(other), other.isWithin(self)) {
        case (true, true): return .equivalent
        case (true, false): return .moreSpecific
        case (false, true): return .moreGeneral
        case (false, false): return .overlapping
        }
    }

    /// The fewest segments that a path of the pattern has.
    private var minimumCount: Int { segments.count + (ending == .rest ? 1 : 0) }

    /// Whether some path matches both.
    private func overlaps(_ other: RoutePattern) -> Bool {
        if ending == .nothing, segments.count < other.minimumCount { return false }
        if other.ending == .nothing, other.segments.count < minimumCount { return false }
        if ending == .nothing, other.ending == .nothing, segments.count != other.segments.count { return false }
        return zip(segments, other.segments).allSatisfy { $0.overlaps($1) }
    }

    /// Whether all paths of this pattern match the other.
    private func isWithin(_ other: RoutePattern) -> Bool {
        // An empty segment may follow those of this one, and no segment of the other matches that.
        guard segments.count >= other.segments.count, minimumCount >= other.minimumCount else { return false }
        if other.ending == .nothing {
            guard ending == .nothing, segments.count == other.segments.count else { return false }
        }
        return zip(segments, other.segments).allSatisfy { $0.isWithin($1) }
    }

    /// A path that matches both, where they overlap.
    func commonPath(with other: RoutePattern) -> String {
        let longer = segments.count >= other.segments.count ? self : other
        let shorter = segments.count >= other.segments.count ? other : self
        var path = ""
        for (index, segment) in longer.segments.enumerated() {
            let counterpart = index < shorter.segments.count ? shorter.segments[index] : .capture
            path += "/" + (segment == .capture ? counterpart : segment).example
        }
        // As many segments as the longer one has are too few where either demands a rest.
        if longer.segments.count < max(minimumCount, other.minimumCount) { path += "/" }
        return path.isEmpty ? "/" : path
    }
}

extension RoutePattern.Segment {
    /// Whether some segment of a path matches both.
    fileprivate func overlaps(_ other: Self) -> Bool {
        switch (self, other) {
        case (.literal(let bytes), .literal(let others)): bytes == others
        case (.literal(let bytes), .capture), (.capture, .literal(let bytes)): !bytes.isEmpty
        case (.capture, .capture): true
        }
    }

    /// Whether all that matches this one matches the other too.
    fileprivate func isWithin(_ other: Self) -> Bool {
        switch (self, other) {
        case (.literal(let bytes), .literal(let others)): bytes == others
        case (.literal(let bytes), .capture): !bytes.isEmpty
        case (.capture, .literal): false
        case (.capture, .capture): true
        }
    }

    /// A segment that matches, as in a path.
    fileprivate var example: String {
        switch self {
        case .literal(let bytes): RelativePath.encode(bytes)
        case .capture: "x"
        }
    }
}
