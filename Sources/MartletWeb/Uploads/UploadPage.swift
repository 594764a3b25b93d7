import HTTPTypes
import HTTPWire
import Martlet

/// The upload form, perhaps with the files that were just stored. It works without its script, which adds the progress.
struct UploadPage {
    let title: String
    var stored: [UploadHandler.StoredFile]?

    /// The document. The browser uses only the style and the script with the `nonce`.
    func document(nonce: String) -> String {
        let title = Markup.escape(title)
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(title)</title>
            <style nonce="\(nonce)">
            \(Self.style)
            </style>
            </head>
            <body>
            <main>
            <h1>\(title)</h1>
            <form method="post" enctype="multipart/form-data">
            <label for="files">Choose files, or drop them here</label>
            <input id="files" name="files" type="file" multiple required>
            <button>Upload</button>
            <progress max="1" value="0" hidden></progress>
            </form>
            <p id="message" role="status">\(message)</p>
            <ul id="stored">\(items)</ul>
            </main>
            <script nonce="\(nonce)">
            \(Self.script)
            </script>
            </body>
            </html>

            """
    }

    private var message: String {
        switch stored?.count {
        case nil: ""
        case 0: "No file was sent."
        case 1: "One file was stored."
        case let count?: "\(count) files were stored."
        }
    }

    private var items: String {
        (stored ?? []).map { "<li>\(Markup.escape($0.name)) <small>\($0.bytes) bytes</small></li>" }.joined()
    }

    private static let style = """
        :root { --paper: #f6f3ec; --card: #fffdf8; --ink: #1b2436; --soft: #59627a; --line: #ddd6c6; --accent: #1d4d9e; }
        @media (prefers-color-scheme: dark) {
          :root { --paper: #0f141e; --card: #171e2c; --ink: #e9e6de; --soft: #a3acbf; --line: #2b3447; --accent: #9cc0ff; }
        }
        body {
          margin: 0 auto; max-width: 40rem; padding: 3rem 1.25rem; background: var(--paper); color: var(--ink);
          font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
        }
        form {
          display: grid; gap: 1rem; padding: 1.5rem; background: var(--card); border: 2px dashed var(--line);
          border-radius: 1rem;
        }
        form.over { border-color: var(--accent); }
        input, button { font: inherit; }
        button {
          justify-self: start; padding: .5rem 1.25rem; border: 0; border-radius: .5rem; background: var(--accent);
          color: var(--paper); cursor: pointer;
        }
        button:disabled { opacity: .5; cursor: default; }
        progress { width: 100%; accent-color: var(--accent); }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
        ul { padding-left: 1.25rem; overflow-wrap: anywhere; }
        small, #message { color: var(--soft); }
        """

    private static let script = """
        const form = document.querySelector("form"), input = form.elements.files, button = form.querySelector("button");
        const bar = form.querySelector("progress"), message = document.getElementById("message");
        const stored = document.getElementById("stored");
        function finish(text) { bar.hidden = true; button.disabled = false; message.textContent = text; }
        form.addEventListener("submit", event => {
          event.preventDefault();
          const request = new XMLHttpRequest();
          request.open("POST", location.href);
          request.setRequestHeader("Accept", "application/json, text/plain;q=0.5");
          request.upload.addEventListener("progress", event => {
            bar.value = event.total ? event.loaded / event.total : 0;
            message.textContent = Math.floor(bar.value * 100) + " %";
          });
          request.addEventListener("load", () => {
            if (request.status !== 201) return finish(request.responseText || "It failed: " + request.status);
            const files = JSON.parse(request.responseText);
            for (const file of files) {
              const item = document.createElement("li"), size = document.createElement("small");
              size.textContent = file.bytes + " bytes";
              item.append(file.name + " ", size);
              stored.append(item);
            }
            finish(files.length === 1 ? "One file was stored." : files.length + " files were stored.");
            form.reset();
          });
          request.addEventListener("error", () => finish("The connection was lost. No incomplete file was stored."));
          bar.value = 0; bar.hidden = false; button.disabled = true; message.textContent = "0 %";
          request.send(new FormData(form));
        });
        form.addEventListener("dragover", event => { event.preventDefault(); form.classList.add("over"); });
        form.addEventListener("dragleave", () => form.classList.remove("over"));
        form.addEventListener("drop", event => {
          event.preventDefault();
          form.classList.remove("over");
          input.files = event.dataTransfer.files;
          form.requestSubmit();
        });
        """
}

extension HTTPServerResponse {
    /// Sends the form and ends the response.
    func end(_ page: UploadPage) async throws {
        // A new nonce for each response, so that injected HTML can't contain it.
        let nonce = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
        headers.contentType = .html
        headers[.contentSecurityPolicy] = """
            default-src 'none'; style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; connect-src 'self'; \
            form-action 'self'; base-uri 'none'; frame-ancestors 'none'
            """
        headers[.cacheControl] = "no-store"
        try await end(page.document(nonce: nonce))
    }
}
