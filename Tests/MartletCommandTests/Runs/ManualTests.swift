import Foundation
import TestProcesses
import Testing

/// What is made from the help: the manual page and the completions of shells.
@Suite("The manual and the completions", .timeLimit(.minutes(5)))
struct ManualTests {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "script/manual").path

    private func manual() async throws -> String {
        let run = await Run(try Subprocess("python3", [Self.script, "--martlet", builtExecutable("martlet")]))
        #expect(run.status == 0, "\(run.errors)")
        return run.text
    }

    @Test("The page has every command and its options, and nothing in it is taken for a request")
    func page() async throws {
        let lines = try await manual().split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == ".TH \"MARTLET\" \"1\"")
        for command in ["get", "post", "request", "serve", "new", "hash\\-password"] {
            #expect(lines.contains(".SS \(command)"), "\(command)")
        }
        #expect(lines.contains("\\fB\\-H\\fR, \\fB\\-\\-header\\fR \\fIname: value\\fR"))
        #expect(lines.contains("\\fBmartlet new\\fR [\\fIoptions\\fR] \\fIname\\fR"))
        let requests = Set(lines.filter { $0.hasPrefix(".") }.map { $0.prefix { $0 != " " } })
        #expect(requests.isSubset(of: [".TH", ".SH", ".SS", ".TP", ".IP", ".PP", ".br", ".nf", ".fi"]), "\(requests)")
        #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
    }

    @Test("groff has nothing to say against it", .enabled(if: access("/usr/bin/groff", X_OK) == 0))
    func groff() async throws {
        try await withTemporaryDirectory { directory in
            try directory.write(try await manual(), to: "martlet.1")
            let run = await Run(
                try Subprocess("/usr/bin/groff", ["-man", "-ww", "-Tutf8", "martlet.1"], in: directory)
            )
            #expect(run.status == 0)
            #expect(run.errors == "")
            #expect(run.text.contains("MARTLET(1)"))
        }
    }

    @Test("A tool that isn't there is told in one line")
    func missing() async throws {
        let run = await Run(try Subprocess("python3", [Self.script, "--martlet", "/nowhere/martlet"]))
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix("There is no /nowhere/martlet. Build it with "))
    }

    @Test("Completions know the commands, the values of options, and where files belong")
    func completions() async throws {
        let bash = try await martlet("--generate-completion-script", "bash")
        #expect(bash.status == 0)
        for word in ["serve", "new", "hash-password", "--auth-file", "combined"] {
            #expect(bash.text.contains(word), "\(word)")
        }
        let fish = try await martlet("--generate-completion-script", "fish")
        #expect(fish.text.contains("-l 'auth-file'") && fish.text.contains("-l 'martlet-path'"))
        #expect(fish.text.contains("__martlet_complete_directories"))
        let zsh = try await martlet("--generate-completion-script", "zsh")
        #expect(zsh.text.contains("--auth-file[") && zsh.text.contains("_files -/"))
    }

    @Test("bash can read its completions, and completes", .enabled(if: access("/bin/bash", X_OK) == 0))
    func bash() async throws {
        let script = """
            source <(martlet --generate-completion-script bash)
            COMP_WORDS=(martlet serve --log c) COMP_CWORD=3 COMP_LINE='martlet serve --log c' COMP_POINT=21
            _martlet martlet c --log
            echo "${COMPREPLY[@]}"
            """
        let process = try Subprocess(
            "/bin/bash",
            ["-c", "martlet() { '\(builtExecutable("martlet"))' \"$@\"; }\n\(script)"],
            environment: ["TERM": "dumb"]
        )
        let run = await Run(process)
        #expect(run.text.contains("common combined"), "\(run.text) \(run.errors)")
    }
}
