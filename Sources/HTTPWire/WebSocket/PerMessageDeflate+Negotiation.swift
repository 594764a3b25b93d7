/// Negotiates compression with `Sec-WebSocket-Extensions` (RFC 6455 section 9.1, RFC 7692 section 7.1).
extension PerMessageDeflate {
    private static let name = "permessage-deflate"

    /// The parameters of one offer or response, as in the field.
    private struct Parameters {
        var serverNoContextTakeover = false
        var clientNoContextTakeover = false
        var serverMaxWindowBits: Int?
        /// The inner optional is nil for a parameter without a value.
        var clientMaxWindowBits: Int??

        /// Nil if a parameter is unknown or repeated, or has an invalid value.
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

    /// The server's side: accepts the first acceptable offer.
    ///
    /// - Parameters:
    ///   - offers: The values of the client's `Sec-WebSocket-Extensions` fields.
    ///   - options: The server's options.
    /// - Returns: The negotiated parameters and the value of the response's field; nil for no compression.
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
        // A server may use a smaller window than it announces, so its own preference need not be sent.
        agreed.serverMaxWindowBits = min(offered.serverMaxWindowBits ?? 15, options.serverMaxWindowBits ?? 15)
        if offered.serverMaxWindowBits != nil {
            answer += "; server_max_window_bits=\(agreed.serverMaxWindowBits)"
        }
        // A client that has not offered the parameter does not support it (section 7.1.2.2).
        if let hint = offered.clientMaxWindowBits {
            let bits = min(hint ?? 15, options.clientMaxWindowBits ?? 15)
            if bits < 15 {
                agreed.clientMaxWindowBits = bits
                answer += "; client_max_window_bits=\(bits)"
            }
        }
        return (agreed, answer)
    }

    /// The client's side: the offer to send; nil if compression is off.
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

    /// The client's side: reads the server's response to the offer that ``offer(_:)`` created from the same options.
    ///
    /// - Parameter options: The options of the offer.
    /// - Parameter answers: The values of the server's `Sec-WebSocket-Extensions` fields.
    /// - Returns: The negotiated parameters; nil for no compression.
    /// - Throws: `WebSocketHandshakeError.extensions` if the server has accepted something that was not offered.
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
        // In a response the parameter has a value (section 7.1.2.2).
        case .some(nil): throw .extensions(answer)
        case .some(let bits?): agreed.clientMaxWindowBits = min(bits, options.clientMaxWindowBits ?? 15)
        case nil: agreed.clientMaxWindowBits = options.clientMaxWindowBits ?? 15
        }
        // The server has to confirm what was requested of it.
        guard agreed.serverNoContextTakeover || !options.serverNoContextTakeover,
            agreed.serverMaxWindowBits <= options.serverMaxWindowBits ?? 15
        else { throw .extensions(answer) }
        return agreed
    }
}
