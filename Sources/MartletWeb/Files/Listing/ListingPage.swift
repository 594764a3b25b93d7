import HTTPWire

/// The page that lists the entries of a directory. It needs no script, and shows names as mere text.
struct ListingPage {
    let path: RelativePath
    /// The part of a URL before the path.
    let pathBefore: String
    let entries: [VirtualDirectory.Directory.Entry]
    /// Whether the directory can be downloaded as an archive.
    var offersArchive = false

    var text: String {
        let shown = "/" + path.names.map { Self.visible($0) + "/" }.joined()
        var rows = ""
        if !path.names.isEmpty {
            rows += "<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n"
        }
        for entry in entries { rows += Self.row(entry) }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Index of \(Markup.escape(shown))</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            <h1>Index of \(breadcrumbs)</h1>
            <table>
            <thead><tr><th>Name</th><th>Last modified</th><th>Size</th></tr></thead>
            <tbody>
            \(rows)</tbody>
            </table>
            <p>\(Self.summary(of: entries))\(offersArchive ? " <a href=\"?zip\" download>Download as zip</a>" : "")</p>
            </body>
            </html>

            """
    }

    /// The path of the directory, each part a link.
    private var breadcrumbs: String {
        var link = pathBefore + "/"
        var text = "<a href=\"\(link)\">/</a>"
        for name in path.names {
            link += RelativePath.encode(name) + "/"
            text += "<a href=\"\(link)\">\(Markup.escape(Self.visible(name)))/</a>"
        }
        return text
    }

    private static func row(_ entry: VirtualDirectory.Directory.Entry) -> String {
        // With the dot, a name such as `a:b` is not taken for a scheme.
        let link = "./" + RelativePath.encode(entry.name) + (entry.isDirectory ? "/" : "")
        let name = Markup.escape(visible(entry.name)) + (entry.isDirectory ? "/" : "")
        let (date, size) = (date(entry.lastModified), entry.isDirectory ? "–" : Self.size(entry.byteCount))
        let exact = entry.isDirectory ? "" : " title=\"\(entry.byteCount) bytes\""
        return "<tr><td><a href=\"\(link)\">\(name)</a></td><td>\(date)</td><td\(exact)>\(size)</td></tr>\n"
    }

    /// The name as text, with a symbol in place of each control character, so that none can disturb the page.
    static func visible(_ name: [UInt8]) -> String {
        var text = ""
        for scalar in String(decoding: name, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0..<0x20: text.unicodeScalars.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
            case 0x7F: text += "\u{2421}"
            // Marks that change the direction of text could make a name look like another one.
            case 0x80..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// A readable size: `17 B`, `4.2 KiB`, `1.0 GiB`.
    static func size(_ count: Int) -> String {
        guard count >= 1024 else { return "\(count) B" }
        let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var (value, index) = (Double(count) / 1024, 0)
        // A size that would be shown as 1024.0 takes the next unit.
        while value >= 1023.95, index < units.count - 1 {
            value /= 1024
            index += 1
        }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(units[index])"
    }

    /// A date that sorts as it reads: `2026-11-21 15:04`.
    static func date(_ date: HTTPDate) -> String {
        let parts = date.components
        func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let time = "\(twoDigits(parts.hour)):\(twoDigits(parts.minute))"
        let day = "\(parts.year)-\(twoDigits(parts.month))-\(twoDigits(parts.day))"
        return "<time datetime=\"\(day)T\(time):\(twoDigits(parts.second))Z\">\(day) \(time)</time>"
    }

    private static func summary(of entries: [VirtualDirectory.Directory.Entry]) -> String {
        let directories = entries.count { $0.isDirectory }
        let files = entries.count - directories
        let bytes = entries.reduce(0) { $0 &+ $1.byteCount }
        return "\(directories) \(directories == 1 ? "directory" : "directories"), "
            + "\(files) \(files == 1 ? "file" : "files"), \(size(bytes)). Times are UTC."
            + (entries.count < VirtualDirectory.Directory.maximumEntries
                ? "" : " There may be more that are not shown.")
    }

    private static let style = """
        :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
        body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
        h1 { font-size: 1.25rem; overflow-wrap: anywhere }
        table { border-collapse: collapse; width: 100% }
        th { text-align: left; font-weight: 600 }
        th, td { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent) }
        td:first-child { overflow-wrap: anywhere; white-space: pre-wrap }
        td:nth-child(2) { white-space: nowrap }
        th:last-child, td:last-child { text-align: right; white-space: nowrap; padding-right: 0 }
        a { color: light-dark(#0550ae, #79c0ff); text-decoration: none }
        a:hover { text-decoration: underline }
        p { opacity: .7; font-size: .875rem }
        """
}

/// The entries of a directory for programs: a JSON array of objects with `name`, `type`, `size` and `modified`.
struct ListingJSON {
    let text: String

    init(_ entries: [VirtualDirectory.Directory.Entry]) {
        let objects = entries.map { entry in
            let parts = entry.lastModified.components
            func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
            let day = "\(parts.year)-\(twoDigits(parts.month))-\(twoDigits(parts.day))"
            let time = "\(twoDigits(parts.hour)):\(twoDigits(parts.minute)):\(twoDigits(parts.second))"
            let type = entry.isDirectory ? "directory" : "file"
            let url = RelativePath.encode(entry.name) + (entry.isDirectory ? "/" : "")
            return "{\"name\":\(Markup.jsonString(entry.text)),\"url\":\"./\(url)\",\"type\":\"\(type)\","
                + "\"size\":\(entry.byteCount),\"modified\":\"\(day)T\(time)Z\"}"
        }
        text = "[" + objects.joined(separator: ",\n ") + "]\n"
    }
}
