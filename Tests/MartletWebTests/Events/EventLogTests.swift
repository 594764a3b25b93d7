import NIOCore
import Testing

@testable import MartletWeb

@Suite("The log of a feed's events") struct EventLogTests {
    private static func log(_ range: ClosedRange<Int>, count: Int = 1_000, bytes: Int = .max) -> EventLog {
        var log = EventLog(maximumCount: count, maximumBytes: bytes)
        for number in range { log.append(ByteBuffer(string: "<\(number)>")) }
        return log
    }

    private static func text(after position: EventLog.Position, in log: EventLog) -> String {
        var (text, position) = ("", position)
        while let (bytes, end) = log.events(after: position) {
            text += String(buffer: bytes)
            position = end
        }
        return text
    }

    @Test("has all events after each position")
    func positions() throws {
        let log = Self.log(1...9)
        for count in 0...9 {
            let position = try #require(log.position(after: UInt64(count)))
            #expect(position == EventLog.Position(events: UInt64(count), bytes: 3 * count))
            let rest = count < 9 ? (count + 1...9).map { "<\($0)>" }.joined() : ""
            #expect(Self.text(after: position, in: log) == rest)
        }
        #expect(log.position(after: 10) == nil)
    }

    @Test("keeps so many events and bytes, and always the newest event")
    func bounds() throws {
        var log = Self.log(1...9, count: 4)
        #expect(log.count == 4 && log.byteCount == 12)
        #expect(log.position(after: 4) == nil)
        let oldest = try #require(log.position(after: 5))
        #expect(Self.text(after: oldest, in: log) == "<6><7><8><9>")
        #expect(log.events(after: EventLog.Position(events: 4, bytes: 12)) == nil, "an event is gone")

        log = Self.log(1...9, bytes: 7)
        #expect(log.count == 2 && log.byteCount == 6)
        log.append(ByteBuffer(repeating: 0x61, count: 100))
        #expect(log.count == 1 && log.byteCount == 100)
        log.append(ByteBuffer(string: "b"))
        #expect(log.count == 1 && log.byteCount == 1)
        log = Self.log(1...3, count: 0, bytes: -1)
        #expect(log.count == 1)
    }

    @Test("gives many events at once, and large ones alone")
    func batches() {
        var log = EventLog(maximumCount: 1_000, maximumBytes: .max)
        for _ in 0..<5 { log.append(ByteBuffer(repeating: 0x61, count: 10_000)) }
        log.append(ByteBuffer(repeating: 0x62, count: 100_000))
        log.append(ByteBuffer(repeating: 0x63, count: 1))
        var sizes: [Int] = []
        var position = EventLog.Position()
        while let (bytes, end) = log.events(after: position) {
            let again = log.events(after: position)
            #expect(again?.bytes == bytes && again?.end == end)
            sizes.append(bytes.readableBytes)
            position = end
        }
        #expect(sizes == [30_000, 20_000, 100_000, 1])
    }

    @Test("Ids are those of one feed")
    func ids() {
        let ids = EventIDs(epoch: "ab")
        #expect(ids.id(of: 17) == "ab-17")
        #expect(ids.number(of: "ab-17") == 17)
        for id in ["ab-017", "ab-+17", "ab-", "ab17", "17", "", "abc-17", "AB-17", "ab-17 ", "ab-99999999999999999999"]
        {
            #expect(ids.number(of: id) == nil, "\(id)")
        }
        #expect(EventIDs().number(of: EventIDs().id(of: 1)) == nil)
    }

    @Test("finds its way through many segments, while the oldest go")
    func segments() throws {
        var log = EventLog(maximumCount: 500, maximumBytes: .max)
        var texts: [String] = []
        for number in 0..<2_000 {
            texts.append("<\(number)\(String(repeating: "x", count: number % 701))>")
            log.append(ByteBuffer(string: texts[number]))
            guard number.isMultiple(of: 97) else { continue }
            let oldest = max(number - 499, 0)
            #expect(log.start.events == UInt64(oldest) && log.count == number + 1 - oldest)
            for count in stride(from: oldest, through: number + 1, by: 61) {
                let position = try #require(log.position(after: UInt64(count)))
                #expect(Self.text(after: position, in: log) == texts[count...].joined())
            }
        }
    }
}
