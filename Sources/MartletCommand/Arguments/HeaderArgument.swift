import ArgumentParser
import HTTPTypes
import HTTPWire

/// A header field: `Name: value`. `Name:` removes a field that would be sent, `Name;` sends it with an empty value.
struct HeaderArgument: ExpressibleByArgument, Equatable {
    let name: HTTPField.Name
    /// The value; nil to remove the field.
    let value: String?

    init?(argument: String) {
        if let colon = argument.firstIndex(of: ":") {
            let value = argument[argument.index(after: colon)...].trimmed
            self.init(argument[..<colon], value: value.isEmpty ? nil : value)
        } else if argument.hasSuffix(";") {
            self.init(argument.dropLast(), value: "")
        } else {
            return nil
        }
    }

    /// The argument as text.
    var argument: String {
        guard let value else { return "\(name.rawName):" }
        return value.isEmpty ? "\(name.rawName);" : "\(name.rawName): \(value)"
    }

    /// - Parameter value: A valid value.
    init(name: HTTPField.Name, value: String) {
        self.name = name
        self.value = value
    }

    private init?(_ name: Substring, value: String?) {
        guard let name = HTTPField.Name(name.trimmed), HTTPField.isValidValue(value ?? "") else { return nil }
        self.name = name
        self.value = value
    }
}

extension HTTPFields {
    /// Applies the header arguments of the command line.
    mutating func apply(_ arguments: [HeaderArgument]) {
        for argument in arguments { self[argument.name] = nil }
        for argument in arguments {
            guard let value = argument.value else { continue }
            append(HTTPField(name: argument.name, value: value))
        }
    }
}

extension [HeaderArgument] {
    /// Adds cookies to the `Cookie` field, of which a request has just one.
    mutating func append(cookies: [Cookie]) {
        guard !cookies.isEmpty else { return }
        let own = filter { $0.name == .cookie }.compactMap(\.value)
        removeAll { $0.name == .cookie }
        let text = (own + cookies.map(\.description)).joined(separator: "; ")
        append(HeaderArgument(name: .cookie, value: text))
    }
}

extension Substring {
    /// The text without the white space around it.
    fileprivate var trimmed: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
