/// The description of a program.
struct ProgramGuide: Sendable {
    /// The name of the subcommand.
    let name: String
    /// The default port of the program.
    let port: Int
    /// The purpose of the program, in a sentence.
    let summary: String
    /// The lesson of the program, in a sentence or two.
    let lesson: String
    /// The path to open in a browser.
    let path: String
    /// The text of the link to `path`.
    let linkText: String
    /// The name of the program's source file.
    let sourceFile: String
    /// Whether requests for any host are answered, because a page of another site could not read or change anything.
    let answersAnyHost: Bool
    /// The command to try with a server at this URL.
    let curl: @Sendable (_ url: String) -> String

    init(
        name: String,
        port: Int,
        summary: String,
        lesson: String,
        path: String = "/",
        linkText: String = "Open",
        sourceFile: String = #fileID,
        answersAnyHost: Bool = false,
        curl: @escaping @Sendable (_ url: String) -> String = { "curl \($0)" }
    ) {
        self.name = name
        self.port = port
        self.summary = summary
        self.lesson = lesson
        self.path = path
        self.linkText = linkText
        self.sourceFile = sourceFile.split(separator: "/").last.map(String.init) ?? sourceFile
        self.answersAnyHost = answersAnyHost
        self.curl = curl
    }

    /// The name as a title: `Note server`.
    var title: String {
        let words = name.split(separator: "-").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}
