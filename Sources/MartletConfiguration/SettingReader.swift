#if Configuration
    import Configuration
    import Martlet

    /// Reads settings into properties, whose defaults they replace.
    ///
    /// The providers of swift-configuration keep what they find as text or as numbers, and return nothing for a value of
    /// another kind; here, that is an error.
    struct SettingReader {
        private let reader: ConfigReader

        init(_ reader: ConfigReader) {
            self.reader = reader
        }

        func read(_ key: String, into value: inout Bool) throws(SettingError) {
            try read(key, into: &value, "true or false") { text in
                switch text.lowercased() {
                case "true", "yes", "on", "1": true
                case "false", "no", "off", "0": false
                default: nil
                }
            }
        }

        func read(_ key: String, into value: inout Int) throws(SettingError) {
            try read(key, into: &value, "a whole number", Self.number)
        }

        func read(_ key: String, into value: inout Int?) throws(SettingError) {
            try read(key, into: &value, "a whole number, or none", Self.orNone(Self.number))
        }

        func read(_ key: String, into value: inout Duration) throws(SettingError) {
            try read(key, into: &value, "a number of seconds", Self.duration)
        }

        func read(_ key: String, into value: inout Duration?) throws(SettingError) {
            try read(key, into: &value, "a number of seconds, or none", Self.orNone(Self.duration))
        }

        func read(_ key: String, into value: inout String?) throws(SettingError) {
            try read(key, into: &value, "a text, or none", Self.orNone { $0 })
        }

        func read(_ key: String, into value: inout [AddressRange]) throws(SettingError) {
            let list = reader.stringArray(forKey: ConfigKey(key))
            try read(
                key,
                into: &value,
                "a list of addresses, such as 10.0.0.0/8 and ::1",
                text: list?.joined(separator: ",")
            ) {
                text in
                let items = text.split { $0 == "," || $0 == " " }.map(String.init)
                let ranges = items.compactMap { $0 == "unix:" ? .unix : AddressRange($0) }
                return ranges.count == items.count ? ranges : nil
            }
        }

        private func read<Value>(
            _ key: String,
            into value: inout Value,
            _ expected: String,
            text given: String? = nil,
            _ parse: (String) -> Value?
        ) throws(SettingError) {
            guard let text = given ?? text(key) else { return }
            guard let parsed = parse(text) else { throw SettingError(key: key, value: text, expected: expected) }
            value = parsed
        }

        /// The setting as text, whatever kind of value it is; nil if there is none.
        private func text(_ key: String) -> String? {
            let key = ConfigKey(key)
            return reader.string(forKey: key) ?? reader.int(forKey: key)?.description
                ?? reader.double(forKey: key)?.description ?? reader.bool(forKey: key)?.description
                ?? reader.stringArray(forKey: key)?.description
        }

        private static func number(_ text: String) -> Int? {
            guard let number = Int(text), number >= 0 else { return nil }
            return number
        }

        private static func duration(_ text: String) -> Duration? {
            // Longer than any process lives.
            guard let seconds = Double(text), (0...1e9).contains(seconds) else { return nil }
            return .seconds(seconds)
        }

        /// The same, with `none` for nil.
        private static func orNone<Value>(_ parse: @escaping (String) -> Value?) -> (String) -> Value?? {
            { text in text.lowercased() == "none" ? .some(nil) : parse(text).map { .some($0) } }
        }
    }
#endif
