/// A small chart of numbers over time, a bar for each. A plain value.
struct Sparkline: Sendable {
    /// How high the chart is, in its own units; a bar is one wide.
    static let height = 20

    let values: [Int]

    /// The bars as the path of an SVG. The highest of them is as high as the chart, if it is not lower than `floor`.
    func path(floor: Int = 5) -> String {
        let top = max(values.max() ?? 0, floor)
        return values.enumerated().compactMap { place, value in
            guard value > 0 else { return nil }
            // At least one unit: a single request among thousands can be seen too.
            let height = max(value * Self.height / top, 1)
            return "M\(place) \(Self.height)v-\(height)h.8v\(height)z"
        }.joined()
    }

    /// The chart. Only the path changes.
    ///
    /// - Parameters:
    ///   - id: The id of the path.
    ///   - label: What the chart is, for those who can't see it.
    func picture(id: String, label: String) -> HTML {
        """
        <svg class="spark" viewBox="0 0 \(values.count) \(Self.height)" preserveAspectRatio="none" role="img" \
        aria-label="\(label)"><path id="\(id)" d="\(path())"/></svg>
        """
    }
}
