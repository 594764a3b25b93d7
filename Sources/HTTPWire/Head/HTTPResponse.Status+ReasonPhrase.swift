public import HTTPTypes

extension HTTPResponse.Status {
    /// The reason phrase that IANA has registered for a status code; `nil` for a code without one.
    ///
    /// 306 and 418 are registered as unused, so neither has one.
    public static func reasonPhrase(forCode code: Int) -> String? {
        guard let line = StatusTable.line(code) else { return nil }
        return line.withUTF8Buffer { bytes in
            String(
                decoding: bytes.dropFirst(StatusTable.prefixLength).dropLast(StatusTable.suffixLength),
                as: UTF8.self
            )
        }
    }
}
