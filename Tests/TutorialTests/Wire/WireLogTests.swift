import Martlet
import NIOCore
import Testing

@testable import tutorial

struct WireLogTests {
    private func request(_ path: String) -> ByteBuffer {
        ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
    }

    private let response = ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")

    @Test func keepsTheLastExchanges() {
        let log = WireLog()
        let observer = log.observe()
        for number in 1...100 {
            observer.received(request("/\(number)"))
            observer.sent(response)
        }
        #expect(log.entries.map(\.number) == Array((91...100).reversed()))
        #expect(log.entries.first?.exchange.request.head == "GET /100 HTTP/1.1\nHost: a\n\n")
        #expect(log.entries.allSatisfy { $0.exchange.response.content == .text("x") })
    }

    @Test("An exchange changes in its place, as long as it is kept")
    func updatesExchanges() {
        let log = WireLog()
        let (slow, fast) = (log.observe(), log.observe())
        slow.received(request("/slow"))
        fast.received(request("/fast"))
        let changes = log.changes
        slow.sent(response)
        #expect(log.changes > changes)
        #expect(log.entries.map(\.exchange.response.isComplete) == [false, true])
        #expect(log.entries.map(\.exchange.request.head.count) == [28, 28])
        slow.received(request("/never"))
        for _ in 0..<10 { fast.received(request("/fast")) }
        let before = log.entries
        slow.sent(response)
        slow.closed()
        #expect(log.entries == before)
    }
}
