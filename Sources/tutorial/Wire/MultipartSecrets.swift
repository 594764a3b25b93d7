/// Leaves the values of secret fields out of a multipart form (RFC 7578), which may be cut anywhere.
enum MultipartSecrets {
    private enum Place {
        case head(isSecret: Bool)
        case content
        case secret
        /// A secret for which something else stands already.
        case rest
    }

    static func leaveOut(of bytes: [UInt8]) -> [UInt8] {
        var lines: [[UInt8]] = []
        var place = Place.head(isSecret: false)
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if line.starts(with: "--".utf8) { place = .head(isSecret: false) }
            switch place {
            case .head(let isSecret):
                if line.allSatisfy({ $0 == 0x0D }) {
                    place = isSecret ? .secret : .content
                } else {
                    place = .head(isSecret: isSecret || isSecretName(line))
                }
                lines.append(Array(line))
            case .content:
                lines.append(SecretFilter.parameters(Array(line), in: .text))
            case .secret:
                lines.append(Array(SecretFilter.replacement.utf8))
                place = .rest
            case .rest:
                break
            }
        }
        return Array(lines.joined(separator: CollectionOfOne(0x0A)))
    }

    /// Whether a line of a part's head says that the field is a secret.
    private static func isSecretName(_ line: ArraySlice<UInt8>) -> Bool {
        // In any parameter: of names and of those of files, in any spelling.
        line.split { ";=\"' \t\r".utf8.contains($0) }.contains { SecretNames.contains($0) }
    }
}
