import NIOCore
import Testing

@testable import Martlet

/// The rules of a client's connection that speaks HTTP/1, told without a socket or a clock.
@Suite struct HTTP1ClientMachineTests {
    private typealias Machine = HTTP1ClientMachine
    private typealias Request = HTTP1ClientMachine.Request

    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let start = Self.start

    /// A connection that the pool has, with a request on it.
    private func machine(_ request: Request = Request(), isComplete: Bool = true) -> Machine {
        var machine = Machine(at: Self.start)
        _ = machine.join()
        machine.begin(request, isComplete: isComplete, at: Self.start)
        return machine
    }

    private func head(
        _ machine: inout Machine,
        _ status: Int = 200,
        isPersistent: Bool = true,
        offersUpgrade: Bool = false
    ) -> Machine.HeadStep {
        machine.receivedHead(status: status, isPersistent: isPersistent, offersUpgrade: offersUpgrade)
    }

    private func end(_ machine: inout Machine, isReaderIdle: Bool = true, isSent: Bool = true) -> Machine.EndStep {
        machine.receivedEnd(isReaderIdle: isReaderIdle, isSent: isSent)
    }

    // MARK: Reuse

    @Test("A connection is used again when both ends let it be, and everything has been sent and read")
    func reuse() {
        var machine = machine()
        #expect(machine.isAnswering && machine.isReused && !machine.isFree)
        #expect(head(&machine) == .deliver)
        #expect(machine.receivedContent(100) == .deliver)
        #expect(end(&machine) == .release)
        #expect(machine.isFree && machine.isOpen)
        #expect(machine.release(at: start) == true)
        #expect(machine.mayBegin(isReaderIdle: true))
        #expect(!machine.mayBegin(isReaderIdle: false))
        machine.begin(Request(), isComplete: true, at: start)
        #expect(!machine.mayBegin(isReaderIdle: true))
        #expect(head(&machine) == .deliver)
        #expect(end(&machine) == .release)
    }

    @Test("It is not used again when the request says so")
    func closedByRequest() {
        var machine = machine(Request(isPersistent: false))
        #expect(head(&machine) == .deliver)
        #expect(end(&machine) == .close)
        #expect(!machine.isOpen)
        #expect(machine.release(at: start) == false)
        #expect(!machine.mayBegin(isReaderIdle: true))
    }

    @Test("Nor when the response says so")
    func closedByResponse() {
        var machine = machine()
        #expect(head(&machine, isPersistent: false) == .deliver)
        #expect(end(&machine) == .close)
    }

    @Test("Nor when bytes have come behind the response, or the socket has not taken the whole request")
    func notIdle() {
        var early = machine()
        _ = head(&early)
        #expect(end(&early, isReaderIdle: false) == .close)
        var unsent = machine()
        _ = head(&unsent)
        #expect(end(&unsent, isSent: false) == .close)
    }

    @Test("What one request has ruled out is not held against the next connection's first")
    func firstRequest() {
        var machine = Machine(at: start)
        #expect(machine.isFree && machine.isOpen && !machine.isReused)
        #expect(machine.release(at: start) == false)
        #expect(machine.join() == true)
        #expect(machine.release(at: start) == true)
        #expect(machine.mayBegin(isReaderIdle: true))
    }

    // MARK: The content of a request

    @Test("Content is sent as it comes, until it is complete")
    func content() {
        var machine = machine(isComplete: false)
        #expect(machine.sendsContent)
        #expect(machine.allowContent(at: start) == false)
        machine.sentContent(isComplete: false, at: start)
        #expect(machine.sendsContent)
        machine.sentContent(isComplete: true, at: start)
        #expect(!machine.sendsContent)
        #expect(head(&machine, 500) == .deliver)
        #expect(end(&machine) == .release)
    }

    @Test("With 100 Continue it waits for that, which is asked for once")
    func awaitsContinue() {
        var machine = machine(Request(expectsContinue: true), isComplete: false)
        #expect(!machine.sendsContent)
        #expect(machine.allowContent(at: start) == true)
        #expect(machine.sendsContent)
        #expect(machine.allowContent(at: start) == false)
        machine.sentContent(isComplete: true, at: start)
        #expect(head(&machine) == .deliver)
        #expect(end(&machine) == .release)
    }

    @Test("A final response instead of 100 Continue leaves it unsent, success or not", arguments: [200, 417, 401])
    func refusedContinue(status: Int) {
        var machine = machine(Request(expectsContinue: true), isComplete: false)
        #expect(head(&machine, status) == .deliverAndStopSending)
        #expect(!machine.sendsContent)
        #expect(machine.allowContent(at: start) == false)
        #expect(end(&machine) == .close)
    }

    @Test("An early answer that is no success, or ends the connection, leaves the rest unsent")
    func earlyAnswers() {
        for (status, isPersistent) in [(300, true), (404, true), (500, false), (200, false)] {
            var machine = machine(isComplete: false)
            #expect(head(&machine, status, isPersistent: isPersistent) == .deliverAndStopSending)
            #expect(!machine.sendsContent)
            #expect(end(&machine) == .close)
        }
    }

