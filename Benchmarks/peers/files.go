// Go's http.FileServer, on one processor, over the directory that the environment names.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"runtime"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "usage: %s PORT\n", os.Args[0])
		os.Exit(64)
	}
	runtime.GOMAXPROCS(1)
	http.Handle("/", http.FileServer(http.Dir(os.Getenv("BENCHMARK_FILES"))))
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
