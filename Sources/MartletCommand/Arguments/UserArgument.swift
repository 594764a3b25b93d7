import ArgumentParser

/// `name:password`, or `name` alone to be asked for the password.
struct UserArgument: ExpressibleByArgument, Equatable {
    let name: String
    let password: String?

    init(name: String, password: String?) {
        self.name = name
        self.password = password
    }

    init(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        name = parts.first.map(String.init) ?? ""
        password = parts.count == 2 ? String(parts[1]) : nil
    }
}

/// A number of seconds above zero, such as 0.5.
struct SecondsArgument: ExpressibleByArgument, Equatable {
    let duration: Duration

    init?(argument: String) {
        // More than 30 years is a mistake.
        guard let seconds = Double(argument), seconds > 0, seconds <= 1e9 else { return nil }
        duration = .seconds(seconds)
    }
}

/// When to do something.
enum Choice: String, ExpressibleByArgument, CaseIterable {
    /// If the output goes to a terminal.
    case auto
    case always
    case never

    /// The decision, given what `auto` means.
    func decide(_ automatic: @autoclosure () -> Bool) -> Bool {
        switch self {
        case .auto: automatic()
        case .always: true
        case .never: false
        }
    }
}
