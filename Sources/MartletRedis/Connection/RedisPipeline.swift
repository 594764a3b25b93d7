#if Redis
    import Martlet
    import NIOCore

    /// The commands of one connection: those that wait to be sent, and those that were sent and wait for their replies. A plain
    /// value, without sockets and clocks.
    ///
    /// A call leaves it once: with its reply, at its deadline, when it is cancelled, or when the connection is lost. The
    /// replies to commands whose calls have left are passed over.
    struct RedisPipeline<Call> {
        /// The bounds of a pipeline.
        struct Limits {
            var waitingCount = 10_000
            var waitingBytes = 67_108_864
            /// How many commands may have been sent that have no reply.
            var sentCount = 1_024
            /// How many bytes are taken at a time, but for a command that is larger.
            var outputBytes = 1_048_576
            /// How long Redis may not reply to a command, even if its call has left.
            var stallTime = TimeAmount.seconds(2)
        }

        /// The name of a call.
        struct ID: Hashable {
            fileprivate let number: UInt64
        }

        private struct Request {
            let id: ID
            let bytes: ByteBuffer
            let deadline: NIODeadline
        }

        private struct Sent {
            let request: Request
            /// How many bytes of this connection are before the command.
            let start: Int
            /// When the connection is given up, if there is no reply.
            let stallsAt: NIODeadline
        }

        private let limits: Limits
        private var lastNumber: UInt64 = 0
        private var calls: [ID: (call: Call, place: ExpiryQueue<ID, NIODeadline>.Handle)] = [:]
        private var deadlines = ExpiryQueue<ID, NIODeadline>()
        private var waiting = CircularBuffer<Request>()
        private var waitingBytes = 0
        private var sent = CircularBuffer<Sent>()
        /// How many bytes were taken for this connection.
        private var takenBytes = 0

        init(_ limits: Limits = Limits()) {
            self.limits = limits
        }

        /// How many calls there are.
        var callCount: Int { calls.count }

        /// How many commands wait to be sent.
        var waitingCount: Int { waiting.count }

        /// Whether commands were sent that have no reply.
        var expectsReplies: Bool { !sent.isEmpty }

        mutating func makeID() -> ID {
            lastNumber += 1
            return ID(number: lastNumber)
        }

        /// Adds a command at the end.
        ///
        /// - Throws: ``RedisError`` of kind `tooManyWaiting`.
        mutating func append(_ call: Call, _ id: ID, _ bytes: ByteBuffer, until deadline: NIODeadline)
            throws(RedisError)
        {
            guard calls.count < limits.waitingCount else {
                throw RedisError(
                    .tooManyWaiting,
                    "\(calls.count) commands wait for Redis already. It is too slow, or they are too many."
                )
            }
            guard waitingBytes + bytes.readableBytes <= limits.waitingBytes else {
                throw RedisError(
                    .tooManyWaiting,
                    "Commands of \(waitingBytes) bytes wait for Redis already. It is too slow, or they are too large."
                )
            }
            calls[id] = (call, deadlines.insert(id, at: deadline))
            waiting.append(Request(id: id, bytes: bytes, deadline: deadline))
            waitingBytes += bytes.readableBytes
        }

        /// Takes the bytes of commands that can be sent now; none if there are none, or if too many have no reply.
        mutating func takeOutput(at now: NIODeadline) -> ByteBuffer {
            var output = ByteBuffer()
            while sent.count < limits.sentCount, let request = waiting.first {
                let size = output.readableBytes
                guard size == 0 || size + request.bytes.readableBytes <= limits.outputBytes else { break }
                waiting.removeFirst()
                waitingBytes -= request.bytes.readableBytes
                // Its call has left: it is not sent.
                guard calls[request.id] != nil else { continue }
                let stallsAt = max(request.deadline, now + limits.stallTime)
                sent.append(Sent(request: request, start: takenBytes, stallsAt: stallsAt))
                takenBytes += request.bytes.readableBytes
                output.writeImmutableBuffer(request.bytes)
            }
            return output
        }

        /// A reply has arrived.
        ///
        /// - Returns: The call that it belongs to; nil if that has left.
        /// - Throws: ``RedisError`` of kind `invalidReply` if no command waits for one.
        mutating func takeReplied() throws(RedisError) -> Call? {
            guard let first = sent.popFirst() else {
                throw RedisError(.invalidReply, "Redis sent a reply to no command.")
            }
            return remove(first.request.id)
        }

        /// Takes a call that is cancelled; nil if it has left.
        mutating func cancel(_ id: ID) -> Call? {
            let call = remove(id)
            if call != nil { dropLeft() }
            return call
        }

        /// Takes the calls whose deadlines have passed, and tells which of them have been sent.
        mutating func takeExpired(at now: NIODeadline) -> [(call: Call, wasSent: Bool)] {
            guard let first = deadlines.first, first.deadline <= now else { return [] }
            let sentIDs = Set(sent.lazy.map(\.request.id))
            var expired: [(Call, Bool)] = []
            while let first = deadlines.first, first.deadline <= now, let id = deadlines[first.handle] {
                guard let call = remove(id) else { break }
                expired.append((call, sentIDs.contains(id)))
            }
            dropLeft()
            return expired
        }

        /// The time at which there is something to do: a deadline passes, or Redis counts as stalled.
        var nextTime: NIODeadline? {
            switch (deadlines.first?.deadline, sent.first?.stallsAt) {
            case (let one?, let other?): min(one, other)
            case (let one, let other): one ?? other
            }
        }

        /// Whether Redis has not replied for too long.
        func isStalled(at now: NIODeadline) -> Bool {
            sent.first.map { $0.stallsAt <= now } ?? false
        }

        /// The connection is lost. Commands of which no byte was sent wait for the next one, in order.
        ///
        /// - Parameter unsent: How many of the bytes that were taken were not sent.
        /// - Returns: The calls whose commands may have been carried out.
        mutating func loseConnection(unsent: Int) -> [Call] {
            var lost: [Call] = []
            let sentBytes = takenBytes - unsent
            while let last = sent.popLast() {
                if last.start >= sentBytes {
                    waiting.prepend(last.request)
                    waitingBytes += last.request.bytes.readableBytes
                } else if let call = remove(last.request.id) {
                    lost.append(call)
                }
            }
            takenBytes = 0
            return lost.reversed()
        }

        /// Takes all calls: those that wait, and those whose commands may have been carried out.
        mutating func takeAll() -> (waiting: [Call], sent: [Call]) {
            let sentCalls = sent.compactMap { calls[$0.request.id]?.call }
            let waitingCalls = waiting.compactMap { calls[$0.id]?.call }
            let (number, bytes) = (lastNumber, takenBytes)
            self = RedisPipeline(limits)
            (lastNumber, takenBytes) = (number, bytes)
            return (waitingCalls, sentCalls)
        }

        /// Takes the calls that have not been sent.
        mutating func takeWaiting() -> [Call] {
            let requests = waiting
            waiting = CircularBuffer()
            waitingBytes = 0
            return requests.compactMap { remove($0.id) }
        }

        private mutating func remove(_ id: ID) -> Call? {
            guard let (call, place) = calls.removeValue(forKey: id) else { return nil }
            deadlines.remove(place)
            return call
        }

        /// Drops the commands of calls that have left, once they are more than the others: without a connection, nothing else
        /// would.
        private mutating func dropLeft() {
            guard waiting.count > 64, waiting.count > 2 * calls.count else { return }
            waiting.removeAll { calls[$0.id] == nil }
            waitingBytes = waiting.reduce(0) { $0 + $1.bytes.readableBytes }
        }
    }
#endif
