import Foundation

/// The small site that comes with the programs.
enum Site {
    /// The directory of its files.
    static let path = Bundle.module.bundlePath + "/site"
}
