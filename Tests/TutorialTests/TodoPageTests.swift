import HTTPTypes
import Martlet
import TestBrowser
import TestProcesses
import Testing

/// Todo-server's page, as people use it. Each test has a host of its own, since servers on other ports of a host share its
/// cookies.
@Suite(.browser, .timeLimit(.minutes(5)))
struct TodoPageTests {
    @Test func showsChangesToEverybody() async throws {
        try await withProgram("todo-server", "--port", "0") { program in
            try await Browser.withPage("http://todo.localhost:\(program.port)") { page in
                #expect(try await page.title == "To do")
                try await page.wait(for: "#status", toSay: "0 things to do")
                try await page.type("Ada", into: "#visitor")
                try await page.click("#introduction button")
                try await page.wait(for: "#name", toSay: "Ada")
                try await page.type("Build the nest.", into: "#title")
                try await page.click("#addition button")
                try await page.wait(for: "#status", toSay: "1 thing to do")
                try await page.wait(for: "#todo_1 span", toSay: "Build the nest.")

                // Another client changes the list: the page shows it by itself.
                var configuration = HTTPClient.Configuration()
                configuration.cookieJar = CookieJar()
                let client = HTTPClient(configuration: configuration)
                let url = program.url
                try await client.put(url + "/visitor", body: .json(["name": "Han <b>"])).success()
                try await client.post(url + "/todos", body: .json(["title": "<script>alert(1)</script>"])).success()
                try await page.wait(for: "#status", toSay: "2 things to do")
                try await page.wait(for: "#todo_2 span", toSay: "<script>alert(1)</script>")
                #expect(try await page.text("#todo_2 small") == "Han <b>")
                try await client.patch(url + "/todos/1", body: .json(["isDone": true])).success()
                try await page.wait(for: "#status", toSay: "1 thing to do")
                try await page.wait(until: "document.querySelector('#todo_1').className === 'done'")
                try await page.screenshot("todo")
                try await page.setScreen(width: 390, height: 844, isPhone: true)
                try await page.wait(until: "document.documentElement.scrollWidth <= innerWidth")
                try await page.setPrefersDark(true)
                try await page.screenshot("todo-phone-dark")

                // The page changes it, and the other client sees that.
                try await page.click("#todo_2 input")
                try await page.wait(for: "#status", toSay: "0 things to do")
                let changed = try await client.get(url + "/todos/2").success().json()
                #expect(changed["isDone"]?.bool == true)
                try await page.click("#todo_2 button")
                try await page.wait(until: "document.querySelector('#todo_2') === null")
                try await client.delete(url + "/todos/1").success()
                try await page.wait(until: "document.querySelector('#todo_1') === null")
                #expect(try await page.problems == [])
            }
        }
    }

    @Test func saysWhatWentWrong() async throws {
        try await withProgram("todo-server", "--port", "0") { program in
            try await Browser.withPage("http://mistakes.localhost:\(program.port)") { page in
                try await page.wait(for: "#status", toSay: "0 things to do")
                try await page.type(" ", into: "#visitor")
                try await page.click("#introduction button")
                try await page.wait(for: "#complaint", toSay: "name must have 1 to 40 characters, not only spaces")
                try await page.type("Ada", into: "#visitor")
                try await page.click("#introduction button")
                try await page.wait(for: "#name", toSay: "Ada")
                #expect(try await page.text("#complaint") == "")
            }
        }
    }
}
