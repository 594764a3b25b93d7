import HTTPWire
import NIOCore
import Testing

@Suite("PieceQueue", .calculation)
struct PieceQueueTests {
    @Test("keeps an only piece and large ones as they are")
    func shared() {
        var queue = PieceQueue()
        queue.append(ByteBuffer(string: "small"))
        var first = queue.popFirst()
        #expect(first == ByteBuffer(string: "small"))
        first = queue.popFirst()
        #expect(first == nil)
        for letter in ["a", "b", "c"] {
            queue.append(ByteBuffer(string: String(repeating: letter, count: 20_000)))
        }
        #expect(queue.byteCount == 60_000)
        for letter in ["a", "b", "c"] {
            first = queue.popFirst()
            #expect(first == ByteBuffer(string: String(repeating: letter, count: 20_000)))
        }
        #expect(queue.isEmpty)
    }

    @Test("M2: a small part of a large buffer does not keep it", arguments: [1, 100, 1_000, 8_000])
    func sparse(size: Int) {
        var queue = PieceQueue()
        for _ in 0..<200 {
            // As what is left of a read of the socket of which the rest was consumed.
            var read = ByteBuffer(repeating: 7, count: 65_536)
            read.moveReaderIndex(forwardBy: 30_000)
            if let slice = read.readSlice(length: size) { queue.append(slice) }
        }
        #expect(queue.byteCount == 200 * size)
        #expect(queue.capacity <= 6 * queue.byteCount + 4_096)
    }

    @Test("M2: small pieces are put together", arguments: [1, 7, 1_023])
    func merged(size: Int) {
        var queue = PieceQueue()
        for _ in 0..<10_000 { queue.append(ByteBuffer(repeating: 7, count: size)) }
        #expect(queue.byteCount == 10_000 * size)
        #expect(queue.capacity <= 3 * queue.byteCount + 4_096)
        var (pieces, largest) = (0, 0)
        while let piece = queue.popFirst() {
            pieces += 1
            largest = max(largest, piece.readableBytes)
        }
        #expect(largest <= 16_384)
        #expect(pieces <= 10_000 * size / 8_192 + 2)
    }

    @Test("large and small pieces in turn cost little more than their bytes")
    func mixed() {
        var queue = PieceQueue()
        for number in 0..<10_000 {
            queue.append(ByteBuffer(repeating: UInt8(truncatingIfNeeded: number), count: number % 2 == 0 ? 1_024 : 1))
        }
        #expect(queue.capacity <= 6 * queue.byteCount)
        // Order and content are what they were.
        var bytes: [UInt8] = []
        while let piece = queue.popFirst() { bytes += Array(buffer: piece) }
        #expect(bytes.count == 5_000 * 1_025)
        let expected = (0..<10_000).lazy.flatMap {
            repeatElement(UInt8(truncatingIfNeeded: $0), count: $0 % 2 == 0 ? 1_024 : 1)
        }
        #expect(bytes.elementsEqual(expected))
    }

    @Test("taking from the front costs the same however much waits")
    func manyPieces() {
        var queue = PieceQueue()
        for _ in 0..<20_000 { queue.append(ByteBuffer(repeating: 7, count: 1_024)) }
        var count = 0
        while let piece = queue.popFirst() {
            count += piece.readableBytes
            // New ones come meanwhile.
            if count % 4 == 0, count < 1 << 20 { queue.append(piece) }
        }
        #expect(count >= 20_000 * 1_024)
        #expect(queue.isEmpty)
        #expect(queue.byteCount == 0)
    }
}
