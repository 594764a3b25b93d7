import Martlet
import MartletTesting
import Testing

@testable import chat

/// What there is besides the WebSocket.
@Suite(.timeLimit(.minutes(5)))
struct PageTests {
    typealias Carrier = TestServer.Carrier

    @Test(arguments: Carrier.allCases)
    func servesThePage(carrier: Carrier) async throws {
        try await withChat(over: carrier) { app in
            for (path, type) in [
                ("/", "text/html; charset=utf-8"), ("/chat.css", "text/css; charset=utf-8"),
                ("/chat.js", "text/javascript; charset=utf-8"), ("/chat.svg", "image/svg+xml"),
            ] {
                let response = try await app.get(path)
                #expect(response.status == .ok)
                #expect(response.headers[.contentType] == type)
                #expect(
                    response.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'; script-src 'self';")
                        == true
                )
                #expect(response.headers[.xContentTypeOptions] == "nosniff")
                let tag = try #require(response.headers[.eTag])
                let content = response.text
                // Nothing from elsewhere, and no script within the page.
                #expect(!content.contains("<script>"))
                #expect(!content.contains("style="))
                #expect(!content.contains("\"//"))
                let again = try await app.get(path, headers: [.ifNoneMatch: tag])
                #expect(again.status == .notModified)
            }
        }
    }

    @Test(arguments: [("GET", "/nothing", 404), ("POST", "/", 405), ("GET", "/ws", 400), ("POST", "/ws", 405)])
    func refuses(method: String, path: String, status: Int) async throws {
        try await withChat(over: .memory) { app in
            let method = try #require(HTTPRequest.Method(method))
            let answer = try await app.send(method, path)
            #expect(answer.status.code == status, "\(answer)")
        }
    }

    @Test func givesTheHistory() async throws {
        try await withChat(over: .memory) { app in
            try await app.say((1...12).map { "Message \($0) 🦅" })
            for (query, sequences, more) in [
                ("", Array(1...12), false), ("?limit=5", Array(8...12), true),
                ("?before=8&limit=5", Array(3...7), true), ("?before=3&limit=5", [1, 2], false),
                ("?after=0&limit=5", Array(1...5), true), ("?after=10&limit=5", [11, 12], false),
                ("?q=MESSAGE+1&limit=3", [10, 11, 12], true), ("?q=%F0%9F%A6%85&limit=1", [12], true),
                ("?q=nothing", [], false), ("?q=+&limit=1", [12], true),
            ] {
                let page = try await app.get("/history\(query)").json(HistoryAnswer.Page.self)
                #expect(page.messages.map(\.sequence) == sequences, "\(query)")
                #expect(page.more == more, "\(query)")
            }
        }
    }

    @Test(arguments: [
        "?limit=0", "?limit=201", "?before=x", "?after=-1", "?q=" + String(repeating: "a", count: 201), "?q=%FF",
    ])
    func saysWhatIsWrongWithAQuery(query: String) async throws {
        try await withChat(over: .memory) { app in
            let response = try await app.get("/history\(query)")
            // A query that is no query, and one that asks for what there is not.
            #expect(response.status == (query == "?q=%FF" ? .badRequest : .unprocessableContent))
        }
    }

    @Test func tellsHowItIs() async throws {
        try await withChat(over: .memory) { app in
            try await app.webSocket("/ws") { socket in
                let ada = ChatClient(socket)
                try await ada.join("Ada")
                try await ada.say("One")
                _ = try await ada.texts(1)
                let status = try await app.get("/status").json(ChatStatus.self)
                let log = ChatLogStatus(kind: "SQLite", isConnected: true, waiting: 0)
                #expect(status == ChatStatus(people: 1, messages: 1, log: log))
            }
        }
    }
}
