// A small web server on the standard library.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetOutput(os.Stdout)

	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	name := os.Getenv("APP")
	if name == "" {
		name = "go-hello"
	}

	routes := http.NewServeMux()
	routes.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
	routes.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		log.Printf("%s %s", r.Method, r.URL.Path)
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintf(w, "Hello from %s in Go\n", name)
	})

	server := &http.Server{Addr: ":" + port, Handler: routes}
	stopped := make(chan struct{})
	go func() {
		term := make(chan os.Signal, 1)
		signal.Notify(term, syscall.SIGTERM)
		<-term
		ctx, cancel := context.WithTimeout(context.Background(), 25*time.Second)
		defer cancel()
		server.Shutdown(ctx)
		close(stopped)
	}()

	log.Printf("listening on %s", port)
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
	<-stopped
	log.Print("stopped")
}
