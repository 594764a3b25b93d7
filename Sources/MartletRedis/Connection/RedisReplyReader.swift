#if Redis
    import CHiredis
    import NIOCore

    /// Reads replies from bytes as they arrive, with the reader of hiredis. It knows no socket and no time.
    ///
    /// It refuses what is larger than it may be while that arrives, and makes room for nothing that is only announced.
    final class RedisReplyReader {
        private let reader: UnsafeMutablePointer<redisReader>
        private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
        private let budget: ReplyBudget
        private let maximumBytes: Int
        /// The bytes that have arrived since the last reply.
        private var pendingBytes = 0

        /// - Parameters:
        ///   - maximumBytes: How many bytes a reply may have.
        ///   - maximumElements: How many elements, with those of arrays in it.
        init(maximumBytes: Int, maximumElements: Int) {
            self.maximumBytes = maximumBytes
            budget = ReplyBudget(limit: maximumElements)
            functions = .allocate(capacity: 1)
            functions.initialize(to: ReplyNode.functions)
            guard let reader = redisReaderCreateWithFunctions(functions) else { preconditionFailure("Out of memory") }
            self.reader = reader
            // Not retained: the budget lives as long as this reader.
            reader.pointee.privdata = Unmanaged.passUnretained(budget).toOpaque()
        }

        deinit {
            redisReaderFree(reader)
            functions.deinitialize(count: 1)
            functions.deallocate()
        }

        /// Adds bytes that have arrived. ``next()`` must have returned nil before.
        func feed(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
            guard !bytes.isEmpty else { return }
            pendingBytes += bytes.count
            guard
                redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count) == REDIS_OK
            else { throw failure }
        }

        /// The next reply; nil if more bytes are needed.
        func next() throws(RedisError) -> RedisValue? {
            var pointer: UnsafeMutableRawPointer?
            guard redisReaderGetReply(reader, &pointer) == REDIS_OK else { throw failure }
            guard let pointer else {
                guard pendingBytes <= maximumBytes else {
                    throw RedisError(.invalidReply, "Redis sent a reply of more than \(maximumBytes) bytes.")
                }
                return nil
            }
            budget.reset()
            // One reply may be in one piece with the beginning of the next one.
            let rest = reader.pointee.len - reader.pointee.pos
            let size = pendingBytes - Int(rest)
            pendingBytes = Int(rest)
            let node = Unmanaged<ReplyNode>.fromOpaque(pointer).takeRetainedValue()
            guard size <= maximumBytes else {
                throw RedisError(.invalidReply, "Redis sent a reply of more than \(maximumBytes) bytes.")
            }
            return node.value
        }

        private var failure: RedisError {
            if budget.isExceeded {
                return RedisError(.invalidReply, "Redis sent a reply of more than \(budget.limit) elements.")
            }
            return RedisError(
                .invalidReply,
                "The server's reply is not RESP, the protocol of Redis. Check host and port."
            )
        }
    }

    /// How many elements a reply may still have.
    private final class ReplyBudget {
        let limit: Int
        private var count = 0
        private(set) var isExceeded = false

        init(limit: Int) {
            self.limit = limit
        }

        /// Returns false if there are too many elements.
        func add(_ elements: Int) -> Bool {
            guard elements >= 0, elements <= limit - count else {
                isExceeded = true
                return false
            }
            count += elements
            return true
        }

        func reset() {
            count = 0
        }
    }

    /// A part of a reply while it is read. hiredis keeps it as a pointer: that of the whole is retained, those of parts are
    /// not, since the array that they belong to has them.
    private final class ReplyNode {
        private var leaf: RedisValue
        /// The elements of an array.
        private var children: [ReplyNode]?

        private init(_ leaf: RedisValue, children: [ReplyNode]? = nil) {
            self.leaf = leaf
            self.children = children
        }

        /// The value. hiredis nests arrays at most 7 deep.
        var value: RedisValue {
            children.map { .array($0.map(\.value)) } ?? leaf
        }

        /// Adds a node to the array that it belongs to, and returns hiredis' name for it.
        private static func keep(
            _ node: ReplyNode,
            _ task: UnsafePointer<redisReadTask>?
        ) -> UnsafeMutableRawPointer? {
            guard let parent = task?.pointee.parent?.pointee.obj else { return Unmanaged.passRetained(node).toOpaque() }
            Unmanaged<ReplyNode>.fromOpaque(parent).takeUnretainedValue().children?.append(node)
            return Unmanaged.passUnretained(node).toOpaque()
        }

        /// The functions by which hiredis makes values.
        static var functions: redisReplyObjectFunctions {
            var functions = redisReplyObjectFunctions()
            functions.createString = { task, text, length in
                let bytes = UnsafeRawBufferPointer(start: text, count: Int(length))
                let value: RedisValue =
                    switch task?.pointee.type {
                    case REDIS_REPLY_STATUS: .simpleString(String(decoding: bytes, as: UTF8.self))
                    case REDIS_REPLY_ERROR: .error(String(decoding: bytes, as: UTF8.self))
                    default: .bulk(ByteBuffer(bytes: bytes))
                    }
                return ReplyNode.keep(ReplyNode(value), task)
            }
            functions.createArray = { task, count in
                guard let data = task?.pointee.privdata,
                    Unmanaged<ReplyBudget>.fromOpaque(data).takeUnretainedValue().add(Int(count))
                else { return nil }
                return ReplyNode.keep(ReplyNode(.null, children: []), task)
            }
            functions.createInteger = { task, number in
                ReplyNode.keep(ReplyNode(.integer(Int(number))), task)
            }
            functions.createNil = { task in
                ReplyNode.keep(ReplyNode(.null), task)
            }
            functions.freeObject = { pointer in
                if let pointer { Unmanaged<ReplyNode>.fromOpaque(pointer).release() }
            }
            martlet_hiredis_refuse_resp3(&functions)
            return functions
        }
    }
#endif
