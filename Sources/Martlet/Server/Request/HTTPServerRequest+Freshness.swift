import HTTPTypes
import HTTPWire

extension HTTPServerRequest {
    /// Whether the client has the current representation already, by the conditions of the request (RFC 9110 section
    /// 13). A handler that knows what version it is about to send, or to change, needs two lines:
    ///
    /// ```swift
    /// let tag = EntityTag(opaqueTag: "\(note.version ?? 0)")
    /// if try request.isFresh(etag: tag) { return }
    /// try await request.response.end(json: note)
    /// ```
    ///
    /// For `GET` and `HEAD`, this also sets `ETag` and `Last-Modified` of the response; if it is true, the response has
    /// become 304 (Not Modified), and the handler just returns. For methods that change something it is false if the
    /// conditions hold: `If-Match` then makes sure that the client changes the version that it knows, and
    /// `If-None-Match: *` that there is none.
    ///
    /// A response that the server compresses has a weak form of its tag, which can't be the one of an `If-Match`
    /// (section 13.1.1). Tags that are made of a version may be given as weak ones.
    ///
    /// - Parameters:
    ///   - etag: The entity tag of the current representation, without regard to compression; nil if it has none.
    ///   - modified: When that was last modified; nil, the default, if this is not known.
    ///   - exists: Whether there is a representation. True by default.
    /// - Throws: ``HTTPError`` with 412 (Precondition Failed) if a condition does not hold.
    public func isFresh(
        etag: EntityTag?,
        modified: HTTPDate? = nil,
        exists: Bool = true
    ) throws(HTTPError) -> Bool {
        let outcome = Preconditions(headers).evaluate(for: method, tag: etag, lastModified: modified, exists: exists)
        guard outcome != .failed else { throw HTTPError(.preconditionFailed) }
        guard exists, method == .get || method == .head else { return false }
        // The tag and the date are those of the representation that is sent, which is not this one after a change.
        if let etag { response.headers.entityTag = etag }
        if let modified { response.headers.lastModified = modified }
        guard outcome == .notModified else { return false }
        exchange.becomeNotModified()
        return true
    }
}

extension ServerExchange {
    /// Turns the response into 304, with the `Vary` that the whole one would have.
    fileprivate func becomeNotModified() {
        change { draft in
            draft.status = .notModified
            guard settings.configuration.autoCompress, var fields = draft.headers,
                !fields.contains(token: "accept-encoding", in: .vary), !fields.contains(token: "*", in: .vary)
            else { return }
            fields.append(HTTPField(name: .vary, value: "accept-encoding"))
            draft.headers = fields
        }
    }
}
