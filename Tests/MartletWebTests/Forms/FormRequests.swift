/// Text of a POST request with a content of this type.
func post(_ content: String, type: String?, _ fields: String...) -> String {
    let type = type.map { "Content-Type: \($0)\r\n" } ?? ""
    return "POST / HTTP/1.1\r\nHost: a\r\n\(type)Content-Length: \(content.utf8.count)\r\n"
        + fields.map { $0 + "\r\n" }.joined() + "\r\n" + content
}

/// The content of a form with the boundary `b`: the lines of each part's head behind `form-data; `, and its content.
func form(_ parts: (head: String, content: String)...) -> String {
    parts.map { "--b\r\nContent-Disposition: form-data; \($0.head)\r\n\r\n\($0.content)\r\n" }.joined() + "--b--\r\n"
}

let formType = "multipart/form-data; boundary=b"
