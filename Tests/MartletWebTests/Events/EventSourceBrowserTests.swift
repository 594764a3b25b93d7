import HTTPTypes
import HTTPWire
import Martlet
import TestBrowser
import Testing

@testable import MartletWeb

/// Feeds as a browser reads them.
@Suite("Events in Chromium", .browser, .timeLimit(.minutes(5)))
struct EventSourceBrowserTests {
    /// Notes what an EventSource brings.
    private static let page = """
        <!doctype html><title>Events</title><script>
        window.log = [];
        window.source = new EventSource('/events');
        source.onopen = () => log.push('open');
        source.onmessage = event => log.push('message ' + event.lastEventId + ' ' + event.data);
        source.addEventListener('note', event => log.push('note ' + event.lastEventId + ' ' + event.data));
        source.addEventListener('reset', event => log.push('reset ' + event.lastEventId));
        source.onerror = () => log.push('error ' + source.readyState);
        </script>
        """

    private static func router(_ feed: EventFeed) -> Router {
        var router = Router()
        router.get("/") { request in try await request.response.end(page, contentType: .html) }
        router.get("/events", feed)
        return router
    }

    private static func expect(_ page: BrowserPage, _ log: [String]) async throws {
        try await page.wait(until: "log.length >= \(log.count)")
        let said = try await page.run("return log")
        #expect(said == .array(log.map { .string($0) }))
    }

    @Test("arrive with their names, ids and lines; the browser comes back after a break, and stays away after the end")
    func events() async throws {
        var configuration = EventFeed.Configuration()
        configuration.reconnectionTime = .milliseconds(100)
        let feed = EventFeed(configuration: configuration, ids: EventIDs(epoch: "e"))
        let breaks = Events<HTTPServerRequest>()
        var router = Self.router(feed)
        router.use(Watching { request in if request.target == "/events" { breaks.add(request) } })
        try await withServer(.bare, router.handler) { server in
            try await Browser.withPage(server.url) { page in
                try await page.wait(until: "log.length >= 1")
                feed.publish(ServerSentEvent("Grüße\n🐦"))
                feed.publish(try ServerSentEvent(json: ["id": 7], name: "note"))
                var log = ["open", "message e-1 Grüße\n🐦", "note e-2 {\"id\":7}"]
                try await Self.expect(page, log)

                // The connection breaks, and things happen meanwhile.
                let request = try await breaks.next()
                request.response.deadline = .zero
                try await page.wait(until: "log.length >= 4")
                feed.publish(ServerSentEvent("missed"))
                log += ["error 0", "open", "message e-3 missed"]
                try await Self.expect(page, log)
                let again = try await breaks.next()
                #expect(again.lastEventID == "e-2")

                feed.finish()
                log += ["error 0", "error 2"]
                try await Self.expect(page, log)
                // Held any longer, the last request would outlive the server.
                _ = try await breaks.next()
            }
        }
    }

    @Test("begin with a reset when the server has forgotten what the browser knows")
    func reset() async throws {
        var configuration = EventFeed.Configuration()
        configuration.replay = 1
        configuration.maximumLag = 1
        configuration.reconnectionTime = .milliseconds(100)
        let feed = EventFeed(configuration: configuration, ids: EventIDs(epoch: "e"))
        let requests = Events<HTTPServerRequest>()
        let proceed = Events<Void>()
        var router = Self.router(feed)
        router.use(
            Watching { request in
                guard request.target == "/events" else { return }
                requests.add(request)
                if request.lastEventID != nil { try await proceed.next() }
            }
        )
        try await withServer(.bare, router.handler) { server in
            try await Browser.withPage(server.url) { page in
                try await page.wait(until: "log.length >= 1")
                // Gone before its first event, the browser knows where it was.
                let request = try await requests.next()
                request.response.deadline = .zero
                let again = try await requests.next()
                #expect(again.lastEventID == "e-0")
                for number in 1...3 { feed.publish(ServerSentEvent("\(number)")) }
                proceed.add()
                try await Self.expect(page, ["open", "error 0", "open", "reset e-3"])
            }
        }
    }
}

/// Shows requests to a test.
private struct Watching: Middleware {
    let see: @Sendable (HTTPServerRequest) async throws -> Void

    init(_ see: @escaping @Sendable (HTTPServerRequest) async throws -> Void) {
        self.see = see
    }

    func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        { request in
            try await see(request)
            try await handler(request)
        }
    }
}
