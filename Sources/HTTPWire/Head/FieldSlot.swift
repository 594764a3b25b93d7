/// Where one field line's name and value stand in a head: 16 bytes, offsets from the head's first byte.
struct FieldSlot: Sendable {
    var nameStart: UInt32
    var nameLength: UInt16
    var known: KnownField
    var valueStart: UInt32
    var valueLength: UInt32

    /// The name's bytes.
    @inline(__always)
    var name: Range<Int> { Int(nameStart)..<Int(nameStart) &+ Int(nameLength) }

    /// The value's bytes, without white space around them.
    @inline(__always)
    var value: Range<Int> { Int(valueStart)..<Int(valueStart) &+ Int(valueLength) }
}