    @Test("A success leaves the server to read on; if it ends first, the rest stays unsent")
    func earlySuccess() {
        var machine = machine(isComplete: false)
        #expect(head(&machine) == .deliver)
        #expect(machine.sendsContent)
        var other = machine
        #expect(end(&machine) == .stopSendingAndClose)
        #expect(!machine.sendsContent)
        other.sentContent(isComplete: true, at: start)
        #expect(end(&other) == .release)
    }

    // MARK: Dropped responses

    @Test("A little that nobody reads is read to its end, and the connection used again")
    func drain() {
        var machine = machine()
        _ = head(&machine)
        #expect(machine.dropped(announcedLength: 10, limit: 10, at: start) == .drain)
        #expect(machine.isDraining && machine.isAnswering)
        #expect(machine.dropped(announcedLength: 10, limit: 10, at: start) == .nothing)
        #expect(machine.receivedContent(4) == .drop)
        #expect(machine.receivedContent(6) == .drop)
        #expect(end(&machine) == .release)
        #expect(!machine.isDraining)
    }

    @Test("More than was agreed on is not")
    func drainedTooMuch() {
        var machine = machine()
        _ = head(&machine)
        #expect(machine.dropped(announcedLength: nil, limit: 10, at: start) == .drain)
        #expect(machine.receivedContent(10) == .drop)
        #expect(machine.receivedContent(1) == .abort)
        #expect(machine.receivedContent(1) == .abort)
    }

    @Test("A long content, and one whose request is not complete, end the connection")
    func notDrained() {
        var long = machine()
        _ = head(&long)
        #expect(long.dropped(announcedLength: 11, limit: 10, at: start) == .end)
        var incomplete = machine(isComplete: false)
        _ = head(&incomplete)
        #expect(incomplete.dropped(announcedLength: 1, limit: 10, at: start) == .end)
        var stopped = machine(isComplete: false)
        _ = head(&stopped, 404)
        #expect(stopped.dropped(announcedLength: 1, limit: 10, at: start) == .end)
    }

    @Test("What is dropped after its end changes nothing")
    func droppedLate() {
        var machine = machine()
        _ = head(&machine)
        _ = end(&machine)
        #expect(machine.dropped(announcedLength: 1, limit: 0, at: start) == .nothing)
        #expect(machine.release(at: start) == true)
        #expect(machine.dropped(announcedLength: 1, limit: 0, at: start) == .nothing)
    }

    // MARK: Other protocols

    @Test("101 makes the connection another protocol's, if that was offered")
    func upgrade() {
        var machine = machine()
        #expect(head(&machine, 101, offersUpgrade: true) == .detach)
        #expect(!machine.isOpen && !machine.isAnswering && !machine.isFree && !machine.sendsContent)
        #expect(machine.leavePool() == true)
        #expect(machine.leavePool() == false)
        #expect(!machine.isPooled)
        #expect(!machine.mayBegin(isReaderIdle: true))
        #expect(machine.fail() == false)
        #expect(machine.dropped(announcedLength: nil, limit: 0, at: start) == .nothing)
    }

    @Test("101 that was not asked for is refused")
    func unexpectedUpgrade() {
        var machine = machine()
        #expect(head(&machine, 101) == .refuseUpgrade)
        #expect(machine.fail() == true)
        #expect(!machine.isOpen)
    }

    @Test("A user's CONNECT makes it a tunnel with any 2xx, and with nothing else")
    func connect() {
        for status in [200, 204, 299] {
            var machine = machine(Request(isConnect: true))
            #expect(head(&machine, status, isPersistent: false) == .detach)
        }
        var refused = machine(Request(isConnect: true))
        #expect(head(&refused, 407) == .deliver)
        #expect(end(&refused) == .release)
    }

    @Test("The client's own tunnel stays with the client, whatever the proxy says of its connection")
    func ownTunnel() {
        var machine = Machine(at: start)
        machine.begin(Request(isConnect: true, opensTunnel: true), isComplete: true, at: start)
        #expect(head(&machine, 200, isPersistent: false) == .deliver)
        #expect(end(&machine, isReaderIdle: false) == .keep)
        #expect(machine.isFree && !machine.isReused && !machine.isPooled)
        // It is not one that carries requests until it has been made.
        #expect(machine.release(at: start) == false)
        #expect(machine.join() == true)
        #expect(machine.release(at: start) == true)
    }

    // MARK: The end

    @Test("A peer that has sent its last answers the request, and no other")
    func halfClose() {
        var machine = machine()
        machine.peerClosed()
        #expect(head(&machine) == .deliver)
        #expect(end(&machine) == .close)
        var free = Machine(at: start)
        free.peerClosed()
        #expect(!free.mayBegin(isReaderIdle: true))
    }

