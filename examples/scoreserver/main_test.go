package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/score"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		arg, port, addr string
		want            string // empty: an error
	}{
		{"", "", "", "127.0.0.1:8080"},
		{"9000", "", "", ":9000"},
		{"127.0.0.2:9000", "", "", "127.0.0.2:9000"},
		{"[::1]:9000", "", "", "[::1]:9000"},
		{"", "", "10.0.0.1:80", "10.0.0.1:80"},
		{"", "81", "10.0.0.1:80", ":81"},
		{"82", "81", "80", ":82"},
		{"harbour.example:80", "", "", ""},
		{"cargo", "", "", ""},
		{"70000", "", "", ""},
		{"80 81", "", "", ""},
	} {
		var args []string
		if row.arg != "" {
			args = strings.Fields(row.arg)
		}
		env := map[string]string{"PORT": row.port, "KUBESEC_ADDR": row.addr}
		got, err := address(args, func(name string) string { return env[name] })
		if got != row.want || (err != nil) != (row.want == "") {
			t.Errorf("address(%q) with PORT %q and KUBESEC_ADDR %q = %q, %v, want %q", args, row.port, row.addr, got, err, row.want)
		}
	}
}

// A request that came before the end is answered, and none after it.
func TestServe(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked, answer := make(chan struct{}), make(chan struct{})
	scores := score.Handler(score.HandlerOptions{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(asked)
		<-answer
		scores.ServeHTTP(w, r)
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- serve(ctx, l, handler) }()
	url := "http://" + l.Addr().String()

	type reply struct {
		body string
		err  error
	}
	replied := make(chan reply)
	go func() {
		resp, err := http.Post(url, "", strings.NewReader("apiVersion: v1\nkind: Pod\nspec: {containers: [{name: deck}]}\n"))
		if err != nil {
			replied <- reply{err: err}
			return
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		replied <- reply{string(body), err}
	}()
	<-asked
	stop()
	close(answer)
	if got := <-replied; got.err != nil || !strings.Contains(got.body, `"object": "Pod/undefined.default"`) {
		t.Errorf("answer %q, %v, want the scores", got.body, got.err)
	}
	if err := <-ended; err != nil {
		t.Errorf("serve() = %v, want no error", err)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("it still listens")
	}
}

func TestServeListenerFails(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := serve(t.Context(), l, http.NotFoundHandler()); err == nil {
		t.Error("serve() on a closed listener = nil, want an error")
	}
}
