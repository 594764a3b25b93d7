import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

@Suite("HTTP/2, client: requests and responses", .timeLimit(.minutes(5)))
struct HTTP2ClientMessageTests {
    @Test("A request is these fields, and its response is one of HTTP/2")
    func request() async throws {
        let seen = Events<[String: String]>()
        try await withHTTP2Peer { peer, _ in
            #expect(peer.settings[.enablePush] == 0)
            #expect(peer.settings[.initialWindowSize] == 4_194_304)
            let request = try peer.request()
            #expect(request.stream == 1 && request.isComplete)
            seen.add(request.fields)
            try peer.headers(1, [":status": "200", "content-type": "text/plain", "content-length": "5"])
            try peer.data(1, "Hello", ends: true)
        } test: { client, url in
            let fields: HTTPFields = [.cookie: "a=b; c=d", .connection: "keep-alive", .te: "gzip", .authorization: "x"]
            let response = try await client.get("\(url)/a?b=c", headers: fields)
            #expect(response.version == .http2)
            #expect(response.status == .ok && response.reasonPhrase == "")
            #expect(response.headers[.contentType] == "text/plain")
            #expect(response.contentLength == 5 && response.isPersistent)
            #expect(response.connectionInfo?.remotePort == Int(url.split(separator: ":").last ?? ""))
            #expect(response.certificate == nil)
            let text = try await response.text()
            #expect(text == "Hello")
            #expect(throws: HTTPClientError.notDetachable) { _ = try response.detachSocket() }
            let sent = try await seen.next()
            let expected = [
                ":method": "GET", ":scheme": "http", ":authority": String(url.dropFirst(7)), ":path": "/a?b=c",
                "user-agent": "Martlet/0.1", "accept-encoding": ContentCoding.accepted, "cookie": "a=b; c=d",
                "authorization": "x",
            ]
            #expect(sent == expected)
        }
    }

