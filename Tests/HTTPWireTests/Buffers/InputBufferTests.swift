import HTTPWire
import NIOCore
import Testing

@Suite("InputBuffer", .calculation)
struct InputBufferTests {
    @Test("takes a buffer over when nothing is left of the last one")
    func takesOver() {
        var input = InputBuffer()
        for _ in 0..<3 {
            input.append(ByteBuffer(repeating: 1, count: 100))
            input.bytes.moveReaderIndex(forwardBy: 100)
            _ = input.readMore()
        }
        #expect(input.copiedBytes == 0)
        #expect(input.capacity == 0)
    }

    @Test("M1: lets go of what is consumed though a rest remains, whatever slices are held", arguments: [0, 1, 64])
    func flat(held: Int) {
        var input = InputBuffer()
        var slices: [ByteBuffer] = []
        input.append(ByteBuffer(repeating: 0, count: 5))
        var highest = 0
        for number in 0..<10_000 {
            guard !input.readMore() else { break }
            input.append(ByteBuffer(repeating: UInt8(truncatingIfNeeded: number), count: 1_000))
            if let slice = input.bytes.readSlice(length: 1_000), held > 0 {
                slices.append(slice)
                if slices.count > held { slices.removeFirst() }
            }
            highest = max(highest, input.capacity, slices.last?.storageCapacity ?? 0)
        }
        #expect(input.readableBytes == 5)
        #expect(highest <= 2_048)
        #expect(input.copiedBytes <= 10_000 * 1_005)
    }

    @Test("moves each byte of a message once, however small the pieces that it arrives in", arguments: [1, 3, 1_000])
    func largeMessage(pieceSize: Int) {
        var input = InputBuffer()
        var count = 0
        while count < 1 << 16 {
            input.append(ByteBuffer(repeating: 7, count: pieceSize))
            count += pieceSize
            guard !input.readMore() else { break }
        }
        #expect(input.readableBytes == count)
        // The doublings of the memory, and the bytes themselves.
        #expect(input.copiedBytes <= 3 * count)
        #expect(input.capacity <= 2 * count + 2)
    }

    @Test("does not move what has arrived unasked each time that some of it is taken")
    func unasked() {
        var input = InputBuffer()
        input.append(ByteBuffer(repeating: 7, count: 65_536))
        var taken = 0
        for _ in 0..<20_000 {
            // A little is taken, and a little comes: the rest is large all the time.
            if input.bytes.readSlice(length: 1) != nil {
                taken += 1
            } else if input.readMore(), input.bytes.readSlice(length: 1) != nil {
                taken += 1
            }
            input.append(ByteBuffer(repeating: 7, count: 1))
        }
        #expect(taken == 20_000)
        #expect(input.readableBytes == 65_536)
        #expect(input.copiedBytes <= 2 * taken)
        #expect(input.capacity <= 4 * 65_536)
    }

    @Test("hands bytes out in the order in which they have come")
    func order() {
        var input = InputBuffer()
        var read: [UInt8] = []
        var next: UInt8 = 0
        for size in [1, 5, 2, 2_000, 1, 1, 0, 17_000, 3, 1_500, 1] {
            input.append(ByteBuffer(bytes: (0..<size).map { UInt8(truncatingIfNeeded: Int(next) + $0) }))
            next = next &+ UInt8(truncatingIfNeeded: size)
            // Half of what is there is read now, the rest later.
            if size.isMultiple(of: 2) { _ = input.readMore() }
            read += input.bytes.readBytes(length: input.bytes.readableBytes / 2) ?? []
        }
        read += Array(buffer: input.takeAll())
        #expect(read == (0..<read.count).map { UInt8(truncatingIfNeeded: $0) })
        #expect(read.count == 20_514)
        #expect(input.readableBytes == 0)
        #expect(input.capacity == 0)
    }
}
