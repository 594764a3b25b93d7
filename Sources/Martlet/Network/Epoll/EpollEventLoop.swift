#if os(Linux)
    import CEpoll
    import CLibrary
    import Dispatch
    import NIOCore
    import Synchronization

    /// An event loop directly on Linux's `epoll`, for plain sockets.
    ///
    /// A small request costs half as much as on NIO's own loop: sockets are registered once, for edges, and read into
    /// memory that they share, and nothing is looked up, locked or allocated for a read or a write.
    final class EpollEventLoop: NIOSerialEventLoopExecutor, CustomStringConvertible, @unchecked Sendable {
        // Sendable because every variable is touched only on the loop's thread, except for `inbox`, which is locked.
        // The variables are exempt from the run-time check for overlapping accesses: none spans a call of foreign code.

        /// How many events one system call returns.
        private static let eventsPerWait = 256
        /// The key of `alarm` among the events.
        private static let alarmKey = UInt64.max

        let description: String
        private let epoll: CInt
        /// An eventfd that ends the wait for events. Only its edges count, so it is never read.
        private let alarm: CInt
        private let thread = Atomic<UInt>(0)
        /// Tasks from other threads.
        private let inbox = Mutex<[() -> Void]>([])
        /// Whether the loop waits for events, or is about to, so that a new task must raise the alarm.
        private let isWaiting = Atomic(false)
        private let timerCount = Atomic<UInt64>(0)

        private let events: UnsafeMutablePointer<martlet_event>
        /// The sockets, by their descriptors.
        @exclusivity(unchecked) private var sockets: [EpollSocket?] = []
        @exclusivity(unchecked) private var registrations: UInt32 = 0
        @exclusivity(unchecked) private var tasks: [() -> Void] = []
        @exclusivity(unchecked) private var timers = LoopTimers<() -> Void>()
        /// The memory that the sockets read into.
        @exclusivity(unchecked) var readMemory = ReadMemory()

        /// Starts a loop on a thread of its own, for as long as the process runs.
        init(name: String) throws(SocketError) {
            description = name
            events = .allocate(capacity: Self.eventsPerWait)
            epoll = martlet_epoll_create()
            guard epoll >= 0 else { throw SocketError(operation: "make an event loop", code: errno) }
            alarm = martlet_alarm_create()
            var event = martlet_event(events: martlet_readable | martlet_edges, key: Self.alarmKey)
            guard alarm >= 0, martlet_epoll_add(epoll, alarm, &event) == 0 else {
                throw SocketError(operation: "make an event loop", code: errno)
            }
            try start()
        }

        // MARK: The thread

        private func start() throws(SocketError) {
            var thread = pthread_t()
            let code = pthread_create(
                &thread,
                nil,
                { context in
                    guard let context else { return nil }
                    Unmanaged<EpollEventLoop>.fromOpaque(context).takeRetainedValue().run()
                },
                Unmanaged.passRetained(self).toOpaque()
            )
            guard code == 0 else { throw SocketError(operation: "start an event loop's thread", code: code) }
            pthread_detach(thread)
        }

        private func run() -> Never {
            thread.store(Self.callingThread, ordering: .releasing)
            pthread_setspecific(Self.currentKey, Unmanaged.passUnretained(self).toOpaque())
            martlet_name_thread(description)
            while true {
                handleEvents(wait())
                runTimers()
                runTasks()
            }
        }

        private static let currentKey: pthread_key_t = {
            var key = pthread_key_t()
            pthread_key_create(&key, nil)
            return key
        }()

        /// The loop of the calling thread.
        static var current: EpollEventLoop? {
            pthread_getspecific(currentKey).map { Unmanaged.fromOpaque($0).takeUnretainedValue() }
        }

        private static var callingThread: UInt { UInt(pthread_self()) }

        var inEventLoop: Bool { thread.load(ordering: .relaxed) == Self.callingThread }

        // MARK: Events

        /// Waits until there is something to do. Returns the number of events.
        private func wait() -> Int {
            guard tasks.isEmpty else { return poll(timeout: 0) }
            isWaiting.store(true, ordering: .sequentiallyConsistent)
            defer { isWaiting.store(false, ordering: .relaxed) }
            // A task that came before does not raise the alarm.
            guard inbox.withLock({ $0.isEmpty }) else { return poll(timeout: 0) }
            guard let next = timers.next else { return poll(timeout: -1) }
            let milliseconds = ((next - .now()).nanoseconds + 999_999) / 1_000_000
            return poll(timeout: CInt(clamping: max(milliseconds, 0)))
        }

        private func poll(timeout: CInt) -> Int {
            // Interrupted by a signal, it has no events.
            max(Int(martlet_epoll_wait(epoll, events, CInt(Self.eventsPerWait), timeout)), 0)
        }

        private func handleEvents(_ count: Int) {
            for index in 0..<count {
                let event = events[index]
                let key = event.key
                guard key != Self.alarmKey else { continue }
                // A socket that was closed a moment ago may still have events.
                let descriptor = Int(UInt32(truncatingIfNeeded: key))
                guard descriptor < sockets.count, let socket = sockets[descriptor],
                    socket.registration == UInt32(truncatingIfNeeded: key >> 32)
                else { continue }
                socket.becameReady(event.events)
            }
        }

        /// Reports what happens on `socket` to it until it is removed.
        func add(_ socket: EpollSocket, _ interest: UInt32) throws(SocketError) {
            registrations &+= 1
            socket.registration = registrations
            let key = UInt64(registrations) << 32 | UInt64(UInt32(socket.descriptor))
            var event = martlet_event(events: interest, key: key)
            guard martlet_epoll_add(epoll, socket.descriptor, &event) == 0 else {
                throw SocketError(operation: "watch a socket", code: errno)
            }
            let index = Int(socket.descriptor)
            if index >= sockets.count {
                sockets.append(contentsOf: repeatElement(nil, count: index + 1 - sockets.count))
            }
            sockets[index] = socket
        }

        /// Forgets `socket`, which is about to be closed.
        func remove(_ socket: EpollSocket) {
            let index = Int(socket.descriptor)
            guard index < sockets.count, sockets[index] === socket else { return }
            sockets[index] = nil
            // Closing would not do if a process that was started a moment ago had inherited the descriptor.
            _ = martlet_epoll_remove(epoll, socket.descriptor)
        }

        // MARK: Tasks

        func execute(_ task: @escaping @Sendable () -> Void) {
            if inEventLoop {
                tasks.append(task)
            } else {
                inbox.withLock { $0.append(task) }
                if isWaiting.exchange(false, ordering: .sequentiallyConsistent) { martlet_alarm_raise(alarm) }
            }
        }

        func _executeIsolatedUnsafeUnchecked(_ task: @escaping () -> Void) {
            tasks.append(task)
        }

        /// Runs the tasks that are there now; those that they add wait until sockets have been looked at.
        private func runTasks() {
            inbox.withLock { inbox in
                guard !inbox.isEmpty else { return }
                tasks.append(contentsOf: inbox)
                inbox.removeAll(keepingCapacity: true)
            }
            guard !tasks.isEmpty else { return }
            var batch: [() -> Void] = []
            swap(&batch, &tasks)
            for task in batch { task() }
            // Its memory is used again, unless the tasks have added others.
            guard tasks.isEmpty else { return }
            batch.removeAll(keepingCapacity: true)
            swap(&batch, &tasks)
        }

        // MARK: Timers

        private func runTimers() {
            guard timers.next != nil else { return }
            let now = NIODeadline.now()
            while let work = timers.takeDue(at: now) { work() }
        }

        @discardableResult
        func scheduleTask<T>(deadline: NIODeadline, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
            let promise = makePromise(of: T.self)
            let number = timerCount.wrappingAdd(1, ordering: .relaxed).newValue
            let id = LoopTimerID(deadline: deadline, number: number)
            onLoop {
                self.timers.add(id) { promise.assumeIsolated().completeWith(Result { try task() }) }
            }
            return Scheduled(promise: promise) {
                self.onLoop { self.timers.cancel(id) }
            }
        }

        @discardableResult
        func scheduleTask<T>(in delay: TimeAmount, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
            scheduleTask(deadline: .now() + delay, task)
        }

        /// Calls `body` at once on the loop, or else as a task.
        private func onLoop(_ body: @escaping @Sendable () -> Void) {
            if inEventLoop { body() } else { execute(body) }
        }

        // MARK: The group

        func next() -> any EventLoop { self }

        func makeIterator() -> EventLoopIterator { EventLoopIterator([self]) }

        func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
            queue.async { callback(EventLoopError.unsupportedOperation) }
        }
    }

    /// A socket that an ``EpollEventLoop`` watches.
    class EpollSocket {
        let descriptor: CInt
        /// Which of the sockets that had this descriptor it is.
        fileprivate var registration: UInt32 = 0

        init(descriptor: CInt) {
            self.descriptor = descriptor
        }

        /// Something has happened; `events` are epoll's bits. Called on the loop.
        func becameReady(_ events: UInt32) {}
    }
#endif
