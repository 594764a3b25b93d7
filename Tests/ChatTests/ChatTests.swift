import ArgumentParser
import Testing

@testable import chat

@Suite struct ChatTests {
    @Test func starts() throws { _ = try Chat.parse([]) }
}
