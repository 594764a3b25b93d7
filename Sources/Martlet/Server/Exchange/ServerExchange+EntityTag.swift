import HTTPTypes
import HTTPWire
import NIOCore

extension ServerExchange {
    /// Gives whole content an entity tag, unless it is too large or the response has a tag already, and answers the
    /// conditions of the request by that.
    ///
    /// - Returns: What is to be sent: nothing, with 304, if the client has it.
    /// - Throws: ``HTTPError`` with 412 for a condition that does not hold.
    func tagged(_ content: OutgoingContent, upTo limit: Int) throws(HTTPError) -> OutgoingContent {
        // A handler that treats HEAD separately writes no content. It would get another tag than that of GET.
        guard head.method == .get || head.method == .head, 1...limit ~= content.byteCount else { return content }
        var outcome = Preconditions.Outcome.proceed
        change { draft in
            var fields = draft.headers ?? settings.defaultHeaders
            guard draft.status.code == 200, draft.impossibleStatusCode == nil, fields[.eTag] == nil else { return }
            let tag = EntityTag(opaqueTag: ContentDigest(of: content.buffer).description)
            fields.entityTag = tag
            draft.headers = fields
            outcome = Preconditions(headers).evaluate(for: head.method, tag: tag, lastModified: fields.lastModified)
            guard outcome == .notModified else { return }
            // The fields of 200, a weak tag and `Vary` where the content would be compressed included (section 15.4.5).
            _ = chooseCoding(&draft, wholeLength: content.byteCount)
            draft.headers?[.contentEncoding] = nil
            draft.headers?[.contentLength] = nil
            draft.contentLength = nil
            draft.status = .notModified
        }
        switch outcome {
        case .proceed: return content
        case .notModified: return .none
        case .failed: throw HTTPError(.preconditionFailed)
        }
    }
}
