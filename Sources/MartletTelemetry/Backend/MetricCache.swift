#if Telemetry
    import Synchronization

    /// The metrics of one name, by what tells them apart. They are made once, since backends look a metric up by all of
    /// its labels, and bounded, since some of the labels come from peers.
    final class MetricCache<Key: Hashable & Sendable, Metric: AnyObject & Sendable>: Sendable {
        private let limit: Int
        private let overflow: Key
        private let make: @Sendable (Key) -> Metric
        private let metrics = Mutex<[Key: Metric]>([:])

        /// - Parameters:
        ///   - limit: How many there may be, besides that of `overflow`.
        ///   - overflow: Stands for all further keys.
        init(limit: Int, overflow: Key, make: @escaping @Sendable (Key) -> Metric) {
            self.limit = limit
            self.overflow = overflow
            self.make = make
        }

        /// The metric of the key, or the one that stands for further ones.
        subscript(_ key: Key) -> Metric {
            metrics.withLock { metrics in
                if let metric = metrics[key] { return metric }
                let key = metrics.count < limit ? key : overflow
                if let metric = metrics[key] { return metric }
                let metric = make(key)
                metrics[key] = metric
                return metric
            }
        }
    }
#endif
