package store

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A mirror serves records as OSV's export does, and counts what is asked of it.
type mirror struct {
	url string

	mu      sync.Mutex
	records map[string]map[string]string // by ecosystem and id
	times   map[string]time.Time         // by id
	asked   []string                     // paths, in order; "304 " before those not sent
	// intercept answers in place of the mirror, if it returns true.
	intercept func(w http.ResponseWriter, r *http.Request) bool
}

func newMirror(t *testing.T) *mirror {
	m := &mirror{records: make(map[string]map[string]string), times: make(map[string]time.Time)}
	s := httptest.NewServer(m)
	t.Cleanup(s.Close)
	m.url = s.URL
	return m
}

// put adds or replaces a record, modified at that minute.
func (m *mirror) put(ecosystem, id string, minute int, text string) {
	m.set(ecosystem, id, stamp(minute), text)
}

// set is put at any time.
func (m *mirror) set(ecosystem, id string, at time.Time, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.records[ecosystem] == nil {
		m.records[ecosystem] = make(map[string]string)
	}
	m.records[ecosystem][id], m.times[id] = text, at
}

func (m *mirror) remove(ecosystem, id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.records[ecosystem], id)
}

// takeAsked returns what was asked since the last time.
func (m *mirror) takeAsked() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	asked := m.asked
	m.asked = nil
	slices.Sort(asked)
	return asked
}

func stamp(minute int) time.Time { return built.Add(time.Duration(minute) * time.Minute) }

// about is a record of an ecosystem about one package, fixed in that version.
func about(ecosystem, id string, minute int, fixed string) string {
	return fmt.Sprintf(`{"id": %q, "modified": %q, "affected": [{"package": {"ecosystem": %q, "name": "harbour"},
		"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": %q}]}]}]}`,
		id, stamp(minute).Format(time.RFC3339), ecosystem, fixed)
}

func withdrawnRecord(id string, minute int) string {
	return fmt.Sprintf(`{"id": %q, "modified": %q, "withdrawn": %[2]q}`, id, stamp(minute).Format(time.RFC3339))
}

func (m *mirror) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name := strings.TrimPrefix(r.URL.Path, "/")
	if m.intercept != nil && m.intercept(w, r) {
		m.asked = append(m.asked, name)
		return
	}
	ecosystem, file, _ := strings.Cut(name, "/")
	var body []byte
	switch records := m.records[ecosystem]; {
	case name == "ecosystems.txt":
		body = []byte(strings.Join(sortedKeys(m.records), "\n") + "\n")
	case records == nil:
	case file == "modified_id.csv":
		body = m.list(ecosystem)
	case file == "all.zip":
		body = zipOf(records)
	default:
		body = []byte(records[strings.TrimSuffix(file, ".json")])
	}
	if len(body) == 0 {
		m.asked = append(m.asked, "404 "+name)
		http.NotFound(w, r)
		return
	}
	w.Header().Set("ETag", fmt.Sprintf(`"%08x"`, crc32.ChecksumIEEE(body)))
	if r.Header.Get("If-None-Match") == w.Header().Get("ETag") {
		m.asked = append(m.asked, "304 "+name)
	} else {
		m.asked = append(m.asked, name)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// list is the newest first, as OSV writes it.
func (m *mirror) list(ecosystem string) []byte {
	ids := sortedKeys(m.records[ecosystem])
	slices.SortStableFunc(ids, func(a, b string) int { return m.times[b].Compare(m.times[a]) })
	var out bytes.Buffer
	for _, id := range ids {
		fmt.Fprintf(&out, "%s,%s\n", m.times[id].Format(time.RFC3339Nano), id)
	}
	return out.Bytes()
}

func zipOf(records map[string]string) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, id := range sortedKeys(records) {
		w, err := z.Create(id + ".json")
		if err != nil {
			panic(err)
		}
		if _, err := w.Write([]byte(records[id])); err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}
