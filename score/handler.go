package score

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"runtime"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// HandlerOptions say how a [Handler] scores, and how much it takes on. The zero value
// is safe to put before strangers, behind a server with timeouts.
type HandlerOptions struct {
	// Options are those that each body is scored with. Limits.FileBytes bounds a body;
	// where it is 0 that is 4 MiB here.
	Options
	// Home is where a browser is sent, as Kubesec's server sends it to its own site.
	// Empty: nowhere, a page of text says what can be asked.
	Home string
	// Objects bounds the objects of a body, their containers and what is wrong with
	// fields, taken together; 0: 2,000. A short text can hold very many, and each has a
	// long answer.
	Objects int
	// Workers bounds the bodies that are scored at a time; 0: GOMAXPROCS, and at most 4.
	// Others wait. To score a body takes twenty times its length in memory, and if it
	// is made to hurt sixty times.
	Workers int
	// Held bounds the bytes of bodies and answers that are held at a time, those that
	// wait and those on their way included; 0: 32 MiB.
	Held int64
}

// Handler serves Kubesec's HTTP interface. The path does not matter but for two:
//
//	GET /healthz     200 and "OK", by any method
//	GET              303 to HandlerOptions.Home; without one a page of text at / and
//	                 /scan, and 404 elsewhere; HEAD too
//	any other method scores the body
//
// A body is a manifest, behind the letters "file=" or not, whatever its Content-Type
// says. The answer is 200 with what [WriteJSON] writes, however low the scores are;
// the file is called API. It is exact in compat mode. The parameter rule, which may be
// repeated, names the rules to score by.
//
// Other answers are text, one line for each thing that is wrong:
//
//	400  the body is empty, or some of it cannot be read; there is no such rule
//	408  the body did not come before the server's ReadTimeout
//	413  the body is longer than Limits.FileBytes, or holds more than Objects
//	500  a custom rule failed
//	501  the parameter in-toto asks for Kubesec's signed reports
//	503  too much is held; Retry-After says to come again
//
// No score is given beside something that was not read: one bad document makes the
// answer 400, which is what Kubesec does with a syntax error. In the default mode a
// document that is no object is one, too; in compat mode it is a result. What does not
// keep an object from being read stands in the header Plimsoll-Problem, which may be
// repeated: a key that is there twice, a value of the wrong type, and in compat mode
// the documents that Kubesec does not see.
//
// The handler keeps nothing between requests. It does not wait for long on its own:
// the timeouts are those of the http.Server.
func Handler(opts HandlerOptions) http.Handler {
	if opts.Limits.FileBytes <= 0 {
		opts.Limits.FileBytes = 4 << 20
	}
	if opts.Objects <= 0 {
		opts.Objects = 2000
	}
	if opts.Workers <= 0 {
		opts.Workers = min(runtime.GOMAXPROCS(0), 4)
	}
	if opts.Held <= 0 {
		opts.Held = 32 << 20
	}
	return &handler{opts: opts, slots: make(chan struct{}, opts.Workers), held: budget{most: opts.Held}}
}

type handler struct {
	opts  HandlerOptions
	slots chan struct{} // as many as bodies are scored
	held  budget
}

// ServeHTTP answers a request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/healthz":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		io.WriteString(w, "OK")
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		if err := h.score(w, r); err != nil {
			refuse(w, err)
		}
	case h.opts.Home != "":
		http.Redirect(w, r, h.opts.Home, http.StatusSeeOther)
	case r.URL.Path == "/" || r.URL.Path == "/scan":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		io.WriteString(w, "POST a Kubernetes manifest to / or /scan to have it scored.\nrule=ID in the query names a rule to score by, and may be repeated.\n")
	default:
		http.NotFound(w, r)
	}
}

// score answers a request with scores. An error is the answer if there are none.
func (h *handler) score(w http.ResponseWriter, r *http.Request) error {
	opts, err := h.asked(r.URL.RawQuery)
	if err != nil {
		return err
	}
	held := tab{budget: &h.held}
	defer held.close()
	text, err := h.body(w, r, &held)
	if err != nil {
		return err
	}
	select {
	case h.slots <- struct{}{}:
	case <-r.Context().Done():
		return refusal{http.StatusServiceUnavailable, r.Context().Err()}
	}
	answer, notes, err := func() ([]byte, []manifest.Problem, error) {
		defer func() { <-h.slots }()
		return h.answer(text, opts)
	}()
	if err != nil {
		return err
	}
	if !held.add(len(answer)) {
		return refusal{http.StatusServiceUnavailable, errBusy}
	}
	w.Header().Set("Content-Type", "application/json")
	note(w.Header(), notes)
	w.Write(answer)
	return nil
}

