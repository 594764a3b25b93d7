import HTTPWire
import SwiftASN1

/// The fields of a certificate (RFC 5280 section 4.1).
struct X509Fields {
    let subject: String
    let issuer: String
    let validFrom: HTTPDate
    let validUntil: HTTPDate
    let names: [X509Certificate.Name]

    init(_ bytes: [UInt8]) throws {
        self = try DER.sequence(try DER.parse(bytes), identifier: .sequence) { certificate in
            let fields = try DER.sequence(try Self.next(&certificate), identifier: .sequence) { fields in
                // [0] is the version; then the serial number and the algorithm of the signature.
                var node = try Self.next(&fields)
                if node.identifier == Self.versionTag { node = try Self.next(&fields) }
                _ = try Self.next(&fields)
                let issuer = try Self.name(try Self.next(&fields))
                let (from, until) = try DER.sequence(try Self.next(&fields), identifier: .sequence) { times in
                    (try Self.time(try Self.next(&times)), try Self.time(try Self.next(&times)))
                }
                let subject = try Self.name(try Self.next(&fields))
                var names: [X509Certificate.Name] = []
                while let node = fields.next() {
                    if node.identifier == Self.extensionsTag { names = try Self.names(node) }
                }
                return X509Fields(
                    subject: subject,
                    issuer: issuer,
                    validFrom: from,
                    validUntil: until,
                    names: names
                )
            }
            while certificate.next() != nil {}
            return fields
        }
    }

    private init(
        subject: String,
        issuer: String,
        validFrom: HTTPDate,
        validUntil: HTTPDate,
        names: [X509Certificate.Name]
    ) {
        self.names = names
        self.subject = subject
        self.issuer = issuer
        self.validFrom = validFrom
        self.validUntil = validUntil
    }

    private static let versionTag = ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)
    private static let extensionsTag = ASN1Identifier(tagWithNumber: 3, tagClass: .contextSpecific)
    private static let domainNameTag = ASN1Identifier(tagWithNumber: 2, tagClass: .contextSpecific)
    private static let addressTag = ASN1Identifier(tagWithNumber: 7, tagClass: .contextSpecific)
    private static let alternativeNames: ASN1ObjectIdentifier = [2, 5, 29, 17]

    /// The attribute names of RFC 4514 section 3, and that of e-mail addresses, which certificates use as well.
    private static let attributeNames: [String: String] = [
        "2.5.4.3": "CN", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.9": "STREET", "2.5.4.10": "O",
        "2.5.4.11": "OU", "0.9.2342.19200300.100.1.1": "UID", "0.9.2342.19200300.100.1.25": "DC",
        "1.2.840.113549.1.9.1": "E",
    ]

    private static func next(_ nodes: inout ASN1NodeCollection.Iterator) throws -> ASN1Node {
        guard let node = nodes.next() else { throw SecurityContextError("The certificate is truncated.") }
        return node
    }

    /// A distinguished name in the form of RFC 4514: the last part first.
    private static func name(_ node: ASN1Node) throws -> String {
        let parts = try DER.sequence(node, identifier: .sequence) { parts in
            var texts: [String] = []
            while let part = parts.next() {
                let attributes = try DER.set(part, identifier: .set) { attributes in
                    var texts: [String] = []
                    while let attribute = attributes.next() {
                        texts.append(
                            try DER.sequence(attribute, identifier: .sequence) { pair in
                                let type = "\(try ASN1ObjectIdentifier(derEncoded: &pair))"
                                return "\(attributeNames[type] ?? type)=\(value(try next(&pair)))"
                            }
                        )
                    }
                    return texts
                }
                texts.append(attributes.joined(separator: "+"))
            }
            return texts
        }
        return parts.reversed().joined(separator: ",")
    }

    /// The text of an attribute, escaped as RFC 4514 section 2.4 requires.
    private static func value(_ node: ASN1Node) -> String {
        guard case .primitive(let bytes) = node.content else { return "" }
        let text = String(decoding: bytes, as: UTF8.self)
        var escaped = ""
        for (index, character) in text.unicodeScalars.enumerated() {
            let isEdge = index == 0 || index == text.unicodeScalars.count - 1
            switch character {
            case "\"", "+", ",", ";", "<", ">", "\\":
                escaped += "\\"
                escaped.unicodeScalars.append(character)
            case " " where isEdge, "#" where index == 0:
                escaped += "\\"
                escaped.unicodeScalars.append(character)
            case _ where character.value < 0x20 || character.value == 0x7F:
                let digits = String(character.value, radix: 16)
                escaped += "\\\(digits.count == 1 ? "0" : "")\(digits)"
            default:
                escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    /// The names among the extensions (RFC 5280 section 4.2.1.6).
    private static func names(_ node: ASN1Node) throws -> [X509Certificate.Name] {
        guard case .constructed(let wrapped) = node.content, let list = wrapped.first(where: { _ in true }) else {
            return []
        }
        return try DER.sequence(list, identifier: .sequence) { extensions in
            var names: [X509Certificate.Name] = []
            while let node = extensions.next() {
                let found = try DER.sequence(node, identifier: .sequence) { fields -> ASN1OctetString? in
                    let type = try ASN1ObjectIdentifier(derEncoded: &fields)
                    var value = try next(&fields)
                    // Whether the extension is critical.
                    if value.identifier == .boolean { value = try next(&fields) }
                    return type == alternativeNames ? try ASN1OctetString(derEncoded: value) : nil
                }
                guard let found else { continue }
                names += try DER.sequence(try DER.parse(found.bytes), identifier: .sequence) { list in
                    var names: [X509Certificate.Name] = []
                    while let name = list.next() {
                        guard case .primitive(let bytes) = name.content else { continue }
                        if name.identifier == domainNameTag {
                            names.append(.domain(String(decoding: bytes, as: UTF8.self)))
                        } else if name.identifier == addressTag {
                            names.append(.address(Array(bytes)))
                        }
                    }
                    return names
                }
            }
            return names
        }
    }

    private static func time(_ node: ASN1Node) throws -> HTTPDate {
        let date =
            if node.identifier == .utcTime {
                try UTCTime(derEncoded: node).date
            } else {
                try GeneralizedTime(derEncoded: node).date
            }
        guard let date else { throw SecurityContextError("The certificate has an invalid date.") }
        return date
    }
}

extension UTCTime {
    fileprivate var date: HTTPDate? {
        HTTPDate(year: year, month: month, day: day, hour: hours, minute: minutes, second: seconds)
    }
}

extension GeneralizedTime {
    fileprivate var date: HTTPDate? {
        HTTPDate(year: year, month: month, day: day, hour: hours, minute: minutes, second: seconds)
    }
}
