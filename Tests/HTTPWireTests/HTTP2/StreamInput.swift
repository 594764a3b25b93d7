import NIOCore
import Testing

@testable import HTTPWire

/// What arrives on a stream, for the tests of the values that read messages from it.
enum StreamInput {
    case fields(KeyValuePairs<String, String>)
    case lastFields(KeyValuePairs<String, String>)
    case bytes(Int)
    case lastBytes(Int)
    case end
}

extension ByteBuffer {
    /// A block of fields as literals that are not remembered (RFC 7541 section 6.2.2).
    init(literals fields: KeyValuePairs<String, String>) {
        func text(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
        self.init(bytes: fields.flatMap { [0] + text($0.key) + text($0.value) })
    }
}

/// A value that reads the messages of a stream.
protocol StreamReader {
    associatedtype Event

    mutating func receive(
        _ block: ByteBuffer,
        endsStream: Bool,
        decoder: inout HTTP2MessageDecoder
    ) throws(HTTP2Error) -> Event

    mutating func receive(byteCount count: Int, endsStream: Bool) throws(HTTP2Error)

    mutating func end() throws(HTTP2Error)

    /// An event in words.
    static func word(_ event: Event) -> String
}

extension StreamReader {
    /// What comes of `input`, in words. The last one is the error if there is one.
    mutating func words(of input: [StreamInput], _ decoder: inout HTTP2MessageDecoder) -> [String] {
        var words: [String] = []
        do throws(HTTP2Error) {
            for input in input {
                switch input {
                case .fields(let fields):
                    let block = ByteBuffer(literals: fields)
                    words.append(Self.word(try receive(block, endsStream: false, decoder: &decoder)))
                case .lastFields(let fields):
                    let block = ByteBuffer(literals: fields)
                    words.append(Self.word(try receive(block, endsStream: true, decoder: &decoder)))
                case .bytes(let count):
                    try receive(byteCount: count, endsStream: false)
                case .lastBytes(let count):
                    try receive(byteCount: count, endsStream: true)
                case .end:
                    try end()
                }
            }
        } catch {
            #expect(error.stream == 1)
            words.append(error.reason.replacing("RFC 9113 ", with: ""))
        }
        return words
    }
}

extension HTTP2RequestReader: StreamReader {
    mutating func receive(byteCount count: Int, endsStream: Bool) throws(HTTP2Error) {
        try receive(byteCount: count)
        if endsStream { try end() }
    }

    static func word(_ event: Event) -> String {
        switch event {
        case .trailers(let trailers): "trailers \(trailers.count)"
        case .refused(let error): "refused \(error.reason)"
        }
    }
}

extension HTTP2ResponseReader: StreamReader {
    mutating func end() throws(HTTP2Error) {
        try receive(byteCount: 0, endsStream: true)
    }

    static func word(_ event: Event) -> String {
        switch event {
        case .informational(let head): "1xx \(head.statusCode)"
        case .head(let head): "head \(head.statusCode) \(head.framing) \(head.fields.makeHTTPFields().count)"
        case .trailers(let trailers): "trailers \(trailers.count)"
        }
    }
}
