import Testing

@Suite(.timeLimit(.minutes(5)))
struct NumberThinkerTests {
    private let textHeaders = ["cache-control": "no-store", "vary": "Accept"]

    @Test func tellsWhetherAGuessIsRight() async throws {
        try await withProgram("number-thinker", "--port", "0") { program in
            var lines = await program.lines(2)
            let number = try self.number(in: lines[0], after: "I'm thinking of a number: ")
            #expect(lines.count == 2)

            let wrong = ["", "?q=\((number + 1) % 10)", "?q=0\(number)", "?q=%20\(number)", "?q=\(number)&q=x", "?p=1"]
            for query in wrong {
                let reply = try await program.curl("/\(query)")
                #expect(reply.status == 200)
                #expect(reply.headers == Reply.textHeaders(length: 6, textHeaders))
                #expect(reply.body == "false\n", "\(query)")
            }
            // A HEAD request is answered alike, but does not change the number.
            let head = try await program.curl("/?q=\(number)", "--head")
            #expect(head.headers["content-length"] == "37")
            #expect(head.body.isEmpty)

            let right = try await program.curl("/any/path?q=x&q=\(number)")
            #expect(right.status == 200)
            #expect(right.headers == Reply.textHeaders(length: 37, textHeaders))
            #expect(right.body == "true\nI'm thinking of another number.\n")

            lines = await program.lines(2 + wrong.count + 3)
            #expect(lines[2..<9].allSatisfy { $0 == "Request handled." })
            let other = try self.number(in: lines[9], after: "I'm thinking of another number: ")
            #expect(lines[10] == "Request handled.")
            #expect(other != number)
            #expect(try await program.curl("/?q=\(other)").body.hasPrefix("true\n"))
        }
    }

    @Test func refusesOtherMethods() async throws {
        try await withProgram("number-thinker", "--port", "0") { program in
            let methods = ["POST", "PUT", "DELETE", "BREW"]
            for method in methods {
                let reply = try await program.curl("/?q=1", "--request", method)
                let text = "Unsupported request: \(method)."
                // S16: a method that no resource has is another matter.
                let allow = (method == "BREW" ? [:] : ["allow": "GET, HEAD"]).merging(["vary": "Accept"]) { $1 }
                #expect(reply.status == (method == "BREW" ? 501 : 405))
                #expect(reply.headers == Reply.textHeaders(length: text.utf8.count, allow))
                #expect(reply.body == text)
            }
            let lines = await program.lines(2 + methods.count)
            #expect(lines[2...].elementsEqual(methods.map { _ in "Request handled." }))
        }
    }

    @Test func answersBadQueriesToo() async throws {
        try await withProgram("number-thinker", "--port", "0") { program in
            let reply = try await program.curl("/?q=%FF")
            let reason = "A query parameter cannot be decoded: The percent-decoded text is not valid UTF-8"
            #expect(reply.status == 400)
            #expect(reply.body == reason + ".")
            #expect(await program.lines(4)[2...] == ["Exception in handleRequest: \(reason)", "Request handled."])
            #expect(try await program.curl("/?q=%FF").status == 400)
        }
    }

    @Test func showsBrowsersAPage() async throws {
        try await withProgram("number-thinker", "--port", "0") { program in
            let number = try self.number(in: await program.lines(2)[0], after: "I'm thinking of a number: ")
            let accept = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

            let form = try await program.curl("/make_a_guess.html")
            #expect(form.status == 200)
            #expect(form.headers["content-type"] == "text/html; charset=utf-8")
            #expect(form.body.contains("<title>Make a guess</title>"))
            for digit in 0...9 {
                #expect(form.body.contains("<button name=\"q\" value=\"\(digit)\">\(digit)</button>"))
            }
            #expect(try await program.curl("/", "--header", accept).body.contains("<h1>Make a guess</h1>"))

            let wrong = try await program.curl("/?q=%3Cb%3E%22", "--header", accept)
            #expect(wrong.body.contains("<h1>No, it isn’t &lt;b&gt;&quot;</h1>"))
            #expect(!wrong.body.contains("<b>"))
            let right = try await program.curl("/?q=\(number)", "--header", accept)
            #expect(right.body.contains("<h1>Yes, it was \(number)!</h1>"))
            // A browser asks for pictures with other wishes.
            let icon = try await program.curl("/favicon.ico", "--header", "Accept: image/avif,*/*;q=0.8")
            #expect(icon.body == "false\n")
        }
    }

    private func number(in line: String, after prefix: String) throws -> Int {
        #expect(line.hasPrefix(prefix))
        let number = try #require(Int(line.dropFirst(prefix.count)))
        #expect((0...9).contains(number))
        return number
    }
}
