import NIOCore

/// The work that is done later, in the order of its deadlines. A plain value without a clock.
struct LoopTimers<Work> {
    private struct Timer {
        let id: LoopTimerID
        let work: Work
    }

    /// Most timers are made in the order of their deadlines, and most that are cancelled are among the first.
    private var timers = CircularBuffer<Timer>()

    /// When the next timer fires; nil when there is none.
    var next: NIODeadline? { timers.first?.id.deadline }

    mutating func add(_ id: LoopTimerID, _ work: Work) {
        let index = index(of: id)
        if index == timers.endIndex {
            timers.append(Timer(id: id, work: work))
        } else {
            timers.insert(Timer(id: id, work: work), at: index)
        }
    }

    /// Removes a timer; ignored when it has fired.
    mutating func cancel(_ id: LoopTimerID) {
        let index = index(of: id)
        if index < timers.endIndex, timers[index].id == id { timers.remove(at: index) }
    }

    /// Takes out the first timer whose deadline is not after `now`.
    mutating func takeDue(at now: NIODeadline) -> Work? {
        guard let first = timers.first, first.id.deadline <= now else { return nil }
        return timers.removeFirst().work
    }

    /// Where the timer is, or belongs.
    private func index(of id: LoopTimerID) -> CircularBuffer<Timer>.Index {
        var (low, count) = (timers.startIndex, timers.count)
        while count > 0 {
            let middle = timers.index(low, offsetBy: count / 2)
            if timers[middle].id < id {
                low = timers.index(after: middle)
                count -= count / 2 + 1
            } else {
                count /= 2
            }
        }
        return low
    }
}

/// Identifies a timer, also after it has fired.
struct LoopTimerID: Hashable, Comparable, Sendable {
    let deadline: NIODeadline
    /// Among timers of one deadline, the one that was made first fires first.
    let number: UInt64

    static func < (left: LoopTimerID, right: LoopTimerID) -> Bool {
        (left.deadline, left.number) < (right.deadline, right.number)
    }
}
