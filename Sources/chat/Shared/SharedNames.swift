#if Redis
    import Foundation
    import HTTPWire
    import MartletRedis
    import Synchronization

    /// The names of the people in a room, of all processes that share it.
    ///
    /// Names are taken and given up in the order in which that was asked for, many at once.
    final class SharedNames: NameRegistry {
        private struct Change: Sendable {
            let arguments: [RedisArgument]
            /// Nil for a name that is given up.
            let answer: CheckedContinuation<Bool, any Error>?
        }

        private static let batch = 200

        /// Identifies this process.
        let process: String
        private let redis: RedisClient
        private let keys: [RedisArgument]
        private struct State {
            var waiting: [Change] = []
            var isFinished = false
        }

        private let state = Mutex(State())
        private let changed = Wakeup()

        init(redis: RedisClient, keys: SharedRoomKeys, process: String) {
            self.redis = redis
            self.process = process
            self.keys = [keys.names, keys.processes, keys.people].map { RedisArgument($0) }
        }

        func take(_ name: ChatName, key: String?) async throws -> Bool {
            let text = String(decoding: try JSONEncoder().encode(name.text), as: UTF8.self)
            let digest = key.flatMap { $0.isEmpty ? nil : Self.digest($0) } ?? "-"
            let arguments = ["take", name.key, digest, text].map { RedisArgument($0) }
            return try await withCheckedThrowingContinuation { answer in
                let isFinished = state.withLock { state in
                    if !state.isFinished { state.waiting.append(Change(arguments: arguments, answer: answer)) }
                    return state.isFinished
                }
                if isFinished { answer.resume(throwing: CancellationError()) }
                changed.signal()
            }
        }

        func release(_ key: String) {
            let arguments = ["release", key, "-", "-"].map { RedisArgument($0) }
            state.withLock { $0.waiting.append(Change(arguments: arguments, answer: nil)) }
            changed.signal()
        }

        /// The key proves who is who; Redis need not know it.
        private static func digest(_ key: String) -> String {
            SHA256.hash(key).hexadecimal
        }

        /// Carries the changes out, until ``finish()`` or until the task is cancelled.
        func run() async {
            while await changed.next() {
                while true {
                    let changes = state.withLock { state in
                        defer { state.waiting.removeFirst(min(Self.batch, state.waiting.count)) }
                        return Array(state.waiting.prefix(Self.batch))
                    }
                    if changes.isEmpty { break }
                    await carryOut(changes)
                }
            }
        }

        private func carryOut(_ changes: [Change]) async {
            do {
                let arguments = [RedisArgument(process)] + changes.flatMap(\.arguments)
                let reply = try await redis.run(SharedNameScripts.change, keys: keys, arguments)
                let answers = reply.array ?? []
                for (index, change) in changes.enumerated() {
                    change.answer?.resume(returning: index < answers.count && answers[index].integer == 1)
                }
            } catch {
                for change in changes { change.answer?.resume(throwing: error) }
                // Names that were given up must not stay in use. Those that are taken again meanwhile come later.
                let released = changes.filter { $0.answer == nil }
                guard !released.isEmpty else { return }
                state.withLock { $0.waiting.insert(contentsOf: released, at: 0) }
                try? await Task.sleep(for: .milliseconds(250))
                if !Task.isCancelled { changed.signal() }
            }
        }

        /// There will be no more changes.
        func finish() {
            changed.finish()
            let changes = state.withLock { state in
                defer { state = State(isFinished: true) }
                return state.waiting
            }
            for change in changes { change.answer?.resume(throwing: CancellationError()) }
        }

        // MARK: The process

        /// Renews the lease of this process.
        ///
        /// - Parameter removesOthers: Whether the names of processes whose leases have ended are removed.
        /// - Returns: False if Redis had forgotten this process, and with it its names.
        func renew(_ lease: Duration, removesOthers: Bool) async throws -> Bool {
            let arguments = [
                RedisArgument(process), RedisArgument(Int(lease / .milliseconds(1))),
                RedisArgument(removesOthers ? 1 : 0),
            ]
            return try await redis.run(SharedNameScripts.renew, keys: keys, arguments).integer == 1
        }

        /// Removes this process and all of its names.
        func depart() async throws {
            try await redis.run(SharedNameScripts.depart, keys: keys, [RedisArgument(process)])
        }

        /// The id of the last change of people, and all names.
        func everyone() async throws -> (last: RedisStreamID, names: [String]) {
            let reply = try await redis.run(SharedNameScripts.everyone, keys: keys)
            let texts = (reply.array ?? []).compactMap(\.string)
            guard let last = texts.first.flatMap({ RedisStreamID($0) }) else {
                throw ChatLogError("Redis has answered something else than the people in the room.")
            }
            let decoder = JSONDecoder()
            return (last, try texts.dropFirst().map { try decoder.decode(String.self, from: Data($0.utf8)) })
        }
    }
#endif
