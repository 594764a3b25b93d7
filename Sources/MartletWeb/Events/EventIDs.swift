/// The ids of a feed's events: the number of the event, after an epoch that no other feed has, so that an id from before
/// a restart, or from another machine, is not mistaken for one of this feed.
///
/// This is the only place that knows what an id looks like: ``EventLog`` counts events and leaves naming them to it.
struct EventIDs: Sendable {
    private let prefix: String

    /// The ids of a new feed, whose epoch is 64 random bits.
    init() {
        self.init(epoch: String(UInt64.random(in: .min ... .max), radix: 36))
    }

    init(epoch: String) {
        prefix = "\(epoch)-"
    }

    /// The id of the event with this number.
    func id(of number: UInt64) -> String {
        prefix + String(number)
    }

    /// The number of the event with this id; nil for an id that is none of this feed.
    func number(of id: String) -> UInt64? {
        guard id.hasPrefix(prefix), let number = UInt64(id.dropFirst(prefix.count)) else { return nil }
        // One event has one id: no sign, no zeros in front.
        return self.id(of: number) == id ? number : nil
    }
}
