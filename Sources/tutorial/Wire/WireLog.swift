import Martlet
import NIOCore
import Synchronization

/// The last exchanges of a program, as they went over the wire, in memory.
final class WireLog: Sendable {
    /// How many exchanges are kept.
    static let capacity = 10

    /// An exchange, and its number in the program.
    struct Entry: Sendable, Equatable {
        let number: Int
        var exchange: WireExchange
    }

    private struct State {
        var entries: [Entry] = []
        var count = 0
        var changes = 0
    }

    private let state = Mutex(State())

    /// The exchanges, the newest first.
    var entries: [Entry] { state.withLock { $0.entries.reversed() } }

    /// How often anything has changed.
    var changes: Int { state.withLock { $0.changes } }

    /// Adds an exchange.
    ///
    /// - Returns: Its number.
    func add(_ exchange: WireExchange) -> Int {
        state.withLock { state in
            state.count += 1
            state.changes += 1
            if state.entries.count == Self.capacity { state.entries.removeFirst() }
            state.entries.append(Entry(number: state.count, exchange: exchange))
            return state.count
        }
    }

    /// Replaces an exchange by what has become of it.
    ///
    /// - Returns: False if it is no longer kept.
    func update(_ number: Int, _ exchange: WireExchange) -> Bool {
        state.withLock { state in
            guard let index = state.entries.firstIndex(where: { $0.number == number }) else { return false }
            state.entries[index].exchange = exchange
            state.changes += 1
            return true
        }
    }

    /// An observer for a new connection, whose exchanges are added.
    func observe() -> any WireObserver {
        WireRecorder(log: self)
    }
}

/// Records one connection. It is used on the connection's event loop only.
private final class WireRecorder: WireObserver {
    private let log: WireLog
    private var conversation = Conversation()
    /// The numbers in the log of the exchanges that may still change, by their numbers in the connection.
    private var numbers: [Int: Int] = [:]
    private var count = 0

    init(log: WireLog) {
        self.log = log
    }

    func received(_ bytes: ByteBuffer) {
        record(conversation.receive(bytes))
    }

    func sent(_ bytes: ByteBuffer) {
        record(conversation.send(bytes))
    }

    func closed() {
        conversation = Conversation()
        numbers = [:]
    }

    private func record(_ changes: [Int: WireExchange]) {
        for (key, exchange) in changes.sorted(by: { $0.key < $1.key }) {
            if key >= count {
                count = key + 1
                numbers[key] = log.add(exchange)
            } else if let number = numbers[key], !log.update(number, exchange) {
                numbers[key] = nil
            }
        }
        // Those that are no longer kept need no number.
        if numbers.count > 2 * WireLog.capacity {
            let newest = numbers.values.max() ?? 0
            numbers = numbers.filter { $0.value > newest - WireLog.capacity }
        }
    }
}
