import HTTPWire
import NIOCore

/// Formats content for output.
///
/// A plain value: bytes in, bytes out.
struct ContentFormatter {
    /// How content is formatted.
    struct Style: Equatable {
        /// Whether JSON is indented.
        var indents = false
        /// Whether JSON is coloured.
        var colours = false
        /// Whether the output goes to a terminal.
        var isForTerminal = false

        /// Whether the output is the same as the input.
        var isRaw: Bool { self == Style() }
    }

    private let style: Style
    private var text = TerminalText()
    private var json: JSONFormatter?
    private var isAtStart = true
    private var lastByte: UInt8?

    init(_ style: Style, type: MediaType?) {
        self.style = style
        if style.indents || style.colours, type?.isJSON ?? false {
            json = JSONFormatter(indents: style.indents, colours: style.colours)
        }
    }

    /// Formats some more bytes.
    ///
    /// - Throws: ``CommandFailure`` if the content is binary and goes to a terminal.
    mutating func format(_ bytes: ByteBuffer) throws(CommandFailure) -> ByteBuffer {
        if style.isRaw { return bytes }
        let view = bytes.readableBytesView
        if isAtStart, style.isForTerminal, view.contains(0) {
            throw CommandFailure(
                .fileError,
                "The content is binary and would disturb the terminal. Save it with --output FILE, or use --output - "
                    + "to print it anyway."
            )
        }
        isAtStart = false
        let clean = text.process(view)
        return note(json?.process(clean) ?? clean)
    }

    /// Formats the rest at the end.
    mutating func finish() -> ByteBuffer {
        if style.isRaw { return ByteBuffer() }
        let rest = text.finish()
        var output = json?.process(rest) ?? rest
        output += json?.finish() ?? []
        // The shell's prompt should begin on a line of its own.
        if style.isForTerminal, let last = output.last ?? lastByte, last != 0x0A { output.append(0x0A) }
        return note(output)
    }

    private mutating func note(_ output: [UInt8]) -> ByteBuffer {
        lastByte = output.last ?? lastByte
        return ByteBuffer(bytes: output)
    }
}

extension MediaType {
    /// Whether content of this type is JSON, or a sequence of JSON values.
    var isJSON: Bool {
        switch subtype {
        case "json", "x-ndjson", "jsonl", "json-seq": true
        default: subtype.hasSuffix("+json")
        }
    }
}
