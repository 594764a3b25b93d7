import NIOCore

extension TimeAmount {
    /// How often to look whether one of these times is over: a quarter of the shortest, but neither in a rush nor late
    /// by seconds.
    static func sweepInterval(for times: [Duration?]) -> TimeAmount {
        let shortest = times.compactMap { $0.map(TimeAmount.init) }.min() ?? .seconds(4)
        return min(max(.nanoseconds(shortest.nanoseconds / 4), .milliseconds(10)), .seconds(1))
    }
}
