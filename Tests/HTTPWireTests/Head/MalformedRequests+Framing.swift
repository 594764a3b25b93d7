import HTTPWire

extension MalformedRequests {
    static let framing: [MalformedRequest] = [
        .init(
            "Content-Length: empty",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: sign",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: negative",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: hexadecimal",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: fraction",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5.0\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: exponent",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1e1\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: list",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: list without space",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5,5\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: list of two",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 6\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: trailing comma",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5,\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: space within",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 5\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: text behind",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5a\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: quoted",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \"5\"\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: letters",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: five\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: overflow",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: overflow of 64 bits",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: overflow to 5",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551621\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: forty digits",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999999999999999999999999999\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: underscore",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1_0\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: Arabic digit",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \u{D9}\u{A5}\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: byte 0xA0",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \u{A0}5\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length: semicolon",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5;\r\n\r\n",
            .invalidContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "two Content-Lengths",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
            .conflictingContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "two equal Content-Lengths",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
            .conflictingContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "two Content-Lengths, one with zeros",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\ncontent-length: 05\r\n\r\n",
            .conflictingContentLength,
            400,
            "9112 6.3"
        ),
        .init(
            "Content-Length and Transfer-Encoding",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            .contentLengthWithTransferEncoding,
            400,
            "9112 6.3"
        ),
        .init(
            "Transfer-Encoding and Content-Length",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
            .contentLengthWithTransferEncoding,
            400,
            "9112 6.3"
        ),
        .init(
            "Transfer-Encoding and Content-Length 0",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
            .contentLengthWithTransferEncoding,
            400,
            "9112 6.3"
        ),
        .init(
            "unknown Transfer-Encoding and Content-Length",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\nContent-Length: 5\r\n\r\n",
            .contentLengthWithTransferEncoding,
            400,
            "9112 6.3"
        ),
        .init(
            "Transfer-Encoding in HTTP/1.0",
            "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            .transferEncodingInHTTP10,
            400,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding and Content-Length in HTTP/1.0",
            "POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            .transferEncodingInHTTP10,
            400,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: empty",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \r\n\r\n",
            .invalidTransferEncoding,
            400,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: comma alone",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ,\r\n\r\n",
            .invalidTransferEncoding,
            400,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: leading comma",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: , chunked\r\n\r\n",
            .invalidTransferEncoding,
            400,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: trailing comma",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked,\r\n\r\n",
            .invalidTransferEncoding,
            400,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: two commas",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip,, chunked\r\n\r\n",
            .invalidTransferEncoding,
            400,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: quoted",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \"chunked\"\r\n\r\n",
            .invalidTransferEncoding,
            400,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: parameter",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;a=b\r\n\r\n",
            .invalidTransferEncoding,
            400,
            "9112 7.1"
        ),
        .init(
            "Transfer-Encoding: semicolon",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;\r\n\r\n",
            .invalidTransferEncoding,
            400,
            "9112 7.1"
        ),
        .init(
            "Transfer-Encoding: space within",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked x\r\n\r\n",
            .invalidTransferEncoding,
            400,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: colon in front",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: :chunked\r\n\r\n",
            .invalidTransferEncoding,
            400,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: byte 0xA0 in front",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u{A0}chunked\r\n\r\n",
            .invalidTransferEncoding,
            400,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: byte 0x85 behind",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\u{85}\r\n\r\n",
            .invalidTransferEncoding,
            400,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: identity",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n",
            .chunkedNotFinal,
            400,
            "9112 6.3"
        ),
        .init(
            "Transfer-Encoding: unknown",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n\r\n",
            .chunkedNotFinal,
            400,
            "9112 6.3"
        ),
        .init(
            "Transfer-Encoding: look-alike",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
            .chunkedNotFinal,
            400,
            "9112 6.3"
        ),
        .init(
            "Transfer-Encoding: chunked with a dot",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked.\r\n\r\n",
            .chunkedNotFinal,
            400,
            "9112 6.3"
        ),
        .init(
            "Transfer-Encoding: shortened",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunk\r\n\r\n",
            .chunkedNotFinal,
            400,
            "9112 6.3"
        ),
        .init(
            "Transfer-Encoding: gzip alone",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
            .chunkedNotFinal,
            400,
            "9112 6.3"
        ),
        .init(
            "Transfer-Encoding: gzip last",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
            .chunkedNotFinal,
            400,
            "9112 6.3"
        ),
        .init(
            "Transfer-Encoding: identity last",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
            .chunkedNotFinal,
            400,
            "9112 6.3"
        ),
        .init(
            "Transfer-Encoding: chunked twice",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
            .chunkedRepeated,
            400,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: chunked twice, gzip between",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip, chunked\r\n\r\n",
            .chunkedRepeated,
            400,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: gzip first",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            .unknownTransferCoding,
            501,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: deflate first",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: deflate, chunked\r\n\r\n",
            .unknownTransferCoding,
            501,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: compress first",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: compress, chunked\r\n\r\n",
            .unknownTransferCoding,
            501,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: x-gzip first",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x-gzip,chunked\r\n\r\n",
            .unknownTransferCoding,
            501,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: identity first",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity, chunked\r\n\r\n",
            .unknownTransferCoding,
            501,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: unknown first",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x, chunked\r\n\r\n",
            .unknownTransferCoding,
            501,
            "9112 6.1"
        ),
        .init(
            "Transfer-Encoding: unknown with parameter first",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x;a=b, chunked\r\n\r\n",
            .unknownTransferCoding,
            501,
            "9112 6.1"
        ),
        .init(
            "two Transfer-Encodings, both chunked",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            .chunkedRepeated,
            400,
            "9112 6.1"
        ),
        .init(
            "two Transfer-Encodings, identity last",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
            .chunkedNotFinal,
            400,
            "9112 6.3"
        ),
        .init(
            "two Transfer-Encodings, gzip first",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
            .unknownTransferCoding,
            501,
            "9112 6.1"
        ),
        .init(
            "two Transfer-Encodings, one empty",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\nTransfer-Encoding: chunked\r\n\r\n",
            .invalidTransferEncoding,
            400,
            "9112 6.1"
        ),
    ]
}
