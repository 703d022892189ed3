package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// launch starts the one browser of all tests, each of which has a tab of its own.
var launch = sync.OnceValues(start)

// running is the context of the browser, once there is one.
var running context.Context

// start returns a context of the browser, which ends with the process.
func start() (context.Context, error) {
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return nil, exec.ErrNotFound
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU,
		chromedp.Flag("disable-dev-shm-usage", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // which it refuses to start with
	}
	ctx, _ := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ = chromedp.NewContext(ctx)
	if err := chromedp.Do(ctx); err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	running = ctx
	return ctx, nil
}

func TestMain(m *testing.M) {
	code := m.Run()
	if running != nil {
		chromedp.Cancel(running)
	}
	os.Exit(code)
}

// A step is done in a tab.
type step = chromedp.Action[chromedp.Void]

// command is the step that sends a command of the protocol.
func command[P any](c cdp.Command[P, cdp.Empty], params P) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// script is the step that runs a script, whatever its value.
func script(text string) step { return chromedp.Evaluate[chromedp.Void](text) }

// A tab is one page in the browser, and what goes wrong in it.
type tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string
	faults   []string
}

// open shows address in a new tab, once steps are done. What the page writes to
// the console, throws, or asks the network for fails the test.
func open(t *testing.T, address string, steps ...step) *tab {
	t.Helper()
	browser, err := launch()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no browser: %v", err)
		}
		t.Skipf("no browser: %v; apt-get install chromium", err)
	}
	ctx, cancel := chromedp.NewContext(browser)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(ctx, 2*time.Minute)
	p := &tab{T: t, ctx: ctx}
	t.Cleanup(func() {
		stop()
		cancel()
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, f := range p.faults {
			t.Errorf("the page: %s", f)
		}
		for _, r := range p.requests {
			if r != address && !strings.HasPrefix(r, "data:") {
				t.Errorf("the page asks for %s", r)
			}
		}
	})
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		t.Fatal(err)
	}
	p.run(command(log.Enable, cdp.Empty{}), command(network.Enable, network.EnableParams{}), chromedp.EmulateViewport(1280, 900))
	p.run(steps...)
	p.run(chromedp.Navigate(address))
	return p
}

func (p *tab) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		p.faults = append(p.faults, fmt.Sprintf("console.%s: %v", e.Type, e.Args))
	case *runtime.EventExceptionThrown:
		p.faults = append(p.faults, fmt.Sprintf("exception: %s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
	case *log.EventEntryAdded:
		p.faults = append(p.faults, fmt.Sprintf("%s: %s", e.Entry.Source, e.Entry.Text))
	}
}

func (p *tab) run(steps ...step) {
	p.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.Fatal(err)
	}
}

// click clicks with the mouse in the middle of what selector finds.
func (p *tab) click(selector string) {
	p.Helper()
	p.run(chromedp.ScrollIntoView(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
}

// eval is the value of a script in p.
func eval[T any](p *tab, text string) T {
	p.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](text))
	if err != nil {
		p.Fatalf("%s: %v", text, err)
	}
	return value
}

// equal compares the value of a script.
func equal[T comparable](p *tab, text string, want T) {
	p.Helper()
	if got := eval[T](p, text); got != want {
		p.Errorf("%s = %v, want %v", text, got, want)
	}
}
