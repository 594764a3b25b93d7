import ArgumentParser

/// The name of a session: letters of English, digits, hyphens, underscores and dots, for it becomes the name of a file.
struct SessionName: ExpressibleByArgument, Equatable, Sendable {
    let text: String

    init?(argument: String) {
        let bytes = argument.utf8
        let isSafe = bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isSafe, 1...64 ~= bytes.count, bytes.first != UInt8(ascii: ".") else { return nil }
        text = argument
    }
}
