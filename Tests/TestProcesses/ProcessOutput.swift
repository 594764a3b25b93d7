import Foundation
import Synchronization

/// What a process writes to a pipe: collected as it comes, to be awaited line by line.
package final class ProcessOutput: Sendable {
    fileprivate struct State {
        var bytes = Data()
        var lines: [String] = []
        var lineStart = 0
        var isFinished = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Reads to the end on a thread of its own.
    init(_ descriptor: CInt) {
        Thread.detachNewThread {
            var bytes = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(descriptor, &bytes, bytes.count)
                if count < 0, errno == EINTR { continue }
                if count <= 0 { break }
                self.change { $0.append(Data(bytes[..<count])) }
            }
            close(descriptor)
            self.change { $0.isFinished = true }
        }
    }

    /// All bytes, once the process has closed the pipe.
    package var all: Data {
        get async {
            await wait { $0.isFinished }
            return state.withLock { $0.bytes }
        }
    }

    /// All text, once the process has closed the pipe.
    package var text: String {
        get async { String(decoding: await all, as: UTF8.self) }
    }

    /// The lines so far, as soon as there are `count` of them, or will be no more.
    package func lines(_ count: Int) async -> [String] {
        await wait { $0.lines.count >= count || $0.isFinished }
        return state.withLock { $0.lines }
    }

    /// The first line with this prefix, as soon as there is one; nil if there never is.
    package func line(startingWith prefix: String) async -> String? {
        await wait { $0.isFinished || $0.lines.contains { $0.hasPrefix(prefix) } }
        return state.withLock { $0.lines.first { $0.hasPrefix(prefix) } }
    }

    /// All text so far, as soon as it contains `part`, or there will be no more.
    package func text(containing part: String) async -> String {
        await wait { $0.isFinished || $0.bytes.range(of: Data(part.utf8)) != nil }
        return state.withLock { String(decoding: $0.bytes, as: UTF8.self) }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiters = state.withLock { state in
            body(&state)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until `condition` is true, looking again at every change, or until the test's time is over.
    private func wait(until condition: (borrowing State) -> Bool) async {
        while !Task.isCancelled, !state.withLock({ condition($0) }) {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        if Task.isCancelled || condition(state) { return true }
                        state.waiters.append(continuation)
                        return false
                    }
                    if isReady { continuation.resume() }
                }
            } onCancel: {
                change { _ in }
            }
        }
    }
}

extension ProcessOutput.State {
    fileprivate mutating func append(_ data: Data) {
        bytes.append(data)
        while let end = bytes[lineStart...].firstIndex(of: 0x0A) {
            lines.append(String(decoding: bytes[lineStart..<end], as: UTF8.self))
            lineStart = end + 1
        }
    }
}
