package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/suppress"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/vex"
)

// suppressFlags say which findings are not to be shown.
type suppressFlags struct {
	ignoreFiles []string
	vex         []string
	show        bool
	statuses    []string
}

func (f *suppressFlags) add(flags *pflag.FlagSet) {
	flags.StringSliceVar(&f.statuses, "ignore-status", nil, "leave out vulnerabilities of `STATUSES`: unknown,not_affected,affected,fixed,under_investigation,will_not_fix,fix_deferred,end_of_life")
	flags.StringArrayVar(&f.ignoreFiles, "ignorefile", nil, "suppress what `FILE` lists, lines or YAML by its name (default .trivyignore and .plimsollignore.yaml, where they are)")
	flags.StringArrayVar(&f.vex, "vex", nil, "suppress what `FILE` says is fixed or not affected: OpenVEX, CycloneDX or CSAF, in JSON")
	flags.BoolVar(&f.show, "show-suppressed", false, "show what is suppressed, and why, with table and json")
}

// defaultIgnoreFiles are read where they are in the working directory.
func defaultIgnoreFiles() []string { return []string{".trivyignore", ".plimsollignore.yaml"} }

// read reads the files that the flags name, which may name rules.
func (f *suppressFlags) read(rules ...*lint.Rule) ([]scan.Suppressor, error) {
	list, err := readIgnoreFiles(f.ignoreFiles, rules...)
	if err != nil {
		return nil, err
	}
	if f.ignoreFiles == nil {
		for _, path := range defaultIgnoreFiles() {
			more, err := readIgnoreFiles([]string{path}, rules...)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			list = append(list, more...)
		}
	}
	if len(f.vex) == 0 {
		return list, nil
	}
	var documents []*vex.Document
	for _, path := range f.vex {
		if slices.Contains(vexPlaces(), path) && !exists(path) {
			return nil, fmt.Errorf("--vex %s: documents are read from files, not from where Trivy looks by that word", path)
		}
		text, err := readFile(path, maxDocument)
		if err != nil {
			return nil, fmt.Errorf("read VEX document: %w", err)
		}
		d, err := vex.Read(path, text)
		if err != nil {
			return nil, err
		}
		documents = append(documents, d)
	}
	return append(list, suppress.VEX(documents...)), nil
}

// vexPlaces are the words that Trivy has for places to look for documents in.
func vexPlaces() []string { return []string{"repo", "repository", "oci", "sbom-ref"} }

// readIgnoreFiles reads files that suppress findings, of rules too.
func readIgnoreFiles(paths []string, rules ...*lint.Rule) ([]scan.Suppressor, error) {
	var list []scan.Suppressor
	for _, path := range paths {
		text, err := readFile(path, maxDocument)
		if err != nil {
			return nil, fmt.Errorf("read ignore file: %w", err)
		}
		file, err := suppress.ReadIgnoreFile(path, text)
		if err != nil {
			return nil, err
		}
		list = append(list, suppress.Ignore(file, rules...))
	}
	return list, nil
}

// maxDocument is the most bytes of a file that is read as a whole.
const maxDocument = 256 << 20

// readFile reads a file of at most limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("read %s: more than %d bytes", path, limit)
	}
	return text, err
}

// statusesOf are those that words name.
func statusesOf(words []string) ([]vuln.Status, error) {
	var list []vuln.Status
	for _, word := range words {
		status, ok := statusNamed(strings.ToLower(strings.TrimSpace(word)))
		if !ok {
			return nil, fmt.Errorf("--ignore-status %q: want unknown, not_affected, affected, fixed, under_investigation, will_not_fix, fix_deferred or end_of_life", word)
		}
		list = append(list, status)
	}
	return list, nil
}

func statusNamed(word string) (vuln.Status, bool) {
	for s := vuln.StatusUnknown; s <= vuln.StatusEndOfLife; s++ {
		if s.String() == word {
			return s, true
		}
	}
	return 0, false
}
