#if os(Linux)
    /// A socket's input, as known from its events and its reads. A plain value without a socket.
    ///
    /// Events come for edges: what one of them told of, and no read has found out, no other event will tell again.
    struct SocketInput {
        private enum Source {
            /// The next event will tell of more.
            case empty
            /// There may be bytes, or an end.
            case filled
            /// There may be bytes, behind which the end of the input comes, or an error.
            case ending
            case ended
        }

        private var source = Source.empty
        /// Whether a handler waits for bytes.
        private(set) var isRequested = false
        /// Whether the last read filled its memory, so that a larger one is due.
        private(set) var readsMuch = false

        /// Whether a read may find something.
        var mayHaveMore: Bool {
            switch source {
            case .filled, .ending: true
            case .empty, .ended: false
            }
        }

        /// Whether to read what there is. The end of the input is not held back: it tells that the peer has gone, and
        /// what comes before it is no more than the system's buffer holds.
        var isWanted: Bool { isRequested || isEnding }

        /// Whether the end is behind the bytes that there are.
        var isEnding: Bool { source == .ending }

        /// Whether the end has been read.
        var hasEnded: Bool { source == .ended }

        mutating func request() {
            isRequested = true
        }

        mutating func cancelRequest() {
            isRequested = false
        }

        /// There is something to read, and behind it the end if `ends`.
        mutating func becameReadable(ends: Bool) {
            guard !hasEnded else { return }
            source = ends || isEnding ? .ending : .filled
        }

        /// Bytes have been read into memory of that size.
        mutating func received(_ count: Int, of size: Int) {
            isRequested = false
            let isFull = count >= size
            if source == .filled, !isFull { source = .empty }
            readsMuch = readsMuch ? count > ReadMemory.smallSize : isFull
        }

        mutating func receivedEnd() {
            source = .ended
        }

        /// A read has found nothing, or has failed.
        mutating func receivedNothing() {
            source = .empty
        }
    }
#endif
