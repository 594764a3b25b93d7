import ArgumentParser
import HTTPTypes
import HTTPWire
import Martlet

/// The options of the subcommands that send a request.
struct RequestOptions: Sendable {
    let target: TargetOptions
    let items: [RequestItem]
    let content: ContentOptions
    let output: OutputOptions
    let connection: ConnectionOptions

    /// Makes sure that the items and the options don't contradict each other.
    func validate() throws {
        try items.compactMap(\.source).checkStandardInput()
        if items.haveContent, content.requestContent != nil {
            throw ValidationError("Items such as name=text are content: use them without --data, --json and --form.")
        }
        if content.asForm, !items.haveContent { throw ValidationError("--as-form needs items such as name=text.") }
        guard content.asForm || items.haveUploads else { return }
        for case .json(let name, _) in items {
            throw ValidationError("A form has only texts: write \(name)=text, not \(name):=json.")
        }
    }

    /// The URL, with the parameters among the items.
    func url() throws -> HTTPURL {
        guard let url = HTTPURL(URLArgument.expand(target.url)) else { throw HTTPClientError.invalidURL(target.url) }
        guard let query = items.query else { return url }
        return url.withQuery([url.query ?? "", query].filter { !$0.isEmpty }.joined(separator: "&"))
    }

    /// The header fields of the options and of the items.
    var headers: [HeaderArgument] { target.headers + items.headers }

    /// The content; nil if there is none.
    func requestContent() async throws -> RequestContent? {
        if let content = content.requestContent { return content }
        return try await items.content(asForm: content.asForm)
    }

    /// Sends the request, and handles the response as the options say.
    func send(_ method: HTTPRequest.Method) async throws {
        try await perform {
            try await RequestRun(method, self).run()
        }
    }
}
