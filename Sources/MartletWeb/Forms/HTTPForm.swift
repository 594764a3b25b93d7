import HTTPWire
import Martlet

/// The fields of a form and its files.
///
/// ```swift
/// let form = try await request.form()
/// let title = form["title"] ?? "untitled"
/// try await form.file("picture")?.save(to: "pictures/\(id)")
/// ```
public struct HTTPForm: Sendable {
    /// The names and texts of the fields, in order, without the files.
    public var fields: QueryParameters
    /// The files, in order. A file field in which no file was chosen is not among them.
    public var files: [UploadedFile]

    /// A form with these fields and files.
    public init(fields: QueryParameters = QueryParameters(), files: [UploadedFile] = []) {
        self.fields = fields
        self.files = files
    }

    /// The text of the last field with this name; nil if there is none.
    public subscript(name: String) -> String? { fields[name] }

    /// The texts of all the fields with this name, in order.
    public func all(_ name: String) -> [String] { fields.all(name) }

    /// The last file whose field has this name; nil if there is none.
    public func file(_ name: String) -> UploadedFile? {
        files.last { $0.name == name }
    }

    /// All the files whose field has this name, in order.
    public func files(_ name: String) -> [UploadedFile] {
        files.filter { $0.name == name }
    }
}
