#if os(Linux)
    import Testing

    @testable import Martlet

    /// When a socket is to be read, told without one.
    @Suite struct SocketInputTests {
        private var input = SocketInput()

        @Test("is read when there is something, and a handler has asked")
        mutating func asking() {
            #expect(!input.mayHaveMore && !input.isWanted)
            input.becameReadable(ends: false)
            #expect(input.mayHaveMore && !input.isWanted)
            input.request()
            #expect(input.mayHaveMore && input.isWanted)
            input.cancelRequest()
            #expect(!input.isWanted)
        }

        @Test("answers each request with one read")
        mutating func oneRead() {
            input.request()
            input.becameReadable(ends: false)
            input.received(10, of: 100)
            #expect(!input.isWanted)
        }

        @Test("has no more when a read leaves memory free, since the next bytes come with an event")
        mutating func shortRead() {
            input.becameReadable(ends: false)
            input.received(99, of: 100)
            #expect(!input.mayHaveMore)
            input.becameReadable(ends: false)
            #expect(input.mayHaveMore)
        }

        @Test("may have more when a read has filled its memory")
        mutating func fullRead() {
            input.becameReadable(ends: false)
            input.received(100, of: 100)
            #expect(input.mayHaveMore)
            input.receivedNothing()
            #expect(!input.mayHaveMore)
        }

        @Test("is read up to its end without being asked")
        mutating func end() {
            input.becameReadable(ends: true)
            #expect(input.mayHaveMore && input.isWanted && input.isEnding)
            input.received(10, of: 100)
            #expect(input.mayHaveMore && input.isWanted)
            // An event that tells of bytes only takes nothing back.
            input.becameReadable(ends: false)
            #expect(input.isEnding)
            input.receivedEnd()
            #expect(input.hasEnded && !input.mayHaveMore && !input.isWanted)
            input.becameReadable(ends: true)
            #expect(input.hasEnded && !input.mayHaveMore)
        }

        @Test("reads much once a small read was full, until so little comes that it would have fitted")
        mutating func sizes() {
            input.becameReadable(ends: false)
            #expect(!input.readsMuch)
            input.received(ReadMemory.smallSize - 1, of: ReadMemory.smallSize)
            #expect(!input.readsMuch)
            input.received(ReadMemory.smallSize, of: ReadMemory.smallSize)
            #expect(input.readsMuch)
            input.received(ReadMemory.smallSize + 1, of: ReadMemory.largeSize)
            #expect(input.readsMuch)
            input.received(ReadMemory.smallSize, of: ReadMemory.largeSize)
            #expect(!input.readsMuch)
        }
    }
#endif
