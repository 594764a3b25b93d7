import HTTPWire

extension WellFormedRequests {
    static let fields: [WellFormedRequest] = [
        .init("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n") {
            $0.version = .http1_0
            $0.host = nil
            $0.isPersistent = false
            $0.fields = []
        },
        .init("HTTP/1.0 with Host", "GET / HTTP/1.0\r\nHost: a\r\n\r\n") {
            $0.version = .http1_0
            $0.isPersistent = false
        },
        .init("HTTP/1.0 with an absolute target and no Host", "GET http://b/ HTTP/1.0\r\n\r\n") {
            $0.version = .http1_0
            $0.host = "b"
            $0.form = .absolute
            $0.target = "http://b/"
            $0.isPersistent = false
        },
        .init("empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n") {
            $0.host = nil
            $0.fields = ["Host="]
        },
        .init("no blank before the value", "GET / HTTP/1.1\r\nHost: a\r\nX:y\r\n\r\n") {
            $0.fields = ["Host=a", "X=y"]
        },
        .init("blanks around a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \t y \t\r\n\r\n") {
            $0.fields = ["Host=a", "X=y"]
        },
        .init("blanks within a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a  b\tc\r\n\r\n") {
            $0.fields = ["Host=a", "X=a  b\tc"]
        },
        .init("empty value", "GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY: \r\n\r\n") { $0.fields = ["Host=a", "X=", "Y="] },
        .init("colons in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a:b::c\r\nY::\r\n\r\n") {
            $0.fields = ["Host=a", "X=a:b::c", "Y=:"]
        },
        .init("bytes from 0x80 on", "GET / HTTP/1.1\r\nHost: a\r\nX: \u{80}\u{FF}\u{A0}\r\n\r\n") {
            $0.fields = ["Host=a", "X=\u{80}\u{FF}\u{A0}"]
        },
        .init("0x7E and 0x21", "GET / HTTP/1.1\r\nHost: a\r\nX: !~\r\n\r\n") { $0.fields = ["Host=a", "X=!~"] },
        .init(
            "a name of all token characters",
            "GET / HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~09azAZ: b\r\n\r\n"
        ) {
            $0.fields = ["Host=a", "!#$%&'*+-.^_`|~09azAZ=b"]
        },
        .init("a value of 7 bytes", "GET / HTTP/1.1\r\nHost: a\r\nX: vvvvvvv\r\nY: z\r\n\r\n") {
            $0.fields = ["Host=a", "X=vvvvvvv", "Y=z"]
        },
        .init("a value of 8 bytes", "GET / HTTP/1.1\r\nHost: a\r\nX: vvvvvvvv\r\nY: z\r\n\r\n") {
            $0.fields = ["Host=a", "X=vvvvvvvv", "Y=z"]
        },
        .init("a value of 9 bytes", "GET / HTTP/1.1\r\nHost: a\r\nX: vvvvvvvvv\r\nY: z\r\n\r\n") {
            $0.fields = ["Host=a", "X=vvvvvvvvv", "Y=z"]
        },
        .init("a value of 15 bytes", "GET / HTTP/1.1\r\nHost: a\r\nX: vvvvvvvvvvvvvvv\r\nY: z\r\n\r\n") {
            $0.fields = ["Host=a", "X=vvvvvvvvvvvvvvv", "Y=z"]
        },
        .init("a value of 16 bytes", "GET / HTTP/1.1\r\nHost: a\r\nX: vvvvvvvvvvvvvvvv\r\nY: z\r\n\r\n") {
            $0.fields = ["Host=a", "X=vvvvvvvvvvvvvvvv", "Y=z"]
        },
        .init("a value of 17 bytes", "GET / HTTP/1.1\r\nHost: a\r\nX: vvvvvvvvvvvvvvvvv\r\nY: z\r\n\r\n") {
            $0.fields = ["Host=a", "X=vvvvvvvvvvvvvvvvv", "Y=z"]
        },
        .init(
            "a value of 31 bytes",
            "GET / HTTP/1.1\r\nHost: a\r\nX: vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv\r\nY: z\r\n\r\n"
        ) {
            $0.fields = ["Host=a", "X=vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv", "Y=z"]
        },
        .init(
            "a value of 32 bytes",
            "GET / HTTP/1.1\r\nHost: a\r\nX: vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv\r\nY: z\r\n\r\n"
        ) {
            $0.fields = ["Host=a", "X=vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv", "Y=z"]
        },
        .init(
            "a value of 33 bytes",
            "GET / HTTP/1.1\r\nHost: a\r\nX: vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv\r\nY: z\r\n\r\n"
        ) {
            $0.fields = ["Host=a", "X=vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv", "Y=z"]
        },
        .init("a name of 7 bytes", "GET / HTTP/1.1\r\nHost: a\r\nNNNNNNN: v\r\n_y: z\r\n\r\n") {
            $0.fields = ["Host=a", "NNNNNNN=v", "_y=z"]
        },
        .init("a name of 8 bytes", "GET / HTTP/1.1\r\nHost: a\r\nNNNNNNNN: v\r\n_y: z\r\n\r\n") {
            $0.fields = ["Host=a", "NNNNNNNN=v", "_y=z"]
        },
        .init("a name of 9 bytes", "GET / HTTP/1.1\r\nHost: a\r\nNNNNNNNNN: v\r\n_y: z\r\n\r\n") {
            $0.fields = ["Host=a", "NNNNNNNNN=v", "_y=z"]
        },
        .init("a name of 15 bytes", "GET / HTTP/1.1\r\nHost: a\r\nNNNNNNNNNNNNNNN: v\r\n_y: z\r\n\r\n") {
            $0.fields = ["Host=a", "NNNNNNNNNNNNNNN=v", "_y=z"]
        },
        .init("a name of 16 bytes", "GET / HTTP/1.1\r\nHost: a\r\nNNNNNNNNNNNNNNNN: v\r\n_y: z\r\n\r\n") {
            $0.fields = ["Host=a", "NNNNNNNNNNNNNNNN=v", "_y=z"]
        },
        .init("a name of 17 bytes", "GET / HTTP/1.1\r\nHost: a\r\nNNNNNNNNNNNNNNNNN: v\r\n_y: z\r\n\r\n") {
            $0.fields = ["Host=a", "NNNNNNNNNNNNNNNNN=v", "_y=z"]
        },
        .init(
            "a name of 31 bytes",
            "GET / HTTP/1.1\r\nHost: a\r\nNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN: v\r\n_y: z\r\n\r\n"
        ) {
            $0.fields = ["Host=a", "NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN=v", "_y=z"]
        },
        .init(
            "a name of 32 bytes",
            "GET / HTTP/1.1\r\nHost: a\r\nNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN: v\r\n_y: z\r\n\r\n"
        ) {
            $0.fields = ["Host=a", "NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN=v", "_y=z"]
        },
        .init(
            "a name of 33 bytes",
            "GET / HTTP/1.1\r\nHost: a\r\nNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN: v\r\n_y: z\r\n\r\n"
        ) {
            $0.fields = ["Host=a", "NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN=v", "_y=z"]
        },
        .init("the same name twice", "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nx: 2\r\n\r\n") {
            $0.fields = ["Host=a", "X=1", "x=2"]
        },
        .init(
            "exactly 100 fields",
            "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\n\r\n"
        ),
        .init("as many fields as allowed", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nX: y\r\n\r\n") {
            $0.limits.fieldCount = 3
        },
    ]
}
