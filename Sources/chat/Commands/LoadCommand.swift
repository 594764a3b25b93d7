import ArgumentParser
import Foundation
import Martlet

/// Fills a room with clients, and checks whether each gets every message.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Fills a chat with clients and measures what they get.",
        shouldDisplay: false
    )

    @Option(help: "The chat's WebSocket.")
    var url = "ws://127.0.0.1:4050/ws"

    @Option(help: "How many clients to connect.")
    var clients = 2_000

    @Option(help: "How many messages they send per second, all together.")
    var rate = 10

    @Option(help: "For how many seconds they send messages.")
    var seconds = 60

    @Option(help: "The minimum length of a message in characters.")
    var size = 0

    @Option(help: "How many additional clients join and then read nothing.")
    var stalled = 0

    @Flag(help: "Whether clients come back when their connections end, and send again what was not accepted.")
    var returning = false

    @Option(help: "A second at which something happens to the chat, to tell how long it took. Can be repeated.")
    var mark: [Int] = []

    @Option(help: "The process id of the server, to measure its memory. Can be repeated, for all servers together.")
    var pid: [Int] = []

    func validate() throws {
        guard clients > 0, rate > 0, seconds > 0, stalled >= 0, (0...3_900).contains(size) else {
            throw ValidationError("Clients, rate and seconds must be at least 1, and the size at most 3900.")
        }
    }

    func run() async throws {
        OpenFileLimit.raise()
        var plan = LoadPlan(url: url, clients: clients, rate: rate, seconds: seconds, size: size, stalled: stalled)
        (plan.returns, plan.marks) = (returning, mark)
        let memory = pid.isEmpty ? nil : ProcessMemory(processes: pid)
        let report = try await LoadRun(plan: plan, memory: memory).run {
            print($0)
            fflush(nil)
        }
        print(report.text)
        if !report.isPerfect { throw ExitCode.failure }
    }
}
