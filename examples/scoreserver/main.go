// Command scoreserver serves Kubesec's HTTP interface.
//
//	scoreserver [--compat] [--min-score N] [[IP:]PORT]
//	curl --data-binary @pod.yaml localhost:8080/scan
//
// Without an address it takes that of the variable PORT or KUBESEC_ADDR, as Kubesec
// does, or else 127.0.0.1:8080. A bare port means all of the machine's addresses. At
// SIGTERM it takes no more requests, and ends when those it has are answered, within a
// minute.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/plimsoll-go/plimsoll/score"
)

func main() {
	var opts score.HandlerOptions
	flag.BoolVar(&opts.Compat, "compat", false, "answer exactly as Kubesec does")
	flag.IntVar(&opts.MinScore, "min-score", 0, "the least score whose message says that it passed")
	flag.Parse()
	addr, err := address(flag.Args(), os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := listen(ctx, addr, opts); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// address is where to listen, by the arguments and the environment.
func address(args []string, getenv func(string) string) (string, error) {
	addr := "127.0.0.1:8080"
	for _, given := range []string{getenv("KUBESEC_ADDR"), getenv("PORT"), strings.Join(args, " ")} {
		if given != "" {
			addr = given
		}
	}
	if !strings.Contains(addr, ":") {
		addr = ":" + addr
	}
	host, port, err := net.SplitHostPort(addr)
	if err == nil && host != "" {
		_, err = netip.ParseAddr(host)
	}
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return "", fmt.Errorf("address %q: %w, want [IP:]PORT", addr, err)
	}
	return addr, nil
}

// listen serves at addr until ctx is done.
func listen(ctx context.Context, addr string, opts score.HandlerOptions) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "listening on", l.Addr())
	return serve(ctx, l, score.Handler(opts))
}

// serve answers at l until ctx is done, and then what was asked before.
func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 2 * time.Second,
		ReadTimeout:       5 * time.Second, // Kubesec's, as the next two
		WriteTimeout:      time.Minute,
		IdleTimeout:       15 * time.Second,
		MaxHeaderBytes:    16 << 10,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}
