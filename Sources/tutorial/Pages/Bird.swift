/// The martlet: the swift of heraldry, which never lands.
enum Bird {
    /// The bird as a picture in a page. It has the colour of the surrounding text and is hidden from screen readers.
    static let picture: HTML = """
        <svg class="bird" viewBox="0 0 64 48" width="64" height="48" aria-hidden="true" focusable="false">\
        <path fill="currentColor" d="\(outline)"/></svg>
        """

    /// The bird as the icon of a page, embedded in the page.
    static let icon = """
        data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 -8 64 64'%3E\
        %3Cpath fill='%23c8922a' d='\(outline)'/%3E%3C/svg%3E
        """

    private static let outline = """
        M1 9C13 5 24 9 30 19C31 17 33 15.500 35 15C42 6 52 1 63 2C53 6 46 13 42 22C40 28 37 31 33 33L22 47L25 38\
        L14 44L27 31C26 21 14 12 1 9Z
        """
}
