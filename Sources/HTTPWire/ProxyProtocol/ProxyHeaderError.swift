/// Why bytes are not a header of the PROXY protocol.
public enum ProxyHeaderError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The bytes begin as neither version does.
    case missing
    /// A line of version 1 does not end in time.
    case lineTooLong
    /// A line of version 1 is none of those that there are.
    case malformedLine
    /// The binary header has another version than 2.
    case unsupportedVersion(Int)
    /// The command is neither `LOCAL` nor `PROXY`.
    case unknownCommand(Int)
    /// The byte for family and protocol is none of a stream's.
    case unsupportedFamily(Int)
    /// The header is longer than is accepted.
    case tooLong(Int)
    /// The header is too short for its addresses.
    case tooShort(Int)
    /// The additional values (TLV) do not fill the header.
    case malformedValues
    /// The checksum is wrong.
    case wrongChecksum

    /// The error as part of a sentence.
    public var description: String {
        switch self {
        case .missing: "there is no PROXY header"
        case .lineTooLong: "the line is longer than 107 bytes"
        case .malformedLine: "the line is malformed"
        case .unsupportedVersion(let version): "version \(version) is unknown"
        case .unknownCommand(let command): "command \(command) is unknown"
        case .unsupportedFamily(let byte): "0x\(byte < 16 ? "0" : "")\(String(byte, radix: 16)) is no family of streams"
        case .tooLong(let count): "\(count) bytes of addresses and values are too many"
        case .tooShort(let count): "\(count) bytes are too few for the addresses"
        case .malformedValues: "the additional values are malformed"
        case .wrongChecksum: "the checksum is wrong"
        }
    }
}
