import Crypto
import HTTPWire
import Testing

/// The vectors of the standards, and any input as another library hashes it.
@Suite("Hashes")
struct HashTests {
    @Test(
        "SHA-256 of the examples of FIPS 180-4, and of a million times a",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ]
    )
    func sha256(text: String, digest: String) {
        #expect(HTTPWire.SHA256.hash(text).hexadecimal == digest)
    }

    @Test(
        "SHA-1 of the examples of RFC 3174, and of the handshake of RFC 6455",
        arguments: [
            ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
            (
                "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
                "b37a4f2cc0624f1690f64606cf385945b2bec4ea"
            ),
        ]
    )
    func sha1(text: String, digest: String) {
        #expect(SHA1.hash(text).hexadecimal == digest)
    }

    @Test(
        "MD5 of the examples of RFC 1321",
        arguments: [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("a", "0cc175b9c0f1b6a831c399e269772661"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a"
            ),
        ]
    )
    func md5(text: String, digest: String) {
        #expect(MD5.hash(text).hexadecimal == digest)
    }

    /// Every length up to three blocks, so that the padding ends in each way it can.
    @Test("are those that swift-crypto computes, however the input is cut")
    func differential() {
        let input = (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
        for count in input.indices {
            let bytes = Array(input.prefix(count))
            #expect(HTTPWire.SHA256.hash(bytes) == Array(Crypto.SHA256.hash(data: bytes)))
            #expect(SHA1.hash(bytes) == Array(Insecure.SHA1.hash(data: bytes)))
            #expect(MD5.hash(bytes) == Array(Insecure.MD5.hash(data: bytes)))
        }
        let digest = HTTPWire.SHA256.hash(input)
        for cut in input.indices {
            var hash = HTTPWire.SHA256()
            let (start, rest) = (Array(input[..<cut]), Array(input[cut...]))
            hash.update(start.span.bytes)
            hash.update(rest.span.bytes)
            #expect(hash.finish() == digest)
        }
        var hash = HTTPWire.SHA256()
        for byte in input {
            let piece = [byte]
            hash.update(piece.span.bytes)
        }
        #expect(hash.finish() == digest)
    }
}

/// The vectors of RFC 4231, whose keys are shorter and longer than a block.
@Suite("A message authenticator")
struct MessageAuthenticatorTests {
    @Test(
        "makes the codes of RFC 4231",
        arguments: [
            (
                Array(repeating: 0x0B, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                Array(repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ]
    )
    func vectors(key: [UInt8], text: String, code: String) {
        let authenticator = MessageAuthenticator(key: key)
        #expect(authenticator.code(of: text).hexadecimal == code)
    }

    @Test("knows its codes from all others")
    func check() {
        let authenticator = MessageAuthenticator(key: Array(repeating: 7, count: 32))
        let code = authenticator.code(of: "name=value")
        #expect(authenticator.isCode(code, of: "name=value"))
        #expect(!authenticator.isCode(code, of: "name=valuE"))
        #expect(!authenticator.isCode(Array(code.dropLast()), of: "name=value"))
        #expect(!authenticator.isCode([], of: "name=value"))
        for index in code.indices {
            var wrong = code
            wrong[index] ^= 1
            #expect(!authenticator.isCode(wrong, of: "name=value"))
        }
        #expect(!MessageAuthenticator(key: Array(repeating: 8, count: 32)).isCode(code, of: "name=value"))
    }
}
