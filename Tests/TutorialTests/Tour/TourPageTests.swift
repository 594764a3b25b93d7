import HTTPTypes
import Martlet
import TestBrowser
import TestProcesses
import Testing

/// The pages of the tour, as people use them.
@Suite(.browser, .timeLimit(.minutes(5)))
struct TourPageTests {
    @Test func showsFiguresThatMove() async throws {
        try await withProgram("tour", "--any-ports") { tour in
            let ports = await tour.ports
            let hello = "http://127.0.0.1:\(try #require(ports["hello-world-server"]))/"
            try await Browser.withPage("http://figures.localhost:\(tour.port)/") { page in
                #expect(try await page.title == "The Martlet tour")
                try await page.wait(for: "#status", toSay: "The figures are live.")
                #expect(try await page.text("[id='hello-world-server.requests']") == "0")
                #expect(try await page.text("[id='hello-world-server.p50']") == "–")

                let client = HTTPClient()
                for _ in 0..<20 { _ = try await client.get(hello).success().text() }
                try await page.wait(for: "[id='hello-world-server.requests']", toSay: "20")
                try await page.wait(for: "[id='hello-world-server.total']", toSay: "1")
                let hasLatency =
                    "/^[0-9.]+ (µs|ms|s)$/.test(document.getElementById('hello-world-server.p99').textContent)"
                try await page.wait(until: hasLatency)
                try await page.wait(
                    until: "document.getElementById('hello-world-server.spark').getAttribute('d') !== ''"
                )
                // The page's own requests are not among the figures.
                #expect(try await page.text("[id='number-thinker.requests']") == "0")
                try await page.screenshot("tour")

                try await page.setScreen(width: 390, height: 844, isPhone: true)
                try await page.wait(until: "document.documentElement.scrollWidth <= innerWidth")
                try await page.setPrefersDark(true)
                try await page.screenshot("tour-phone-dark")
                #expect(try await page.problems == [])
            }
        }
    }

    @Test func saysThatTheTourHasStopped() async throws {
        try await withProgram("tour", "--any-ports") { tour in
            try await Browser.withPage("http://stopped.localhost:\(tour.port)/") { page in
                try await page.wait(for: "#status", toSay: "The figures are live.")
                await tour.process.end()
                try await page.wait(for: "#status", toSay: "The tour has stopped. Start it again, and reload.")
            }
        }
    }

    @Test func showsTheWireWithoutSecrets() async throws {
        try await withProgram("tour", "--any-ports") { tour in
            let ports = await tour.ports
            let todo = "http://127.0.0.1:\(try #require(ports["todo-server"]))"
            try await Browser.withPage("http://wire.localhost:\(tour.port)/") { page in
                try await page.click("a[href='/wire/todo-server']")
                try await page.wait(for: "h1", toSay: "Todo server on the wire")
                try await page.wait(for: "#status", toSay: "The page is live.")
                #expect(try await page.text("#nothing").hasPrefix("Nothing has been sent yet."))

                var configuration = HTTPClient.Configuration()
                configuration.cookieJar = CookieJar()
                let client = HTTPClient(configuration: configuration)
                try await client.put(todo + "/visitor", body: .json(["name": "<b>Ada"])).success()
                try await client.get(todo + "/todos?token=hunter2", headers: [.authorization: "Bearer hunter2"])
                    .success()
                try await page.wait(until: "document.querySelectorAll('article').length === 2")
                try await page.wait(until: "document.querySelector('#exchange-2').textContent.includes('200 OK')")
                let (first, second) = (try await page.text("#exchange-1"), try await page.text("#exchange-2"))
                #expect(first.contains("PUT /visitor HTTP/1.1"))
                #expect(first.contains(#"{"name":"<b>Ada"}"#))
                #expect(first.contains("=<left out>; Path=/"))
                #expect(second.contains("GET /todos?token=<left out> HTTP/1.1"))
                #expect(second.contains("Bearer <left out>"))
                #expect(second.contains("=<left out>"))
                #expect(!second.contains("hunter2"))
                #expect(try await page.findAll("#nothing").isEmpty)
                // The newest is the first.
                #expect(try await page.run("return document.querySelector('article').id").string == "exchange-2")
                try await page.screenshot("tour-wire")
                try await page.setScreen(width: 390, height: 844, isPhone: true)
                try await page.wait(until: "document.documentElement.scrollWidth <= innerWidth")
                try await page.setPrefersDark(true)
                try await page.screenshot("tour-wire-phone-dark")
                #expect(try await page.problems == [])
            }
        }
    }
}
