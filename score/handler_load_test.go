package score_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/plimsoll-go/plimsoll/score"
)

// TestHandlerLoad has many clients ask at once, each for objects of its own. Each gets
// its own answer; the heap stays small meanwhile, and nothing is kept afterwards. It
// does not run beside other tests, whose memory it would measure.
func TestHandlerLoad(t *testing.T) {
	const (
		clients, requests = 64, 200
		peak              = 64 << 20 // more than there was before; much less than is allocated in all
		kept              = 8 << 20  // a few hundred bytes a request
	)
	server := httptest.NewServer(score.Handler(score.HandlerOptions{}))
	defer server.Close()
	server.Client().Transport.(*http.Transport).MaxIdleConnsPerHost = clients

	rules, err := score.Select(score.Rules(), "HostNetwork", "RunAsUser") // the race detector makes all of them slow
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var most atomic.Uint64
	var wg sync.WaitGroup
	for client := range clients {
		wg.Go(func() {
			text := strings.Replace(barge, "barge", fmt.Sprintf("barge-%d", client), 1)
			want := written(t, text, score.Options{Rules: rules})
			for n := range requests {
				got, err := ask(server, text)
				if err != nil || got != want {
					t.Errorf("client %d, request %d: %q, %v, want %q", client, n, got, err, want)
					return
				}
				if n%10 == 0 {
					var now runtime.MemStats
					runtime.ReadMemStats(&now)
					for old := most.Load(); now.HeapInuse > old && !most.CompareAndSwap(old, now.HeapInuse); old = most.Load() {
					}
				}
			}
		})
	}
	wg.Wait()
	server.Client().CloseIdleConnections()
	runtime.GC()
	runtime.ReadMemStats(&after)
	rose := int64(most.Load()) - int64(before.HeapInuse)
	left := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	total := int64(after.TotalAlloc - before.TotalAlloc)
	t.Logf("%d requests, %d MiB allocated: the heap rose by %d KiB, %d KiB are left", clients*requests, total>>20, rose>>10, left>>10)
	if total < 4*peak {
		t.Errorf("%d bytes allocated: too few to tell", total)
	}
	if rose > peak {
		t.Errorf("the heap rose by %d bytes, want at most %d", rose, peak)
	}
	if left > kept {
		t.Errorf("%d bytes more on the heap than before, want at most %d", left, kept)
	}
}

// ask posts a text to a server, and returns the scores.
func ask(server *httptest.Server, text string) (string, error) {
	resp, err := server.Client().Post(server.URL+"/scan?rule=HostNetwork&rule=RunAsUser", "application/yaml", strings.NewReader(text))
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %s", resp.Status)
	}
	return string(body), err
}
