/// Decides which of several overlapping reads of certificates takes effect. A plain value.
struct ReloadOrder {
    /// One read.
    struct Ticket {
        fileprivate let number: Int
        /// The replacement whose files are read again; nil if the read is itself a replacement.
        fileprivate let owner: Int?
    }

    private var lastNumber = 0
    private var replacement = 0
    private var reading = 0

    /// A read begins.
    ///
    /// - Parameter replaces: Whether other files are read, or the current ones once more.
    mutating func begin(replacing replaces: Bool) -> Ticket {
        lastNumber += 1
        return Ticket(number: lastNumber, owner: replaces ? nil : replacement)
    }

    /// A read has succeeded.
    ///
    /// - Returns: Whether to use the certificates that were read. Those of a replacement are not used after a later
    ///   replacement; those of a repeated read are not used after any other replacement, nor after a later read.
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
