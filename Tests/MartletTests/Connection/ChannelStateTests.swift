import NIOCore
import Testing

@testable import Martlet

/// What a connection keeps about its channel, told without one.
@Suite struct ChannelStateTests {
    @Test("A channel begins writable, with both sides open and nothing to be read or flushed")
    func beginning() {
        let channel = ChannelState()
        #expect(channel.context == nil)
        #expect(channel.isWritable)
        #expect(!channel.isReading && !channel.isReadHeldBack && !channel.isFlushDeferred)
        #expect(!channel.hasPeerClosed && !channel.isOutputClosed && !channel.hasFailed)
        #expect(channel.output.isEmpty)
    }

    @Test("A flush is deferred once, until it takes place")
    func flushes() {
        var channel = ChannelState()
        let arrangements = (channel.deferFlush(), channel.deferFlush())
        #expect(arrangements == (true, false))
        #expect(channel.isFlushDeferred)
        channel.endFlushDeferral()
        #expect(!channel.isFlushDeferred)
        let isArrangedAgain = channel.deferFlush()
        #expect(isArrangedAgain)
    }

    @Test("A read goes on between its beginning and its end")
    func reads() {
        var channel = ChannelState()
        channel.beganReading()
        channel.beganReading()
        #expect(channel.isReading)
        channel.endedReading()
        #expect(!channel.isReading)
    }

    @Test("A read that is held back waits for its release")
    func heldBackReads() {
        var channel = ChannelState()
        channel.holdBackRead()
        #expect(channel.isReadHeldBack)
        channel.releaseRead()
        #expect(!channel.isReadHeldBack)
    }

    @Test("What asks for processing amid of it makes it happen once more")
    func processing() {
        var channel = ChannelState()
        let begins = (channel.beginProcessing(), channel.beginProcessing(), channel.beginProcessing())
        #expect(begins == (true, false, false))
        let again = (channel.processesAgain(), channel.processesAgain())
        #expect(again == (true, false))
        let beginsAnew = channel.beginProcessing()
        #expect(beginsAnew)
    }

    @Test("The last word about writability counts")
    func writability() {
        var channel = ChannelState()
        channel.writabilityChanged(to: false)
        #expect(!channel.isWritable)
        channel.writabilityChanged(to: true)
        #expect(channel.isWritable)
    }

    @Test("Output that is taken out to be written leaves none behind, and comes back with what is left of it")
    func output() {
        var channel = ChannelState()
        channel.output.tail.writeStaticString("HTTP/1.1 200 OK")
        var output = channel.takeOutput()
        #expect(channel.output.isEmpty)
        var written: [ByteBuffer] = []
        output.drain { written.append($0) }
        channel.writabilityChanged(to: false)
        channel.putBack(&output)
        #expect(written == [ByteBuffer(string: "HTTP/1.1 200 OK")])
        #expect(channel.output.isEmpty && !channel.isWritable)
        let capacity = channel.output.capacity
        #expect(capacity > 0)
    }

    @Test("A channel ends in order once this side has finished sending, unless an error ends it")
    func ends() {
        var channel = ChannelState()
        channel.peerClosed()
        #expect(channel.hasPeerClosed && !channel.hasEndedInOrder)
        channel.closedOutput()
        #expect(channel.hasEndedInOrder)
        channel.failed()
        #expect(!channel.hasEndedInOrder)
    }
}
