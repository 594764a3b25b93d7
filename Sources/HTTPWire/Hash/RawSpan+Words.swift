extension RawSpan {
    /// A word of 32 bits, counted from 0, whose highest byte comes first.
    @inline(__always)
    func bigEndianWord(_ index: Int) -> UInt32 {
        UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: index &* 4, as: UInt32.self))
    }

    /// A word of 32 bits, counted from 0, whose lowest byte comes first.
    @inline(__always)
    func littleEndianWord(_ index: Int) -> UInt32 {
        UInt32(littleEndian: unsafeLoadUnaligned(fromByteOffset: index &* 4, as: UInt32.self))
    }
}

extension UInt32 {
    /// The bits, moved to the left, those that fall out coming in on the right.
    @inline(__always)
    func rotatedLeft(_ count: UInt32) -> UInt32 { self &<< count | self &>> (32 &- count) }

    /// The bits, moved to the right, those that fall out coming in on the left.
    @inline(__always)
    func rotatedRight(_ count: UInt32) -> UInt32 { self &>> count | self &<< (32 &- count) }
}
