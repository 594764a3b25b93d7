/// The name of a new project, and the names that are derived from it.
///
/// A plain value: text in, names out.
struct ProjectName: Equatable, Sendable {
    /// The name of the package, of the program and of its systemd unit, such as `note-server`.
    let program: String
    /// The name of the module, such as `NoteServer`.
    let module: String

    /// The longest name: Docker, systemd and file systems accept longer ones, but nobody can read them.
    static let maximumLength = 64

    /// Reads a name that a user has chosen.
    init(_ text: String) throws(ProjectNameError) {
        guard !text.isEmpty, text.utf8.count <= Self.maximumLength else { throw .invalidLength }
        guard text.utf8.allSatisfy(Self.isAllowed), let first = text.utf8.first, (0x61...0x7A).contains(first | 0x20)
        else { throw .invalidCharacters(text) }
        // Images of containers have names in lower case, without separators at the end or twice in a row.
        let words = text.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "_" }
        guard words.allSatisfy({ !$0.isEmpty }) else { throw .invalidCharacters(text) }
        program = text.lowercased()
        module = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        guard !Self.takenNames.contains(module.lowercased()) else { throw .taken(text) }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
    }

    /// Modules and products that can't exist twice in one program, in lower case: those of Martlet, those that the new
    /// project imports, and those of Swift.
    static let takenNames: Set<String> = [
        "cbrotli", "cepoll", "cfilesystem", "chat", "chiredis", "clibrary", "cmariadb", "czlib", "czstandard",
        "developmentcertificates", "httpwire", "linkageprobe", "martlet", "martletcommand", "martletconfiguration",
        "martletpasswords", "martletredis", "martlettelemetry", "martlettesting", "martletweb", "programsupport",
        "readmeprogram",
        "requestcost", "servingprobe", "starterproject", "testbrowser", "testprocesses", "tutorial",
        "crypto", "httptypes", "logging", "niocore", "nioposix", "niossl", "servicelifecycle", "unixsignals", "x509",
        "any", "foundation", "foundationessentials", "glibc", "main", "musl", "observation", "protocol", "self",
        "swift",
        "synchronization", "testing", "type", "xctest",
    ]
}

/// Why a text can't be the name of a project.
enum ProjectNameError: Error, Equatable, CustomStringConvertible {
    case invalidLength
    case invalidCharacters(String)
    case taken(String)

    var description: String {
        switch self {
        case .invalidLength:
            "A name has 1 to \(ProjectName.maximumLength) characters."
        case .invalidCharacters(let name):
            "\"\(name)\" can't be the name of a project: use letters of English, digits and single hyphens, and begin "
                + "with a letter, such as note-server."
        case .taken(let name):
            "\"\(name)\" is the name of a module that the project would be built with. Choose another one, such as "
                + "\(name)-server."
        }
    }
}
