/// Agreeing on compression by `Sec-WebSocket-Extensions` (RFC 6455 section 9.1, RFC 7692 section 7.1).
extension PerMessageDeflate {
    private static let name = "permessage-deflate"

    /// The parameters of one offer or answer, as they stand in the field.
    private struct Parameters {
        var serverNoContextTakeover = false
        var clientNoContextTakeover = false
        var serverMaxWindowBits: Int?
        /// Without a value, the inner optional is nil.
        var clientMaxWindowBits: Int??

        /// Nil when there is a parameter that is not known, a second one of the same name, or a value that can't be.
        init?(_ parameters: FieldParameters) {
            var seen: Set<String> = []
            for parameter in parameters {
                guard seen.insert(parameter.name).inserted else { return nil }
                switch (parameter.name, parameter.value) {
                case ("server_no_context_takeover", nil): serverNoContextTakeover = true
                case ("client_no_context_takeover", nil): clientNoContextTakeover = true
                case ("server_max_window_bits", let value?):
                    guard let bits = Self.bits(value) else { return nil }
                    serverMaxWindowBits = bits
                case ("client_max_window_bits", nil): clientMaxWindowBits = .some(nil)
                case ("client_max_window_bits", let value?):
                    guard let bits = Self.bits(value) else { return nil }
                    clientMaxWindowBits = bits
                default: return nil
                }
            }
        }

        /// 8 to 15 in decimal without leading zeros.
        private static func bits(_ text: String) -> Int? {
            guard let bits = Int(text), 8...15 ~= bits, "\(bits)" == text else { return nil }
            return bits
        }
    }

    /// The server's side: takes the first offer that can be accepted.
    ///
    /// - Parameters:
    ///   - offers: The values of the client's `Sec-WebSocket-Extensions` fields.
    ///   - options: What the server wants.
    /// - Returns: what is agreed on and the answer that says so; nil for no compression.
    public static func accept(
        _ offers: [String],
        _ options: WebSocketCompression
    ) -> (agreed: PerMessageDeflate, answer: String)? {
        guard options.isEnabled else { return nil }
        for offer in offers.lazy.flatMap({ FieldList($0) }) {
            guard let value = HeaderValue(String(offer)), value.value.equalsIgnoringCase(name),
                let offered = Parameters(value.parameters)
            else { continue }
            return accept(offered, options)
        }
        return nil
    }

    private static func accept(
        _ offered: Parameters,
        _ options: WebSocketCompression
    ) -> (agreed: PerMessageDeflate, answer: String) {
        var agreed = PerMessageDeflate()
        var answer = name
        if offered.serverNoContextTakeover || options.serverNoContextTakeover {
            agreed.serverNoContextTakeover = true
            answer += "; server_no_context_takeover"
        }
        if offered.clientNoContextTakeover || options.clientNoContextTakeover {
            agreed.clientNoContextTakeover = true
            answer += "; client_no_context_takeover"
        }
        // A server may refer less far back than it has said, so what it wants itself need not be said.
        agreed.serverMaxWindowBits = min(offered.serverMaxWindowBits ?? 15, options.serverMaxWindowBits ?? 15)
        if offered.serverMaxWindowBits != nil {
            answer += "; server_max_window_bits=\(agreed.serverMaxWindowBits)"
        }
        // A client that has not offered it does not understand it (section 7.1.2.2).
        if let hint = offered.clientMaxWindowBits {
            let bits = min(hint ?? 15, options.clientMaxWindowBits ?? 15)
            if bits < 15 {
                agreed.clientMaxWindowBits = bits
                answer += "; client_max_window_bits=\(bits)"
            }
        }
        return (agreed, answer)
    }

    /// The client's side: the offer to send; nil for none.
    public static func offer(_ options: WebSocketCompression) -> String? {
        guard options.isEnabled else { return nil }
        var offer = name
        if options.serverNoContextTakeover { offer += "; server_no_context_takeover" }
        if options.clientNoContextTakeover { offer += "; client_no_context_takeover" }
        if let bits = options.serverMaxWindowBits { offer += "; server_max_window_bits=\(bits)" }
        offer += "; client_max_window_bits"
        if let bits = options.clientMaxWindowBits { offer += "=\(bits)" }
        return offer
    }

    /// The client's side: reads the server's answer to the offer that ``offer(_:)`` made of the same options.
    ///
    /// - Parameter answers: The values of the server's `Sec-WebSocket-Extensions` fields.
    /// - Returns: what is agreed on; nil for no compression.
    /// - Throws: `WebSocketHandshakeError.extensions` when the server has accepted what was not offered.
    public static func agree(
        _ answers: [String],
        _ options: WebSocketCompression
    ) throws(WebSocketHandshakeError) -> PerMessageDeflate? {
        let members = answers.flatMap { FieldList($0).map(String.init) }
        guard let answer = members.first else { return nil }
        guard options.isEnabled, members.count == 1, let value = HeaderValue(answer),
            value.value.equalsIgnoringCase(name), let accepted = Parameters(value.parameters)
        else { throw .extensions(members.joined(separator: ", ")) }
        var agreed = PerMessageDeflate()
        agreed.serverNoContextTakeover = accepted.serverNoContextTakeover
        agreed.clientNoContextTakeover = accepted.clientNoContextTakeover || options.clientNoContextTakeover
        agreed.serverMaxWindowBits = accepted.serverMaxWindowBits ?? 15
        switch accepted.clientMaxWindowBits {
        // In an answer the parameter has a value (section 7.1.2.2).
        case .some(nil): throw .extensions(answer)
        case .some(let bits?): agreed.clientMaxWindowBits = min(bits, options.clientMaxWindowBits ?? 15)
        case nil: agreed.clientMaxWindowBits = options.clientMaxWindowBits ?? 15
        }
        // What was asked of the server it has to promise.
        guard agreed.serverNoContextTakeover || !options.serverNoContextTakeover,
            agreed.serverMaxWindowBits <= options.serverMaxWindowBits ?? 15
        else { throw .extensions(answer) }
        return agreed
    }
}
