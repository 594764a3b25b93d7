import HTTPTypes
import HTTPWire
import NIOCore

extension ServerExchange {
    /// Throws away what the handler said about its response, in favour of `answer`.
    func replaceDraft(with answer: HTTPError, closes: Bool) {
        change { draft in
            draft = ResponseDraft(isPersistent: draft.isPersistent && !closes)
            draft.status = answer.status
            if !answer.headers.isEmpty {
                var headers = settings.defaultHeaders
                for field in answer.headers {
                    headers[field.name] = nil
                }
                headers.append(contentsOf: answer.headers)
                draft.headers = headers
            }
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
