/// How the content of a file is sent.
enum FileTransfer: Sendable {
    /// As regions that the system sends.
    case regions
    /// As bytes that are read.
    case bytes
    /// Not at all, in response to HEAD.
    case nothing
}
