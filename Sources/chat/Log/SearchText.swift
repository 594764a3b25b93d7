import Foundation

extension String {
    /// The text as searches compare it: ignoring case, accents and width.
    var foldedForSearch: String {
        folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
    }
}
