import HTTPTypes
import HTTPWire

/// The form in which an error is answered: the one that the client prefers, by its `Accept` (RFC 9110 section 12.5.1).
package enum ErrorForm: Sendable, Hashable {
    case plainText
    /// A page, which `ErrorPages` has.
    case html
    /// A problem report (RFC 9457).
    case problem

    /// The preferred form.
    ///
    /// A client that likes several equally gets plain text; a report if the error brings one, or if the client names
    /// JSON, as programs do that also send `*/*`. Browsers say that they prefer HTML.
    ///
    /// - Parameters:
    ///   - accept: The fields of the request.
    ///   - isReport: Whether the error brings a report of its own.
    ///   - hasPages: Whether there are pages.
    package init(_ fields: HTTPFields, isReport: Bool, hasPages: Bool) {
        // `application/json` stands for the report, too: whatever asks for JSON can read it.
        let reports: [MediaType] = [.problemJSON, .json]
        let texts: [MediaType] = hasPages ? [.plainText, .html] : [.plainText]
        let accepted = fields.qualityList(of: .accept)
        let namesJSON = accepted?.items.contains { $0.quality > 0 && MediaType($0.value)?.isJSON == true } ?? false
        let candidates = isReport || namesJSON ? reports + texts.reversed() : texts + reports
        switch accepted?.preferred(among: candidates) {
        case .html: self = .html
        case .plainText: self = .plainText
        case .problemJSON, .json: self = .problem
        default: self = isReport ? .problem : .plainText
        }
    }
}

extension ServerExchange {
    /// The answer to an error in the form that the client prefers, and whether that depends on its `Accept`. An answer
    /// that has a type stays as it is, since it has been rendered already.
    func presented(_ answer: HTTPError, of error: any Error) -> (HTTPError, isNegotiated: Bool) {
        guard answer.status.code >= 400, answer.headers[.contentType] == nil else { return (answer, false) }
        let report = Problem(of: error, answer: answer)
        // Without a preference and without a report, nothing has to be decided.
        guard report != nil || head.fields.contains(.accept) else { return (answer, false) }
        guard ErrorForm(headers, isReport: report != nil, hasPages: false) == .problem else { return (answer, true) }
        var presented = answer
        presented.message = (report ?? Problem(answer)).json(settings.configuration.json)
        presented.headers[.contentType] = MediaType.problemJSON.description
        return (presented, true)
    }

    /// Says that the response depends on `Accept`.
    func addVaryAccept() {
        change { draft in
            var fields = draft.headers ?? settings.defaultHeaders
            guard !fields.contains(token: "accept", in: .vary) else { return }
            fields.append(HTTPField(name: .vary, value: "Accept"))
            draft.headers = fields
        }
    }
}
