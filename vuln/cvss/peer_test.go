package cvss_test

import (
	"archive/zip"
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/vuln/cvss"
)

// peer answers for each line, a vector, with its base score, or of version 4 the
// score, or "error". It is metaeffekt's calculator.
// https://www.npmjs.com/package/ae-cvss-calculator
const peer = `
const c = require('ae-cvss-calculator');
const lines = require('fs').readFileSync(0, 'utf8').split('\n');
lines.pop();
console.log(lines.map(v => {
  try {
    const of = v.startsWith('CVSS:4.0') ? c.Cvss4P0 : v.startsWith('CVSS:3.1') ? c.Cvss3P1 : v.startsWith('CVSS:3.0') ? c.Cvss3P0 : c.Cvss2;
    const vector = new of(v);
    if (!vector.isBaseFullyDefined()) return 'error';
    const s = vector.calculateScores();
    return v.startsWith('CVSS:4.0') ? s.overall : s.base;
  } catch (e) { return 'error'; }
}).join('\n'));
`

// TestPeer scores every vector of the corpus by another library.
func TestPeer(t *testing.T) {
	t.Parallel()
	vectors := corpusVectors(t)
	if out, err := exec.Command("node", "-e", "require('ae-cvss-calculator')").CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("node: %v: %s", err, out)
		}
		t.Skipf("node: %v", err)
	}
	cmd := exec.Command("node", "-e", peer)
	cmd.Stdin = strings.NewReader(strings.Join(vectors, "\n") + "\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(answers) != len(vectors) {
		t.Fatalf("%d answers to %d vectors", len(answers), len(vectors))
	}
	refused, versions := 0, make(map[string]int)
	for i, vector := range vectors {
		score, _, err := cvss.Score(vector)
		theirs, theirErr := strconv.ParseFloat(answers[i], 64)
		switch {
		case err != nil && theirErr != nil:
			refused++
		case err != nil && strings.HasSuffix(vector, "/I:U/A:U"):
			refused++ // integrity has no value U in version 3
		case err != nil || theirErr != nil || score != theirs:
			t.Errorf("Score(%s) = %g, %v, the peer says %s", vector, score, err, answers[i])
		}
		versions[cvss.Type(vector)]++
	}
	t.Logf("%d vectors are scored the same, %d refused: %v", len(vectors)-refused, refused, versions)
	if corpus.Race {
		return
	}
	if refused > 2 || versions["CVSS_V2"] == 0 || versions["CVSS_V3"] < 1000 || versions["CVSS_V4"] == 0 {
		t.Errorf("%d of %v are refused, want at most 2 of thousands", refused, versions)
	}
}

// corpusVectors are those of the list by CVE and of the records, each once.
func corpusVectors(t *testing.T) []string {
	t.Helper()
	dir := corpus.Dir(t)
	found := make(map[string]bool)
	f, err := os.Open(filepath.Join(dir, "enrich", "cvss.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(bufio.NewReader(f))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		found[row[2]] = true
	}
	eachRecord(t, func(r *record) {
		for _, s := range r.Severity {
			if strings.HasPrefix(s.Type, "CVSS_") {
				found[s.Score] = true
			}
		}
	})
	return slices.Sorted(maps.Keys(found))
}

// A record is what of an OSV record is about severity.
type record struct {
	ID       string
	Severity []struct{ Type, Score string }
	Affected []struct {
		Package  struct{ Ecosystem string }
		Severity []struct{ Type, Score string }
	}
	DatabaseSpecific struct{ Severity any } `json:"database_specific"`
}

func eachRecord(t *testing.T, visit func(r *record)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(corpus.Dir(t), "osv", "*", "all.zip"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d archives, %v", len(files), err)
	}
	for _, file := range files {
		if ecosystem := filepath.Base(filepath.Dir(file)); corpus.Race && ecosystem != "Bitnami" && ecosystem != "PyPI" && ecosystem != "Maven" {
			continue
		}
		z, err := zip.OpenReader(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range z.File {
			r, err := entry.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			r.Close()
			if !strings.Contains(string(text), `"severity"`) {
				continue
			}
			var rec record
			if err := json.Unmarshal(text, &rec); err != nil {
				t.Fatalf("%s/%s: %v", file, entry.Name, err)
			}
			for _, a := range rec.Affected {
				rec.Severity = append(rec.Severity, a.Severity...)
			}
			visit(&rec)
		}
		z.Close()
	}
}

// TestWords compares the levels of vectors with the publishers' words, in the
// records that have both. Where a publisher derives its word from the vector they
// agree; that of a distribution (Ubuntu's priority) is its own judgement, and not
// compared.
func TestWords(t *testing.T) {
	t.Parallel()
	words := map[string]string{"LOW": "LOW", "MODERATE": "MEDIUM", "MEDIUM": "MEDIUM", "HIGH": "HIGH", "IMPORTANT": "HIGH", "CRITICAL": "CRITICAL"}
	type count struct{ agree, differ int }
	by := make(map[string]*count)
	exceptions := wordExceptions()
	eachRecord(t, func(r *record) {
		word, _ := r.DatabaseSpecific.Severity.(string)
		want := words[strings.ToUpper(word)]
		if want == "" || len(r.Affected) == 0 {
			return
		}
		agrees, vectors := false, 0
		for _, s := range r.Severity {
			if !strings.HasPrefix(s.Type, "CVSS_") {
				continue
			}
			if _, level, err := cvss.Score(s.Score); err == nil {
				vectors++
				agrees = agrees || level.String() == want
			}
		}
		if vectors == 0 {
			return
		}
		publisher, _, _ := strings.Cut(r.ID, "-")
		if by[publisher] == nil {
			by[publisher] = &count{}
		}
		if agrees {
			by[publisher].agree++
			return
		}
		by[publisher].differ++
		if exceptions[r.ID] == "" {
			t.Errorf("%s: the word is %s, the severities %v", r.ID, word, r.Severity)
		}
		delete(exceptions, r.ID)
	})
	for _, publisher := range slices.Sorted(maps.Keys(by)) {
		t.Logf("%s: %d agree, %d differ", publisher, by[publisher].agree, by[publisher].differ)
	}
	if corpus.Race {
		return
	}
	if by["BIT"] == nil || by["BIT"].agree < 7000 || by["GHSA"] == nil || by["GHSA"].agree < 500 {
		t.Errorf("too few records have a word and a vector")
	}
	for id := range exceptions {
		t.Errorf("%s: the word agrees with the vector, or is not there", id)
	}
}

// wordExceptions are the records whose word is not that of their vector's base
// score.
func wordExceptions() map[string]string {
	const temporal = "the word is that of the score with the temporal metrics E:P/RL:O/RC:C"
	const reviewed = "GitHub's reviewers rate it otherwise than the vector they were given"
	return map[string]string{
		"GHSA-f5pg-7wfw-84q9": reviewed,
		"GHSA-92xj-mqp7-vmcj": temporal,
		"GHSA-v778-237x-gjrc": reviewed,
		"GHSA-99qr-9cc9-fv2x": reviewed,
		"GHSA-86wf-436m-h424": reviewed,
	}
}
