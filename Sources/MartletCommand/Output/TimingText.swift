import Martlet

/// How long the steps of a request took, one per line.
struct TimingText: CustomStringConvertible {
    let nameLookup: Duration?
    let connect: Duration?
    let firstByte: Duration?
    let total: Duration

    init(_ metrics: HTTPClientMetrics) {
        self.init(
            nameLookup: metrics.nameLookup,
            connect: metrics.connect,
            firstByte: metrics.firstByte,
            total: metrics.total
        )
    }

    init(nameLookup: Duration?, connect: Duration?, firstByte: Duration?, total: Duration) {
        self.nameLookup = nameLookup
        self.connect = connect
        self.firstByte = firstByte
        self.total = total
    }

    var description: String {
        let rows = [("name lookup", nameLookup), ("connect", connect), ("first byte", firstByte), ("total", total)]
        return rows.map { name, duration in
            let padding = String(repeating: " ", count: 14 - name.count)
            return name + padding + (duration.map(Self.milliseconds) ?? "-") + "\n"
        }.joined()
    }

    private static func milliseconds(_ duration: Duration) -> String {
        "\((duration.inSeconds * 1000).tenths) ms"
    }
}
