import Foundation
import Martlet
import TestProcesses

/// A run of `martlet serve`.
struct Serving {
    let process: Subprocess
    /// Where it is reached, without a slash at the end.
    let url: String
    private let client: HTTPClient

    fileprivate init(_ process: Subprocess) async throws {
        self.process = process
        guard let line = await process.errors.line(startingWith: "Serving "), let url = line.split(separator: " ").last
        else { throw CocoaError(.fileReadUnknown) }
        self.url = String(url.dropLast())
        var configuration = HTTPClient.Configuration()
        configuration.findProxy = { _ in .direct }
        configuration.decompresses = false
        configuration.followsRedirects = false
        client = HTTPClient(configuration: configuration)
    }

    func get(_ target: String, accept: String? = nil) async throws -> HTTPClientResponse {
        try await client.get(url + target, headers: accept.map { [.accept: $0] } ?? [:])
    }

    func post(_ target: String, body: HTTPRequestBody, headers: HTTPFields = [:]) async throws -> HTTPClientResponse {
        try await client.post(url + target, body: body, headers: headers)
    }

    /// Sends it Control-C, and waits for its end.
    func interrupt() async -> Run {
        await client.close()
        process.send(SIGINT)
        return await Run(process)
    }

    fileprivate func end() async {
        await client.close(force: true)
        await process.end()
    }
}

/// Starts `martlet serve` on a port that is free, and ends it after `test` at the latest.
func withServing(
    _ arguments: String...,
    in directory: URL,
    environment: [String: String] = [:],
    terminals: Set<CInt> = [],
    test: (Serving) async throws -> Void
) async throws {
    let process = try startMartlet(
        ["serve", "--port", "0"] + arguments,
        in: directory,
        environment: environment,
        terminals: terminals
    )
    do {
        let serving = try await Serving(process)
        do {
            try await test(serving)
        } catch {
            await serving.end()
            throw error
        }
        await serving.end()
    } catch {
        await process.end()
        throw error
    }
}

extension URL {
    /// Writes a file into this directory, which is made if there is none.
    func write(_ text: String, to name: String) throws {
        let file = appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    /// The content of a file in this directory; nil if there is none.
    func text(of name: String) -> String? {
        try? String(contentsOf: appending(path: name), encoding: .utf8)
    }
}
