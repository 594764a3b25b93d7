/// The names of hosts, as far as two of them are compared.
package enum HostName {
    /// The one form of a name: ASCII letters in lower case, without the dot that marks a name as absolute (RFC 1034
    /// section 3.1).
    ///
    /// Addresses are left as they are but for such a dot; ``IPAddressBytes`` has their form.
    package static func normalized(_ name: String) -> String {
        let name = name.asciiLowercased
        return name.utf8.last == 0x2E ? String(decoding: name.utf8.dropLast(), as: UTF8.self) : name
    }
}
