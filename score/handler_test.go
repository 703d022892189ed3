package score_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/score"
)

const barge = `apiVersion: v1
kind: Pod
metadata: {name: barge}
spec:
  hostNetwork: true
  containers:
  - name: deck
    image: deck:1
    securityContext: {runAsNonRoot: true}
`

// post is the answer of a handler to a body.
func post(h http.Handler, target, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, target, strings.NewReader(body)))
	return w
}

// written is what WriteJSON writes for a text.
func written(tb testing.TB, text string, opts score.Options) string {
	tb.Helper()
	results, _ := score.Read("API", []byte(text), opts)
	var out bytes.Buffer
	if err := score.WriteJSON(&out, results, opts.Compat); err != nil {
		tb.Fatal(err)
	}
	return out.String()
}

func TestHandlerScores(t *testing.T) {
	t.Parallel()
	twice := barge + "---\n" + strings.Replace(barge, "barge", "punt", 1)
	few, err := score.Select(score.Rules(), "HostNetwork", "RunAsUser")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, target, body, text string
		rules                    []score.Rule
	}{
		{"root", "/", barge, barge, nil},
		{"scan", "/scan", barge, barge, nil},
		{"any path", "/v2/else", barge, barge, nil},
		{"file=", "/", "file=" + barge, barge, nil},
		{"several", "/", twice, twice, nil},
		{"JSON", "/", `{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "deck"}]}}`, `{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "deck"}]}}`, nil},
		{"rules", "/?rule=HostNetwork&rule=RunAsUser&rule=RunAsUser", barge, barge, few},
		{"a kind without rules", "/", "apiVersion: v1\nkind: Service\n", "apiVersion: v1\nkind: Service\n", nil},
	} {
		for _, compat := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/compat=%t", row.name, compat), func(t *testing.T) {
				t.Parallel()
				w := post(score.Handler(score.HandlerOptions{Options: score.Options{Compat: compat}}), row.target, row.body)
				if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
					t.Fatalf("status %d, type %q, want 200 and JSON:\n%s", w.Code, w.Header().Get("Content-Type"), w.Body)
				}
				want := written(t, row.text, score.Options{Compat: compat, Rules: row.rules})
				if diff := cmp.Diff(want, w.Body.String()); diff != "" {
					t.Errorf("body (-want +got):\n%s", diff)
				}
				if notes := w.Header().Values("Plimsoll-Problem"); notes != nil {
					t.Errorf("problems %q, want none", notes)
				}
			})
		}
	}
}

// The methods and types that clients send make no difference.
func TestHandlerMethods(t *testing.T) {
	t.Parallel()
	h := score.Handler(score.HandlerOptions{})
	want := written(t, barge, score.Options{})
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "FERRY"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(method, "/", strings.NewReader(barge))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK || w.Body.String() != want {
			t.Errorf("%s: status %d, body %q, want 200 and the scores", method, w.Code, w.Body)
		}
	}
}

func TestHandlerGet(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		method, target, home string
		status               int
		location, body       string
	}{
		{"GET", "/healthz", "", 200, "", "OK"},
		{"GET", "/healthz", "https://docs.example/", 200, "", "OK"},
		{"POST", "/healthz", "", 200, "", "OK"},
		{"GET", "/", "", 200, "", "POST a Kubernetes manifest"},
		{"GET", "/scan", "", 200, "", "POST a Kubernetes manifest"},
		{"HEAD", "/", "", 200, "", ""},
		{"GET", "/metrics", "", 404, "", "not found"},
		{"GET", "/", "https://docs.example/", 303, "https://docs.example/", ""},
		{"GET", "/metrics", "https://docs.example/", 303, "https://docs.example/", ""},
	} {
		w := httptest.NewRecorder()
		score.Handler(score.HandlerOptions{Home: row.home}).ServeHTTP(w, httptest.NewRequest(row.method, row.target, nil))
		if w.Code != row.status || w.Header().Get("Location") != row.location || !strings.Contains(w.Body.String(), row.body) {
			t.Errorf("%s %s with home %q: %d, to %q, body %q, want %d, to %q, a body with %q",
				row.method, row.target, row.home, w.Code, w.Header().Get("Location"), w.Body, row.status, row.location, row.body)
		}
	}
}

