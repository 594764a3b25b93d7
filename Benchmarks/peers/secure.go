// Go's net/http over HTTP/2 with prior knowledge, or over TLS with HTTP/2 or HTTP/1.1, on one processor.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"runtime"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"
)

func main() {
	if len(os.Args) != 2 && len(os.Args) != 4 {
		fmt.Fprintf(os.Stderr, "usage: %s PORT [CERTIFICATE KEY]\n", os.Args[0])
		os.Exit(64)
	}
	runtime.GOMAXPROCS(1)
	body := []byte("Hello, world!")
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write(body)
	})
	address := "127.0.0.1:" + os.Args[1]
	if len(os.Args) == 4 {
		log.Fatal(http.ListenAndServeTLS(address, os.Args[2], os.Args[3], handler))
	}
	log.Fatal(http.ListenAndServe(address, h2c.NewHandler(handler, &http2.Server{})))
}
