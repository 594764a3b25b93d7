#if Telemetry
    import CoreMetrics
    import Synchronization

    /// A backend of metrics that keeps what it is told.
    final class MemoryMetrics: MetricsFactory {
        /// A metric by its name and its labels that have a value.
        struct Key: Hashable, CustomStringConvertible {
            let label: String
            let dimensions: [String: String]

            var description: String {
                "\(label){\(dimensions.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: ","))}"
            }
        }

        /// One metric.
        final class Handler: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
            private let state = Mutex<(values: [Double], unit: TimeUnit?)>(([], nil))
            private let before: @Sendable () -> Void

            init(before: @escaping @Sendable () -> Void) {
                self.before = before
            }

            var values: [Double] { state.withLock { $0.values } }
            var unit: TimeUnit? { state.withLock { $0.unit } }

            private func add(_ value: Double) {
                before()
                state.withLock { $0.values.append(value) }
            }

            func increment(by amount: Int64) { add(Double(amount)) }
            func reset() {}
            func set(_ value: Int64) { add(Double(value)) }
            func set(_ value: Double) { add(value) }
            func increment(by amount: Double) { add(amount) }
            func decrement(by amount: Double) { add(-amount) }
            func record(_ value: Int64) { add(Double(value)) }
            func record(_ value: Double) { add(value) }
            func recordNanoseconds(_ duration: Int64) { add(Double(duration)) }
            func preferDisplayUnit(_ unit: TimeUnit) { state.withLock { $0.unit = unit } }
        }

        private struct State {
            var handlers: [Key: Handler] = [:]
            /// The names of labels of each metric, in the order of the first one.
            var names: [String: [String]] = [:]
            var areNamesStable = true
            var made = 0
        }

        private let state = Mutex(State())
        private let before: @Sendable () -> Void

        /// - Parameter before: Called before each value is kept, on the thread of the caller.
        init(before: @escaping @Sendable () -> Void = {}) {
            self.before = before
        }

        /// How many metrics have been made.
        var made: Int { state.withLock { $0.made } }
        /// Whether all metrics of a name have the same names of labels, as swift-prometheus demands.
        var areNamesStable: Bool { state.withLock { $0.areNamesStable } }
        var keys: [Key] { state.withLock { Array($0.handlers.keys) } }

        func values(_ label: String, _ dimensions: [String: String]) -> [Double] {
            state.withLock { $0.handlers[Key(label: label, dimensions: dimensions)]?.values } ?? []
        }

        func handler(_ label: String, _ dimensions: [String: String]) -> Handler? {
            state.withLock { $0.handlers[Key(label: label, dimensions: dimensions)] }
        }

        /// The sum over all metrics of a name.
        func sum(_ label: String) -> Double {
            state.withLock { $0.handlers.filter { $0.key.label == label }.values.flatMap(\.values).reduce(0, +) }
        }

        private func make(_ label: String, _ dimensions: [(String, String)]) -> Handler {
            state.withLock { state in
                let names = dimensions.map(\.0)
                if state.names[label, default: names] != names { state.areNamesStable = false }
                state.names[label] = names
                state.made += 1
                let present = dimensions.filter { !$0.1.isEmpty }
                let key = Key(label: label, dimensions: Dictionary(present) { first, _ in first })
                let handler = state.handlers[key] ?? Handler(before: before)
                state.handlers[key] = handler
                return handler
            }
        }

        func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
            make(label, dimensions)
        }
        func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { make(label, dimensions) }
        func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
            make(label, dimensions)
        }
        func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { make(label, dimensions) }
        func destroyCounter(_ handler: any CounterHandler) {}
        func destroyMeter(_ handler: any MeterHandler) {}
        func destroyRecorder(_ handler: any RecorderHandler) {}
        func destroyTimer(_ handler: any TimerHandler) {}
    }
#endif