    @Test("An exchange that fails or is cancelled ends the connection, at every point")
    func cancelled() {
        let points: [(inout Machine) -> Void] = [
            { _ in },
            { _ = head(&$0) },
            { _ = $0.receivedContent(1) },
            { _ = $0.dropped(announcedLength: nil, limit: 10, at: start) },
        ]
        for count in 1...points.count {
            var machine = machine()
            for point in points.prefix(count) { point(&machine) }
            #expect(machine.fail() == true)
            #expect(machine.fail() == false)
            #expect(!machine.isOpen && !machine.isAnswering && !machine.isFree)
            #expect(!machine.mayBegin(isReaderIdle: true))
            #expect(machine.release(at: start) == false)
            #expect(machine.join() == false)
            #expect(machine.channelClosed(isInOrder: false) == .finishReading)
        }
        var free = Machine(at: start)
        #expect(free.fail() == false)
        #expect(free.isOpen)
    }

    @Test("A connection that closes is closed once, and takes no request")
    func closedWhileFree() {
        var machine = Machine(at: start)
        _ = machine.join()
        #expect(machine.channelClosed(isInOrder: true) == .finishReading)
        #expect(machine.channelClosed(isInOrder: true) == .nothing)
        #expect(!machine.isOpen && !machine.isFree && machine.isPooled)
        #expect(!machine.mayBegin(isReaderIdle: true))
        #expect(machine.join() == false)
        #expect(machine.release(at: start) == false)
    }

    @Test("What has arrived of a response is read to its end although the connection is closed", arguments: [0, 1, 2])
    func closedWhileAnswering(point: Int) {
        var machine = machine()
        if point > 0 { _ = head(&machine) }
        if point > 1 { _ = machine.receivedContent(5) }
        #expect(machine.channelClosed(isInOrder: false) == .finishReading)
        #expect(machine.isAnswering && !machine.isOpen)
        if point == 0 { #expect(head(&machine) == .deliver) }
        #expect(machine.receivedContent(5) == .deliver)
        #expect(end(&machine) == .close)
        #expect(machine.channelClosed(isInOrder: false) == .nothing)
    }

    @Test("The other protocol is told whether it has come to its end")
    func closedWhileDetached() {
        for (isInOrder, step) in [(true, Machine.CloseStep.finishReceiver), (false, .failReceiver)] {
            var machine = machine()
            _ = head(&machine, 101, offersUpgrade: true)
            #expect(machine.channelClosed(isInOrder: isInOrder) == step)
            #expect(machine.channelClosed(isInOrder: isInOrder) == .nothing)
        }
    }

    // MARK: Deadlines

    private func check(
        _ machine: inout Machine,
        after time: TimeAmount,
        isWritable: Bool = true,
        isStarving: Bool? = nil
    ) -> Machine.DeadlineStep {
        machine.checkDeadlines(
            at: start + time,
            idleTimeout: .seconds(10),
            readTimeout: .seconds(3),
            isWritable: isWritable,
            isStarving: isStarving
        )
    }

    @Test("A connection may be free for so long")
    func idle() {
        var machine = machine()
        _ = head(&machine)
        _ = end(&machine)
        _ = machine.release(at: start + .seconds(1))
        #expect(check(&machine, after: .seconds(10)) == .nothing)
        #expect(check(&machine, after: .seconds(11)) == .closeIdle)
    }

    @Test("The server may take so long to answer a request that is complete")
    func silentServer() {
        var machine = machine()
        #expect(check(&machine, after: .milliseconds(2_999)) == .nothing)
        machine.received(at: start + .seconds(2))
        #expect(check(&machine, after: .milliseconds(4_999)) == .nothing)
        #expect(check(&machine, after: .seconds(5)) == .timeOut)
    }

    @Test("It is not waited for while it is the client's turn")
    func clientsTurn() {
        var sending = machine(isComplete: false)
        #expect(check(&sending, after: .seconds(30)) == .nothing)
        // The time counts from then.
        #expect(check(&sending, after: .seconds(31), isWritable: false) == .nothing)
        #expect(check(&sending, after: .seconds(33), isWritable: false) == .timeOut)
        var reading = machine()
        _ = head(&reading)
        #expect(check(&reading, after: .seconds(30), isStarving: false) == .nothing)
        #expect(check(&reading, after: .seconds(32), isStarving: true) == .nothing)
        #expect(check(&reading, after: .seconds(33), isStarving: true) == .timeOut)
    }

    @Test("What is dropped may take two seconds")
    func slowDrain() {
        var machine = machine()
        _ = head(&machine)
        _ = machine.dropped(announcedLength: nil, limit: 10, at: start)
        machine.received(at: start + .seconds(1))
        #expect(check(&machine, after: .milliseconds(1_999)) == .nothing)
        #expect(check(&machine, after: .seconds(2)) == .discard)
    }

    @Test("Nothing is waited for without a limit, nor on a connection that is another protocol's or at its end")
    func noDeadlines() {
        var unlimited = machine()
        let step = unlimited.checkDeadlines(
            at: start + .hours(1),
            idleTimeout: nil,
            readTimeout: nil,
            isWritable: false,
            isStarving: true
        )
        #expect(step == .nothing)
        var detached = machine()
        _ = head(&detached, 101, offersUpgrade: true)
        #expect(check(&detached, after: .hours(1)) == .nothing)
        var failed = machine()
        _ = failed.fail()
        #expect(check(&failed, after: .hours(1)) == .nothing)
    }
}
