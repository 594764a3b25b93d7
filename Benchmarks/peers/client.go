// Go's net/http client, on one processor.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
)

type sum struct{ requests, bytes int64 }

func round(client *http.Client, url string, concurrency int, duration time.Duration) sum {
	end := time.Now().Add(duration)
	var all sum
	var lock sync.Mutex
	var group sync.WaitGroup
	for i := 0; i < concurrency; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			var own sum
			for {
				response, err := client.Get(url)
				if err != nil {
					log.Fatal(err)
				}
				count, err := io.Copy(io.Discard, response.Body)
				if err != nil {
					log.Fatal(err)
				}
				response.Body.Close()
				own.requests++
				own.bytes += count
				if !time.Now().Before(end) {
					break
				}
			}
			lock.Lock()
			defer lock.Unlock()
			all.requests += own.requests
			all.bytes += own.bytes
		}()
	}
	group.Wait()
	return all
}

func cpu() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return (usage.Utime.Nano() + usage.Stime.Nano()) / 1000
}

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintf(os.Stderr, "usage: %s URL CONCURRENCY WARM-UP SECONDS\n", os.Args[0])
		os.Exit(64)
	}
	concurrency, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	var times [2]time.Duration
	for i := range times {
		seconds, err := strconv.ParseFloat(os.Args[3+i], 64)
		if err != nil {
			log.Fatal(err)
		}
		times[i] = time.Duration(seconds * float64(time.Second))
	}
	runtime.GOMAXPROCS(1)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: concurrency}}
	round(client, os.Args[1], concurrency, times[0])
	before, start := cpu(), time.Now()
	all := round(client, os.Args[1], concurrency, times[1])
	elapsed, spent := time.Since(start).Microseconds(), cpu()-before
	fmt.Printf("{\"requests\": %d, \"bytes\": %d, \"microseconds\": %d, \"cpu\": %d}\n",
		all.requests, all.bytes, elapsed, spent)
}
