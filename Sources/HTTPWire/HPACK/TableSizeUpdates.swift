import NIOCore

/// How much an encoder may make the peer remember, and what the peer has yet to be told about it (RFC 7541 section 4.2).
struct TableSizeUpdates: Sendable {
    /// How many bytes there are.
    private(set) var capacity = DynamicTable.defaultCapacity
    /// The sizes that the peer has yet to be told: the least that there was meanwhile, and the present one.
    private var pending: (least: Int, present: Int)?

    /// Keeps to what the peer allows, though not to more than there is to begin with: the memory is needed on this side,
    /// too.
    ///
    /// - Returns: whether that changes anything.
    mutating func limit(to size: Int) -> Bool {
        let size = min(size, DynamicTable.defaultCapacity)
        guard size != capacity else { return false }
        capacity = size
        pending = (min(pending?.least ?? size, size), size)
        return true
    }

    /// Makes the peer forget all.
    mutating func clear() {
        pending = (0, capacity)
    }

    /// Writes what has to stand at the beginning of a block.
    mutating func write(to block: inout ByteBuffer) {
        guard let (least, present) = pending else { return }
        pending = nil
        if least != present { block.writeHPACKInteger(least, prefix: 5, first: 0x20) }
        block.writeHPACKInteger(present, prefix: 5, first: 0x20)
    }
}
