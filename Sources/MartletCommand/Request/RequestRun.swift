import ArgumentParser
import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// One request, from the command line to the output of its response.
struct RequestRun {
    private let method: HTTPRequest.Method
    private let options: RequestOptions
    private let url: HTTPURL
    /// The trace that the request begins, if it is to begin one.
    private let trace: TraceContext?

    init(_ method: HTTPRequest.Method, _ options: RequestOptions) throws {
        self.method = method
        self.options = options
        url = try options.url()
        trace = options.output.trace ? .random() : nil
    }

    private var output: OutputOptions { options.output }

    func run() async throws {
        if output.curl { return try await printCurlCommand() }
        let download = try output.download(of: url)
        let (timings, timingsIn) = AsyncStream.makeStream(of: HTTPClientMetrics.self)
        let (headers, saves) = (options.headers, !output.offline)
        try await options.connection.withClient(for: url, headers: headers, saves: saves) { configuration in
            if output.timing { configuration.onMetrics = { timingsIn.yield($0) } }
            if output.verbose { showHeads(&configuration) }
        } body: { client, headers in
            if output.offline { return try await printRequest(client, headers) }
            // Before the request, so that the trace of one that fails can be looked up too.
            if let trace { try StandardStream.error.write("trace \(trace.traceID)\n") }
            let result: Result<Void, any Error>
            do {
                result = .success(try await exchange(client, headers, download))
            } catch {
                result = .failure(error)
            }
            if output.timing { await show(timings) }
            try result.get()
        }
    }

    // MARK: The request

    private func exchange(_ client: HTTPClient, _ headers: [HeaderArgument], _ download: Download?) async throws {
        let content = try await options.requestContent()
        let body = try await content?.body()
        var (part, response) = try await respond(client, headers, content, body, download)
        if part != nil, response.status == .rangeNotSatisfiable {
            // The part is complete or too long.
            (part, response) = try await respond(client, headers, content, body, nil)
        }
        try await show(response, download, continuing: part)
    }

    private func printCurlCommand() async throws {
        let state = try await options.connection.savedState(for: url)
        let isAuthorized = options.connection.hasOwnCredentials
        var headers = state.headers.merged(with: options.headers, dropsAuthorization: isAuthorized)
        var traceFields = HTTPFields()
        traceFields.traceContext = trace
        for field in traceFields { headers.append(HeaderArgument(name: field.name, value: field.value)) }
        let cookies = state.cookies?.cookies(for: url, now: TimeSource.system.date) ?? []
        headers.append(cookies: cookies)
        let command = try CurlCommand(
            method,
            url,
            content: try await options.requestContent(),
            headers: headers,
            output: output,
            connection: options.connection
        )
        try StandardStream.output.write("\(command)\n")
    }

    private func printRequest(_ client: HTTPClient, _ headers: [HeaderArgument]) async throws {
        let content = try await options.requestContent()
        let body = try await content?.body()
        let style = output.style
        let head = output.headText(on: .output)
        try await HTTPClient.withOverride { request in
            var text = "\(request.method) \(request.url.requestTarget) HTTP/1.1\r\n"
            if request.headers[.hostField] == nil { text += "Host: \(request.url.authority)\r\n" }
            for field in request.headers { text += "\(field.name.rawName): \(field.value)\r\n" }
            if body != nil || [.post, .put, .patch].contains(request.method) {
                text += "Content-Length: \(request.body.readableBytes)\r\n"
            }
            try StandardStream.output.write(head.request(text + "\r\n"))
            var formatter = ContentFormatter(style, type: request.headers.contentType)
            try StandardStream.output.write(try formatter.format(request.body))
            try StandardStream.output.write(formatter.finish())
            return HTTPOverrides.Response()
        } operation: {
            _ = try await respond(client, headers, content, body, nil)
        }
    }

    private func respond(
        _ client: HTTPClient,
        _ headers: [HeaderArgument],
        _ content: RequestContent?,
        _ body: HTTPRequestBody?,
        _ download: Download?
    ) async throws -> (PartialDownload?, HTTPClientResponse) {
        let part = download?.part(from: url.absoluteTarget)
        let request = try client.open(method, url.description)
        var fields = request.headers
        for field in content?.fields ?? [:] { fields[field.name] = field.value }
        if output.continues {
            // A part of compressed content is of no use.
            fields[.acceptEncoding] = "identity"
            for field in part?.fields ?? [:] { fields[field.name] = field.value }
        }
        if let trace { fields.traceContext = trace }
        fields.apply(headers)
        request.headers = fields
        let verbose = output.verbose ? output.headText(on: .error, prefix: "< ") : nil
        let response: HTTPClientResponse
        if let body { response = try await request.end(body) } else { response = try await request.end() }
        if let verbose {
            try StandardStream.error.write(verbose.response(response.version, response.status, response.headers))
        }
        return (part, response)
    }

    /// Shows the heads that are sent, and the redirects that are followed.
    private func showHeads(_ configuration: inout HTTPClient.Configuration) {
        let sent = output.headText(on: .error, prefix: "> ")
        configuration.onRequestHead = { try? StandardStream.error.write(sent.request($0)) }
        let received = output.headText(on: .error, prefix: "< ")
        configuration.onInformationalHead = { head in
            let text = received.response(head.version, head.status, head.fields.makeHTTPFields())
            try? StandardStream.error.write(text)
        }
        configuration.onRedirect = { _, response in
            let head = received.response(response.version, response.status, response.headers)
            try StandardStream.error.write(head)
            return true
        }
    }

    // MARK: The response

    private func show(
        _ response: HTTPClientResponse,
        _ download: Download?,
        continuing part: PartialDownload?
    ) async throws {
        let isFailure = output.fail && response.status.code >= 400
        let style = output.style
        if output.include || method == .head {
            let text = output.output == "-" ? HeadText() : output.headText(on: .output)
            try StandardStream.output.write(text.response(response.version, response.status, response.headers))
        }
        if method == .head {
            // There is no content, and no file for it.
        } else if let download {
            if !isFailure { try await download.save(response, continuing: part, from: url.absoluteTarget) }
        } else {
            var formatter = ContentFormatter(style, type: response.headers.contentType)
            do {
                for try await bytes in response.body {
                    try StandardStream.output.write(try formatter.format(bytes))
                }
            } catch let error as HTTPClientError {
                // The content that has arrived is shown before the error.
                try StandardStream.output.write(formatter.finish())
                throw error
            }
            try StandardStream.output.write(formatter.finish())
        }
        guard isFailure else { return }
        let exit: CommandStatus = response.status.code < 500 ? .clientError : .serverError
        if output.quiet { throw ExitCode(exit.rawValue) }
        let reason = response.status.reasonPhrase
        let status = reason.isEmpty ? "\(response.status.code)" : "\(response.status.code) \(reason)"
        throw CommandFailure(exit, "The server responded with \(status).")
    }

    private func show(_ timings: AsyncStream<HTTPClientMetrics>) async {
        // The metrics arrive when the connection has finished with the response: immediately if it was read to its end.
        let patience = Task {
            try await Task.sleep(for: .seconds(1))
        }
        let metrics = await withTaskGroup(of: HTTPClientMetrics?.self) { group in
            group.addTask { await timings.first { _ in true } }
            group.addTask {
                _ = await patience.result
                return nil
            }
            defer { group.cancelAll() }
            defer { patience.cancel() }
            return await group.next() ?? nil
        }
        if let metrics { try? StandardStream.error.write(TimingText(metrics).description) }
    }
}
