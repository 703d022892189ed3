// Command scorewebhook is an admission webhook: it admits objects to a cluster by their
// score.
//
//	scorewebhook --cert tls.crt --key tls.key [--addr :8443] [--min-score N] [--open]
//
// An object that scores less than N is denied, and the message names what cost it most.
// Objects that no rule is for are admitted. What cannot be scored is denied; --open
// admits it with a warning. Whether objects are admitted while the webhook cannot be
// reached is for the failurePolicy of its ValidatingWebhookConfiguration to say.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	var h webhook
	cert := flag.String("cert", "", "file of the certificate, and those between it and its root")
	key := flag.String("key", "", "file of the certificate's key")
	addr := flag.String("addr", ":8443", "where to listen")
	flag.IntVar(&h.opts.MinScore, "min-score", 0, "the least score that is admitted")
	flag.BoolVar(&h.open, "open", false, "admit what cannot be scored, with a warning")
	flag.Parse()
	if *cert == "" || *key == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", *addr)
	if err == nil {
		err = serve(ctx, l, h, *cert, *key)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve answers at l, by TLS, until ctx is done.
func serve(ctx context.Context, l net.Listener, h http.Handler, cert, key string) error {
	server := &http.Server{ // the API server waits 30 seconds at most
		Handler: h, ReadTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
	}
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		stopped <- server.Shutdown(grace)
	})
	if err := server.ServeTLS(l, cert, key); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
