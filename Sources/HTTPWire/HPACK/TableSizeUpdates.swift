import NIOCore

/// The size of an encoder's dynamic table, and the updates about it that the peer has yet to be sent (RFC 7541 section
/// 4.2).
struct TableSizeUpdates: Sendable {
    /// The maximum size of the table in bytes.
    private(set) var capacity = DynamicTable.defaultCapacity
    /// The sizes that the peer has yet to be sent: the smallest since the last update, and the current one.
    private var pending: (least: Int, present: Int)?

    /// Whether the peer has yet to be sent a size.
    var isPending: Bool { pending != nil }

    /// Applies the peer's limit, but never exceeds the default size, since the table takes memory on this side too.
    ///
    /// - Returns: Whether that changes the size.
    mutating func limit(to size: Int) -> Bool {
        let size = min(size, DynamicTable.defaultCapacity)
        guard size != capacity else { return false }
        capacity = size
        pending = (min(pending?.least ?? size, size), size)
        return true
    }

    /// Makes the peer empty its table.
    mutating func clear() {
        pending = (0, capacity)
    }

    /// Writes the updates that a block must begin with.
    mutating func write(to block: inout ByteBuffer) {
        guard let (least, present) = pending else { return }
        pending = nil
        if least != present { block.writeHPACKInteger(least, prefix: 5, first: 0x20) }
        block.writeHPACKInteger(present, prefix: 5, first: 0x20)
    }
}
