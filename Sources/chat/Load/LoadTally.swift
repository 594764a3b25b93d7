import Foundation

/// The messages that a client of a load test has received.
struct LoadTally: Sendable {
    var joined = false
    /// The numbers of the load test's messages that have arrived.
    var numbers: Set<Int> = []
    var doubled = 0
    /// How many messages did not have the sequence number after the previous one.
    var misplaced = 0
    var lastSequence: Int?
    /// The sequence numbers of the load test's messages, in the order of their arrival.
    var sequences: [Int] = []
    /// When each message was sent and received, in nanoseconds of the machine's clock.
    var times: [(sent: Int, received: Int)] = []
    var problems: [String] = []
    /// How many times the client has come back.
    var returns = 0
    /// The client's own messages that have not come back, by their numbers.
    var pending: [Int: String] = [:]
    /// Why the connection has ended; nil while it is open.
    var end: String?

    mutating func take(_ mark: LoadMark, at now: Int) {
        if let lastSequence, mark.sequence != lastSequence + 1 { misplaced += 1 }
        lastSequence = mark.sequence
        pending[mark.number] = nil
        guard numbers.insert(mark.number).inserted else {
            doubled += 1
            return
        }
        sequences.append(mark.sequence)
        times.append((mark.sentAt, now))
    }

    /// The machine's clock, in nanoseconds.
    static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
    }
}
