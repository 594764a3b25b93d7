#if MySQL
    extension MySQLPool {
        /// How long to wait for the answer whether messages are already stored.
        private static let answerTime = Duration.milliseconds(500)

        /// The sequence numbers of the messages with these ids in the table; nil if it does not answer soon.
        func sequences(of ids: [MessageID], in room: String) async -> [MessageID: Int]? {
            let (answers, answer) = AsyncStream.makeStream(of: [MessageID: Int]?.self)
            Task { answer.yield(try? await use { try $0.sequences(of: ids, in: room) }) }
            let patience = Task {
                try await Task.sleep(for: Self.answerTime)
                answer.yield(nil)
            }
            defer { patience.cancel() }
            var iterator = answers.makeAsyncIterator()
            return await iterator.next() ?? nil
        }
    }
#endif
