import HTTPTypes

/// All that the subcommands that send a request understand.
struct RequestOptions: Sendable {
    let target: TargetOptions
    let content: ContentOptions
    let output: OutputOptions
    let connection: ConnectionOptions

    /// Sends the request, and does with the response what the options say.
    func send(_ method: HTTPRequest.Method) async throws {
        try await perform {
            try await RequestRun(method, self).run()
        }
    }
}
