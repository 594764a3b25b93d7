/// The page of todo-server: the list, which changes by itself, and a field to add to it.
struct TodoPage {
    var page: WebPage {
        WebPage(
            title: "To do",
            style: Self.style,
            script: Self.script,
            body: """
                <header>
                \(Bird.picture)
                <h1>To do</h1>
                <p class="lead">One list for everybody who looks at it: what one changes, the others see at once.</p>
                </header>
                <main>
                <form id="introduction" class="card" hidden>
                <label for="visitor">Your name</label>
                <div class="row">
                <input id="visitor" maxlength="40" placeholder="Ada" autocomplete="nickname" required>
                <button>Come in</button>
                </div>
                </form>
                <form id="addition" class="card" hidden>
                <label for="title">What is to do, <span id="name"></span>?</label>
                <div class="row">
                <input id="title" maxlength="200" placeholder="Build the nest." autocomplete="off" required>
                <button>Add</button>
                </div>
                </form>
                <p id="complaint" role="alert"></p>
                <section aria-labelledby="list_title">
                <div class="bar">
                <h2 id="list_title">The list</h2>
                <p id="status" role="status">Connecting …</p>
                </div>
                <ul id="todos"></ul>
                </section>
                <noscript>This page needs JavaScript; without it, read <a href="/todos">the list as JSON</a>.</noscript>
                </main>
                """
        )
    }
}
