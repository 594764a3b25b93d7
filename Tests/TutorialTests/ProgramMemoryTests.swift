import TestProcesses
import Testing

/// How much memory a program takes, seen from outside.
@Suite(.timeLimit(.minutes(5)))
struct ProgramMemoryTests {
    @Test("M1: requests of 60 kB, each written so that it ends inside the next head, take no more and more memory")
    func requestsCutInTheirHeads() async throws {
        try await withProgram("hello-world-server", "--port", "0") { program in
            guard program.process.residentBytes != nil else { return }
            let fields = (0..<15).map { "X-\($0): \(String(repeating: "x", count: 4_000))\r\n" }.joined()
            let request = "GET / HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n"
            let (beginning, rest) = (request.prefix(40), request.dropFirst(40))
            let client = try RawClient(port: program.port)
            try client.send(String(beginning))
            var warm = 0
            for number in 0..<1_120 {
                // Held back until the last one is answered, so that each is a read of its own.
                try client.send(String(rest + beginning))
                let answer = try client.receive(until: "Hello, world!")
                try #require(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
                if number == 50 { warm = program.process.residentBytes ?? 0 }
            }
            let growth = (program.process.residentBytes ?? 0) - warm
            #expect(growth < 6 << 20, "\(growth) bytes more for 64 MiB")
        }
    }
}
