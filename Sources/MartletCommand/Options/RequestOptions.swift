import HTTPTypes

/// The options of the subcommands that send a request.
struct RequestOptions: Sendable {
    let target: TargetOptions
    let content: ContentOptions
    let output: OutputOptions
    let connection: ConnectionOptions

    /// Sends the request, and handles the response as the options say.
    func send(_ method: HTTPRequest.Method) async throws {
        try await perform {
            try await RequestRun(method, self).run()
        }
    }
}
