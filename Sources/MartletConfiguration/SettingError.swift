#if Configuration
    /// A setting that its property can't have.
    public struct SettingError: Error, Sendable, Hashable, CustomStringConvertible {
        /// The key of the setting.
        public let key: String
        /// The text of the setting.
        public let value: String
        /// The form that it must have.
        public let expected: String

        /// The fault, and how to mend it.
        public var description: String {
            "The setting \(key) is \(value.debugDescription), but must be \(expected)."
        }
    }
#endif
