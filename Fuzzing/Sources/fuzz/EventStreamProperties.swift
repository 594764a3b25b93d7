import HTTPWire
import NIOCore

/// What has to hold for streams of events: they do not depend on how their bytes were cut, and what is written of an
/// event is read as the same.
enum EventStreamProperties {
    private struct Outcome: Equatable {
        var events: [ServerSentEvent] = []
        var lastEventID: String?
        var reconnectionTime: Duration?
        var error: EventStreamError?
    }

    static func check(_ bytes: [UInt8]) {
        var small = EventStreamLimits()
        small.lineBytes = 20
        small.eventBytes = 12
        small.idBytes = 3
        for limits in [EventStreamLimits(), small] {
            let outcomes = cuts(of: bytes).map { outcome(of: $0, limits) }
            for outcome in outcomes { expectEqual(outcome, outcomes[0], "depends on the cut") }
            for event in outcomes[0].events {
                var copy = ByteBuffer()
                copy.writeServerSentEvent(event)
                let again = outcome(of: [Array(copy.readableBytesView)[...]], EventStreamLimits())
                expectEqual(again.events, [event], "written and read again")
            }
        }
        // Any text can be sent.
        let text = String(decoding: bytes, as: UTF8.self)
        var written = ByteBuffer()
        written.writeServerSentComment(text)
        written.writeServerSentEvent(ServerSentEvent(text))
        let read = outcome(of: [Array(written.readableBytesView)[...]], EventStreamLimits()).events
        expectEqual(read.count, 1, "one event, whatever it says")
        if let event = try? ServerSentEvent("", name: text, id: text) {
            var written = ByteBuffer()
            written.writeServerSentEvent(event)
            let read = outcome(of: [Array(written.readableBytesView)[...]], EventStreamLimits()).events
            expectEqual(read.first?.name, event.name, "the name")
        }
    }

    private static func outcome(of pieces: [ArraySlice<UInt8>], _ limits: EventStreamLimits) -> Outcome {
        var parser = EventStreamParser(limits: limits)
        var outcome = Outcome()
        do throws(EventStreamError) {
            for piece in pieces {
                var buffer = ByteBuffer(bytes: piece)
                while let event = try parser.parse(&buffer) { outcome.events.append(event) }
                expectEqual(buffer.readableBytes, 0, "bytes are left")
            }
        } catch {
            outcome.error = error
        }
        outcome.lastEventID = parser.lastEventID
        outcome.reconnectionTime = parser.reconnectionTime
        return outcome
    }
}