func TestHandlerRefuses(t *testing.T) {
	t.Parallel()
	broken := barge + "---\nkind: [\n"
	many := strings.Repeat("apiVersion: v1\nkind: Service\n---\n", 4)
	crew := "apiVersion: v1\nkind: PodList\nitems: [{spec: {containers: [{name: a}, {name: b}, {name: c}]}}]\n"
	for _, row := range []struct {
		name, target, body string
		plain, compat      int
		text               string // in the answer of the default mode
	}{
		{"empty", "/", "", 400, 400, "invalid input"},
		{"blanks", "/", "\n---\n\n", 400, 400, "invalid input"},
		{"file= alone", "/", "file=", 400, 400, "invalid input"},
		{"syntax", "/", broken, 400, 400, "API:11:"},
		{"no object", "/", barge + "---\ncargo: coal\n", 400, 200, "API:11:1: not a Kubernetes object"},
		{"a text", "/", "cargo", 400, 200, "not a Kubernetes object"},
		{"rule", "/?rule=HostNetwork&rule=Cargo", barge, 400, 400, "no such rule: Cargo"},
		{"empty rule", "/?rule=", barge, 400, 400, "no such rule"},
		{"query", "/?rule=%zz", barge, 400, 400, "read query"},
		{"in-toto", "/?in-toto=1", barge, 501, 501, "not signed"},
		{"length", "/", barge + strings.Repeat("# ballast\n", 100), 413, 413, "more than 1000 bytes"},
		{"objects", "/", many, 413, 413, "more than 3 objects, containers and problems"},
		{"containers", "/", crew, 413, 413, "more than 3 objects, containers and problems"},
		{"keys", "/", barge + "kind: Pod\nkind: Pod\n", 413, 413, "more than 3 objects, containers and problems"},
		{"comments", "/", "#\n---\n#\n---\n#\n---\n#\n", 400, 413, "invalid input"},
	} {
		for _, compat := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/compat=%t", row.name, compat), func(t *testing.T) {
				t.Parallel()
				want := row.plain
				if compat {
					want = row.compat
				}
				h := score.Handler(score.HandlerOptions{
					Options: score.Options{Compat: compat, Limits: manifest.Limits{FileBytes: 1000}}, Objects: 3,
				})
				w := post(h, row.target, row.body)
				if w.Code != want {
					t.Fatalf("status %d, want %d:\n%s", w.Code, want, w.Body)
				}
				if want != 200 && !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
					t.Errorf("type %q, want text", w.Header().Get("Content-Type"))
				}
				if !compat && !strings.Contains(w.Body.String(), row.text) {
					t.Errorf("body %q, want one with %q", w.Body, row.text)
				}
			})
		}
	}
}

// What does not keep an object from being read is told beside the scores.
func TestHandlerProblems(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, body string
		compat     bool
		want       []string
	}{
		{"key", barge + "kind: Pod\n", false, []string{`API:10:1: duplicate key "kind": the last one counts`}},
		{"key not in ASCII", barge + "é: 1\né: 2\n", false, []string{`API:11:1: duplicate key "?": the last one counts`}},
		{"unseen", barge + "--- # decorated\n" + barge, true, []string{"API:11:1: kubesec does not see this document"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := post(score.Handler(score.HandlerOptions{Options: score.Options{Compat: row.compat}}), "/", row.body)
			if w.Code != http.StatusOK {
				t.Fatalf("status %d, want 200:\n%s", w.Code, w.Body)
			}
			if diff := cmp.Diff(row.want, w.Header().Values("Plimsoll-Problem")); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// However many problems there are, the answer stays short.
func TestHandlerManyProblems(t *testing.T) {
	t.Parallel()
	h := score.Handler(score.HandlerOptions{})
	w := post(h, "/", barge+strings.Repeat("kind: Pod\n", 100))
	if got := w.Header().Values("Plimsoll-Problem"); w.Code != 200 || len(got) != 21 || got[20] != "and 80 more" {
		t.Errorf("status %d, problems %q, want 200 and 21, the last of which tells of 80 more", w.Code, got)
	}
	w = post(h, "/", barge+strings.Repeat("---\n[\n", 100))
	if got := strings.Split(strings.TrimSpace(w.Body.String()), "\n"); w.Code != 400 || len(got) != 21 || got[20] != "and more" {
		t.Errorf("status %d, lines %q, want 400 and 21, the last of which tells of more", w.Code, got)
	}
}

func TestHandlerRuleFails(t *testing.T) {
	t.Parallel()
	broken, err := score.Custom(&lint.Rule{
		Name: "leaks", Doc: "It leaks.", Remediation: "Pump.", Kinds: []lint.Kind{lint.Any},
		Run: func(*lint.Pass) error { return errors.New("the pump is dry") },
	}, -1)
	if err != nil {
		t.Fatal(err)
	}
	w := post(score.Handler(score.HandlerOptions{Options: score.Options{Rules: []score.Rule{broken}}}), "/", barge)
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "the pump is dry") {
		t.Errorf("status %d, body %q, want 500 and why", w.Code, w.Body)
	}
}

// What is held is given back: requests one after the other all fit, and one that does
// not fit is told to come again.
func TestHandlerHeld(t *testing.T) {
	t.Parallel()
	answer := len(written(t, barge, score.Options{}))
	h := score.Handler(score.HandlerOptions{Held: int64(len(barge) + answer)})
	long := barge + strings.Repeat("# ballast\n", answer/10+1)
	for i := range 10 {
		if w := post(h, "/", barge); w.Code != http.StatusOK {
			t.Fatalf("request %d: status %d, want 200: %s", i, w.Code, w.Body)
		}
		if w := post(h, "/", "kind: [\n"); w.Code != http.StatusBadRequest {
			t.Fatalf("request %d: status %d, want 400: %s", i, w.Code, w.Body)
		}
		if w := post(h, "/", long); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Fatalf("long request %d: status %d, want 503 and Retry-After: %s", i, w.Code, w.Body)
		}
	}
}

// A request that waits for its turn ends with its context.
func TestHandlerWaits(t *testing.T) {
	t.Parallel()
	in, out := make(chan struct{}), make(chan struct{})
	slow := func(*manifest.Object) error {
		in <- struct{}{}
		<-out
		return nil
	}
	h := score.Handler(score.HandlerOptions{Workers: 1, Options: score.Options{Validate: slow}})
	first := make(chan int)
	go func() { first <- post(h, "/", barge).Code }()
	<-in // the only worker is at it
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan int)
	go func() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader(barge)).WithContext(ctx))
		second <- w.Code
	}()
	cancel()
	if got := <-second; got != http.StatusServiceUnavailable {
		t.Errorf("status of a cancelled request %d, want 503", got)
	}
	close(out)
	if got := <-first; got != http.StatusOK {
		t.Errorf("status %d, want 200", got)
	}
}