// asked are the options of a request with this query.
func (h *handler) asked(query string) (Options, error) {
	opts := h.opts.Options
	values, err := url.ParseQuery(query)
	if err != nil {
		return opts, refusal{http.StatusBadRequest, fmt.Errorf("read query: %w", err)}
	}
	if values.Get("in-toto") != "" {
		return opts, refusal{http.StatusNotImplemented, errors.New("in-toto: reports are not signed here")}
	}
	ids := values["rule"]
	if len(ids) == 0 {
		return opts, nil
	}
	rules := opts.Rules
	if rules == nil {
		rules = Rules()
	}
	if opts.Rules, err = Select(rules, ids...); err != nil {
		return opts, refusal{http.StatusBadRequest, err}
	}
	return opts, nil
}

// body reads a body, and puts it on the tab.
func (h *handler) body(w http.ResponseWriter, r *http.Request, held *tab) ([]byte, error) {
	limit := h.opts.Limits.FileBytes
	tooLong := refusal{http.StatusRequestEntityTooLarge, fmt.Errorf("%w: body of more than %d bytes", manifest.ErrLimit, limit)}
	if r.ContentLength > limit {
		return nil, tooLong
	}
	text, err := io.ReadAll(&charged{from: http.MaxBytesReader(w, r.Body, limit), to: held})
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		return nil, tooLong
	case errors.Is(err, errBusy):
		return nil, refusal{http.StatusServiceUnavailable, err}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, refusal{http.StatusRequestTimeout, errors.New("the body did not come in time")}
	case err != nil:
		return nil, refusal{http.StatusBadRequest, fmt.Errorf("read body: %w", err)}
	}
	return bytes.TrimPrefix(text, []byte("file=")), nil
}

// answer scores a text. Problems are those that the answer is given in spite of.
func (h *handler) answer(text []byte, opts Options) ([]byte, []manifest.Problem, error) {
	const name = "API"
	bundle := manifest.ReadFile(name, text, manifest.Options{Limits: opts.Limits, KubernetesOnly: opts.Compat})
	if err := unread(bundle.Problems, opts.Compat); err != nil {
		return nil, nil, refusal{http.StatusBadRequest, err}
	}
	if most := h.opts.Objects; len(bundle.Problems)+size(bundle.Objects, most) > most || opts.Compat && len(parts(text)) > most {
		return nil, nil, refusal{http.StatusRequestEntityTooLarge, fmt.Errorf("%w: more than %d objects, containers and problems", manifest.ErrLimit, most)}
	}
	var results []Result
	problems := bundle.Problems
	if opts.Compat {
		results, problems = readCompat(name, text, bundle, opts)
	} else {
		results = Run(bundle.Objects, opts)
	}
	if len(results) == 0 {
		return nil, nil, refusal{http.StatusBadRequest, errors.New("invalid input: no object to score")}
	}
	for i := range results {
		if p := results[i].Problems; len(p) > 0 {
			return nil, nil, refusal{http.StatusInternalServerError, p[0]}
		}
	}
	var answer bytes.Buffer
	if err := WriteJSON(&answer, results, opts.Compat); err != nil {
		return nil, nil, refusal{http.StatusInternalServerError, err}
	}
	return answer.Bytes(), problems, nil
}

// size is how many objects there are, and containers in them. It stops counting at
// more than most.
func size(objects []*manifest.Object, most int) int {
	n := len(objects)
	for _, o := range objects {
		d := document{spec: o.Get("spec", "template", "spec")}
		switch o.Kind {
		case "Pod":
			d.spec = o.Get("spec")
		case "CronJob":
			d.spec = o.Get("spec", "jobTemplate", "spec", "template", "spec")
		case "PodTemplate":
			d.spec = o.Get("template", "spec")
		}
		d.any(func(*manifest.Node) bool {
			n++
			return n > most
		})
		if n > most {
			break
		}
	}
	return n
}