    @Test("One connection carries what comes one after the other, and what comes at once")
    func connection() async throws {
        try await withHTTP2Peer { peer, number in
            #expect(number == 0)
            try peer.echoPaths()
        } test: { client, url in
            for number in 0..<3 {
                let text = try await client.get("\(url)/\(number)").text()
                #expect(text == "/\(number)")
            }
            try await withThrowingTaskGroup(of: Bool.self) { group in
                // Fewer than a connection carries whose server has not said how many.
                for number in 0..<90 {
                    group.addTask { try await client.get("\(url)/\(number)").text() == "/\(number)" }
                }
                for try await isRight in group { #expect(isRight) }
            }
            #expect(client.connectionCounts.total == 1)
        }
    }

    @Test("HEAD, 204 and 304 have no content, whatever their fields say")
    func noContent() async throws {
        try await withHTTP2Peer { peer, _ in
            _ = try peer.request()
            try peer.headers(1, [":status": "200", "content-length": "7"], ends: true)
            _ = try peer.request()
            try peer.headers(3, [":status": "204"])
            try peer.data(3, "", ends: true)
            _ = try peer.request()
            try peer.headers(5, [":status": "304", "content-length": "7"], ends: true)
        } test: { client, url in
            let head = try await client.head(url)
            #expect(head.contentLength == 7)
            for response in [head, try await client.get(url), try await client.get(url)] {
                let bytes = try await response.collect()
                #expect(bytes.readableBytes == 0)
            }
        }
    }

    @Test("A content has its length, or ends with its stream; trailers follow it")
    func contents() async throws {
        try await withHTTP2Peer { peer, _ in
            let whole = try peer.request()
            #expect(whole.fields["content-length"] == "3" && !whole.isComplete)
            #expect(try peer.content(of: 1) == Array("abc".utf8))
            try peer.headers(1, [":status": "200"], ends: true)

            let empty = try peer.request()
            #expect(empty.fields["content-length"] == "0" && empty.isComplete)
            try peer.headers(3, [":status": "200"], ends: true)

            let streamed = try peer.request()
            #expect(streamed.fields["content-length"] == nil)
            #expect(streamed.fields["transfer-encoding"] == nil)
            var bytes: [UInt8] = []
            var last = try peer.next()
            while last.type == .data {
                #expect(!last.endsStream)
                bytes += last.payload
                last = try peer.next()
            }
            #expect(bytes == Array("onetwo".utf8))
            #expect(last.endsStream)
            #expect(try peer.fields(last) == ["x-sum": "6"])
            try peer.headers(5, [":status": "200", "trailer": "x-a"])
            try peer.data(5, "ok")
            try peer.headers(5, ["x-a": "b"], ends: true)
        } test: { client, url in
            _ = try await client.post(url, body: "abc")
            _ = try await client.post(url)
            let request = try client.open(.post, url)
            try await request.write("one")
            try await request.write("two")
            request.trailers = [try #require(HTTPField.Name("X-Sum")): "6"]
            let response = try await request.end()
            let text = try await response.text()
            #expect(text == "ok")
            let trailers = try await response.trailers
            #expect(trailers[try #require(HTTPField.Name("X-A"))] == "b")
        }
    }

    @Test("Informational responses come before the final one")
    func informational() async throws {
        try await withHTTP2Peer { peer, _ in
            _ = try peer.request()
            try peer.headers(1, [":status": "103", "link": "</a>"])
            try peer.headers(1, [":status": "102"])
            try peer.respond(1, "ok")
            _ = try peer.request()
            for _ in 0..<17 { try peer.headers(3, [":status": "103"]) }
            let reset = try peer.next(.reset)
            #expect(reset.stream == 3)
        } test: { client, url in
            let seen = Shared<[String]>([])
            let request = try client.open(.get, url)
            request.onInformational = { status, fields in
                seen.change { $0.append("\(status.code) \(fields.count)") }
            }
            let text = try await request.end().text()
            #expect(text == "ok")
            #expect(seen.value == ["103 1", "102 0"])
            await #expect(throws: HTTPClientError.tooManyInformationalResponses(limit: 16)) {
                try await client.get(url)
            }
        }
    }

    @Test("A content waits for 100 Continue, and is not sent after a refusal")
    func expectContinue() async throws {
        try await withHTTP2Peer {
            $0.expectContinueTimeout = .seconds(30)
        } script: { peer, _ in
            let asked = try peer.request()
            #expect(asked.fields["expect"] == "100-continue")
            try peer.headers(1, [":status": "100"])
            #expect(try peer.content(of: 1) == Array("abc".utf8))
            try peer.headers(1, [":status": "200"], ends: true)
            _ = try peer.request()
            try peer.headers(3, [":status": "417"], ends: true)
            let frame = try peer.next()
            #expect(frame.type == .reset && frame.number == 0)
        } test: { client, url in
            for status in [200, 417] {
                let response = try await client.put(url, body: "abc", headers: [.expect: "100-continue"])
                #expect(response.statusCode == status)
            }
            #expect(client.connectionCounts.total == 1)
        }
    }

    @Test("A content does not wait for 100 Continue for ever")
    func noContinue() async throws {
        try await withHTTP2Peer {
            $0.expectContinueTimeout = .milliseconds(20)
        } script: { peer, _ in
            _ = try peer.request()
            #expect(try peer.content(of: 1) == Array("abc".utf8))
            try peer.headers(1, [":status": "200"], ends: true)
        } test: { client, url in
            let response = try await client.put(url, body: "abc", headers: [.expect: "100-continue"])
            #expect(response.status == .ok)
        }
    }

    @Test("An early answer is a response; the rest of the request is not sent (section 8.1)")
    func earlyResponse() async throws {
        try await withHTTP2Peer { peer, _ in
            _ = try peer.request()
            _ = try peer.next(.data)
            try peer.respond(1, "too large", status: "413")
            try peer.reset(1, 0)
            // The connection goes on.
            try peer.echoPaths()
        } test: { client, url in
            let request = try client.open(.post, url)
            try await request.write(String(repeating: "x", count: 1000))
            let response = try await within {
                // The window is full long before.
                for _ in 0..<100 { try await request.write(String(repeating: "x", count: 65_536)) }
                return try await request.end()
            }
            #expect(response.status == .contentTooLarge)
            let text = try await response.text()
            #expect(text == "too large")
            let next = try await client.get("\(url)/next").text()
            #expect(next == "/next")
            #expect(client.connectionCounts.total == 1)
        }
    }

    @Test("Heads in pieces, padding, and frames of unknown types", arguments: [1, 3, 1000])
    func frames(_ size: Int) async throws {
        try await withHTTP2Peer { peer, _ in
            _ = try peer.request()
            let block = HTTP2Peer.block([":status": "200", "a": "b"])
            let head = Array(block.prefix(4))
            var bytes = HTTP2Peer.bytes(.init(type: .headers, stream: 1, payload: head))
            bytes += HTTP2Peer.bytes(.init(type: .continuation, stream: 1, payload: Array(block[4..<6])))
            bytes += HTTP2Peer.bytes(.init(type: .continuation, flags: 4, stream: 1, payload: Array(block[6...])))
            bytes += [0, 0, 2, 0xFA, 0, 0, 0, 0, 0, 1, 2]
            bytes += HTTP2Peer.bytes(.init(type: .data, flags: 8, stream: 1, payload: [2, 0x68, 0x69, 0, 0]))
            bytes += HTTP2Peer.bytes(.init(type: .data, flags: 8 | 1, stream: 1, payload: [1, 0]))
            for start in stride(from: 0, to: bytes.count, by: size) {
                try peer.connection.write(Array(bytes[start..<min(start + size, bytes.count)]))
            }
        } test: { client, url in
            let response = try await client.get(url)
            #expect(response.headers.count == 1)
            let text = try await response.text()
            #expect(text == "hi")
        }
    }

    @Test("The metrics count what goes over the stream")
    func metrics() async throws {
        let reports = Events<HTTPClientMetrics>()
        try await withHTTP2Peer {
            $0.onMetrics = { reports.add($0) }
        } script: { peer, _ in
            for _ in 0..<2 {
                let request = try peer.request()
                _ = try peer.content(of: request.stream)
                try peer.respond(request.stream, "0123456789")
            }
        } test: { client, url in
            for isReused in [false, true] {
                let text = try await client.post(url, body: "abc").text()
                #expect(text == "0123456789")
                let metrics = try await reports.next()
                #expect(metrics.isConnectionReused == isReused)
                #expect((metrics.connect != nil) == !isReused)
                #expect(metrics.status == .ok && metrics.attempts == 1)
                #expect(metrics.bytesReceived > 19 && metrics.bytesReceived < 100)
                #expect(metrics.bytesSent > 12 && metrics.bytesSent < 400)
            }
        }
    }

    @Test("Fields that can't be sent are errors, and harm nobody")
    func invalid() async throws {
        try await withHTTP2Peer { peer, _ in
            // A POST gets no response, which could arrive before its content is complete.
            while true {
                let request = try peer.request()
                if request.fields[":method"] == "GET" {
                    try peer.respond(request.stream, request.fields[":path"] ?? "")
                }
            }
        } test: { client, url in
            await #expect(throws: HTTPClientError.self) {
                try await client.post(url, body: "a", headers: [.transferEncoding: "chunked"])
            }
            let request = try client.open(.post, url)
            request.contentLength = 3
            try await request.write("ab")
            await #expect(throws: HTTPClientError.contentLengthNotReached(announced: 3, written: 2)) {
                try await request.end()
            }
            let text = try await client.get("\(url)/after").text()
            #expect(text == "/after")
            #expect(client.connectionCounts.total == 1)
        }
    }
}