// A body whose length is not told is read up to the limit.
func TestHandlerEndlessBody(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(score.Handler(score.HandlerOptions{Options: score.Options{Limits: manifest.Limits{FileBytes: 1 << 16}}}))
	defer server.Close()
	resp, err := server.Client().Post(server.URL, "", endless{})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d, want 413", resp.StatusCode)
	}
}

// An endless reader gives comments.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, "# and on\n"), nil }

// A body that does not come is given up when the server's time is over.
func TestHandlerSlowBody(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(score.Handler(score.HandlerOptions{}))
	server.Config.ReadTimeout = time.Second // for the head of the request, too
	server.Start()
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: 1000\r\n\r\nkind: Pod\n", server.Listener.Addr())
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); resp.StatusCode != http.StatusRequestTimeout || !resp.Close {
		t.Errorf("status %d, close %t, body %q, %v, want 408 and the connection closed", resp.StatusCode, resp.Close, body, err)
	}
}

func FuzzHandler(f *testing.F) {
	f.Add("", barge, false)
	f.Add("rule=HostNetwork", "file="+barge, true)
	f.Add("", barge+"---\r\n"+barge+"--- # x\n{", true)
	f.Add("", `{"apiVersion": "v1", "kind": "List", "items": [{"kind": "Pod"}, 1]}`, false)
	f.Add("", "kind: Pod\nkind: &a [*a]\n", false)
	f.Add("", "#\n---\nnull\n---\n- 1\n", true)
	f.Fuzz(func(t *testing.T, query, body string, compat bool) {
		const most = 50
		h := score.Handler(score.HandlerOptions{Options: score.Options{Compat: compat, Limits: manifest.Limits{FileBytes: 1 << 14}}, Objects: most})
		ask := func() *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
			r.URL.RawQuery = query
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w
		}
		w := ask()
		switch w.Code {
		case http.StatusOK:
			var list []struct{ Object, FileName string }
			if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || len(list) == 0 || len(list) > most {
				t.Fatalf("%d scores, %v, want 1 to %d: %s", len(list), err, most, w.Body)
			}
			for _, s := range list {
				if s.FileName != "API" || s.Object == "" {
					t.Errorf("object %q of file %q, want a name, and API", s.Object, s.FileName)
				}
			}
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusNotImplemented:
			if strings.TrimSpace(w.Body.String()) == "" {
				t.Errorf("status %d without a reason", w.Code)
			}
		default:
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
		if again := ask(); again.Code != w.Code || again.Body.String() != w.Body.String() {
			t.Errorf("the same body twice: %d %s, then %d %s", w.Code, w.Body, again.Code, again.Body)
		}
	})
}
