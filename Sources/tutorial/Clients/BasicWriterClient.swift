import ArgumentParser
import Martlet

/// Sends JSON to basic-writer-server, which writes it to a file, and prints the response.
struct BasicWriterClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "basic-writer-client",
        abstract: "Sends JSON to basic-writer-server and prints the response.",
        discussion: "How a client opens a POST request, sets its header fields, writes its content and ends it. "
            + "Start basic-writer-server first."
    )

    @Option(help: "The address or host name of the server.")
    var host = "127.0.0.1"

    @Option(help: "The port of the server.")
    var port = 4049

    private static let json = """
        {"name":"Han Solo","job":"reluctant hero","BFF":"Chewbacca","ship":"Millennium Falcon",\
        "weakness":"smuggling debts"}
        """

    func run() async throws {
        let request = try HTTPClient.shared.open(.post, "http://\(host):\(port)/file.txt")
        request.headers[.contentType] = "application/json; charset=utf-8"
        try await request.write(Self.json)
        let response = try await request.end()
        Console().print(try await response.text())
    }
}
