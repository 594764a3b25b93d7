import ArgumentParser

@main
struct Tutorial: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "tutorial")
}
