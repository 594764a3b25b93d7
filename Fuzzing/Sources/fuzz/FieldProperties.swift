import HTTPTypes
import HTTPWire

/// What has to hold for field values and targets: nothing traps, and what is written of one is read as the same.
enum FieldProperties {
    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    static func checkTarget(_ bytes: [UInt8]) {
        checkHost(bytes)
        let raw = bytes.withUnsafeBytes { bytes in
            [false, true].map { RequestTarget.form(of: bytes, isConnect: $0) }
        }
        let text = text(bytes)
        for (isConnect, form) in zip([false, true], raw) {
            guard let target = RequestTarget(text, isConnect: isConnect) else {
                // Text is judged like its bytes; those that are not UTF-8 are as good as those of U+FFFD.
                expectEqual(form, nil, "valid as bytes only")
                continue
            }
            expectEqual(form, target.form, "another form as bytes")
            expectEqual(RequestTarget(target.raw, isConnect: isConnect), target, "the text is another target")
            if target.raw.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) { fatalError("\(target.raw) is no URI") }
            _ = (target.path, target.query, target.scheme)
            _ = (try? target.pathSegments, try? target.queryParameters)
            if let authority = target.authority {
                expectEqual(Authority(authority.description), authority, "authority written and read again")
            }
        }
    }

    static func checkHost(_ bytes: [UInt8]) {
        guard let authority = Authority(text(bytes)) else { return }
        expectEqual(Authority(authority.description), authority, "written and read again")
    }

    static func checkQuery(_ bytes: [UInt8]) {
        guard let query = try? QueryParameters(text(bytes)) else { return }
        expectEqual(try? QueryParameters(query.description), query, "written and read again")
    }

    static func checkMediaType(_ bytes: [UInt8]) {
        if let value = HeaderValue(text(bytes)) {
            expectEqual(HeaderValue(value.description), value, "written and read again")
        }
        if let policy = StrictTransportSecurity(text(bytes)) {
            expectEqual(StrictTransportSecurity(policy.description), policy, "written and read again")
        }
        if let value = Authorization(text(bytes)) { _ = (value.basic, value.bearerToken) }
        guard let type = MediaType(text(bytes)) else { return }
        expectEqual(MediaType(type.description), type, "written and read again")
        _ = (type.type, type.subtype, type.charset)
    }

    static func checkCookie(_ bytes: [UInt8]) {
        for cookie in Cookie.parse(text(bytes)) {
            expectEqual(Cookie.parse(cookie.description), [cookie], "written and read again")
            _ = cookie.unquotedValue
        }
    }

    static func checkSetCookie(_ bytes: [UInt8]) {
        guard let cookie = SetCookie(fieldValue: text(bytes)) else { return }
        expectEqual(SetCookie(fieldValue: cookie.description), cookie, "written and read again")
        _ = cookie.violation
    }

    static func checkDate(_ bytes: [UInt8]) {
        let text = text(bytes)
        for date in [HTTPDate(text), HTTPDate(text, now: HTTPDate(secondsSince1970: 0)), HTTPDate(cookieDate: text)] {
            guard let date else { continue }
            expectEqual(HTTPDate(date.description), date, "written and read again")
        }
    }

    static func checkQualityList(_ bytes: [UInt8]) {
        for item in QualityList(text(bytes)).items {
            guard 0...1000 ~= item.quality else { fatalError("a weight of \(item.quality)") }
        }
        for member in FieldList(text(bytes)) where member.isEmpty { fatalError("an empty member") }
    }

    static func checkTraceContext(_ bytes: [UInt8]) {
        let text = text(bytes)
        if let state = TraceState(text) {
            expectEqual(TraceState(state.description), state, "a state, written and read again")
            guard state.members.count <= TraceState.maximumCount else { fatalError("\(state.members.count) members") }
        }
        // A line for each field, or only one.
        let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let trace = TraceContext(lines[0], state: lines.dropFirst().first ?? "") else { return }
        expectEqual(TraceContext(trace.description, state: trace.state.description), trace, "written and read again")
        guard trace.traceID.utf8.count == 32, trace.spanID.utf8.count == 16 else { fatalError("\(trace)") }
    }

    static func checkForwarded(_ bytes: [UInt8]) {
        for element in ForwardedElement.parse(text(bytes)) ?? [] {
            for case let node? in [element.client, element.proxy] {
                expectEqual(ForwardedNode(node.description), node, "written and read again")
            }
        }
    }
}
