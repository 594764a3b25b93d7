/// Decides which of several readings of certificates that overlap counts in the end. A plain value.
struct ReloadOrder {
    /// One reading, from its beginning to its end.
    struct Ticket {
        fileprivate let number: Int
        /// The replacement whose files are read again; nil for a reading that is a replacement itself.
        fileprivate let owner: Int?
    }

    private var lastNumber = 0
    private var replacement = 0
    private var reading = 0

    /// Reading begins.
    ///
    /// - Parameter replaces: Whether it is other files, or the present ones once more.
    mutating func begin(replacing replaces: Bool) -> Ticket {
        lastNumber += 1
        return Ticket(number: lastNumber, owner: replaces ? nil : replacement)
    }

    /// Reading has succeeded.
    ///
    /// - Returns: Whether what was read is to be used: not after a replacement that was asked for later, and what was read
    ///   once more not after any, nor after what was read later.
    mutating func finish(_ ticket: Ticket) -> Bool {
        if let owner = ticket.owner {
            guard owner == replacement, ticket.number > reading else { return false }
        } else {
            guard ticket.number > replacement else { return false }
            replacement = ticket.number
        }
        reading = ticket.number
        return true
    }
}
