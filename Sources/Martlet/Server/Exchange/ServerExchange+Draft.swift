import HTTPTypes
import HTTPWire
import NIOCore

extension ServerExchange {
    /// Replaces the handler's response with `answer`, and keeps only the fields that apply to any response, such as its
    /// cookies.
    ///
    /// - Parameter keepsFields: Whether any field is kept.
    func replaceDraft(with answer: HTTPError, closes: Bool, keepsFields: Bool = true) {
        change { draft in
            let old = draft
            draft = ResponseDraft(isPersistent: old.isPersistent && !closes)
            draft.status = answer.status
            let kept = keepsFields ? old.fieldsOfAnyResponse : []
            if keepsFields { draft.cookies = old.cookies }
            guard !kept.isEmpty || !answer.headers.isEmpty else { return }
            var headers = settings.defaultHeaders
            for field in kept where field.name != .setCookie { headers[field.name] = nil }
            headers.append(contentsOf: kept)
            for field in answer.headers where field.name != .setCookie { headers[field.name] = nil }
            headers.append(contentsOf: answer.headers)
            draft.headers = headers
        }
    }

    /// Sets, replaces or clears the time after which the connection is torn down.
    func setDeadline(_ deadline: Duration?) {
        changeAnytime { $0.deadline = deadline }
        let scheduled = deadline.map { deadline in
            eventLoop.scheduleTask(in: TimeAmount(deadline)) { [weak self] in
                guard let self else { return }
                self.connection.deadlinePassed(self)
            }
        }
        replaceDeadline(with: scheduled)
    }
}

extension ResponseDraft {
    /// The fields that do not describe the handler's own response, and so are sent with the answer to its error too:
    /// cookies, the permission to read the response (CORS), what it depends on, and what applies to the whole server.
    fileprivate var fieldsOfAnyResponse: [HTTPField] {
        headers?.filter { field in
            switch field.name {
            case .setCookie, .vary, .strictTransportSecurity: true
            default: field.name.canonicalName.hasPrefix("access-control-")
            }
        } ?? []
    }
}
