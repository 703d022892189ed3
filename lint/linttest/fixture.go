package linttest

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// A fixture is one archive, or one file that stands for itself.
type fixture struct {
	path  string
	text  string // of the archive
	files []*file
	settings
}

// A file is a manifest of a fixture.
type file struct {
	name   string // in the archive; of a file that stands for itself, its path
	text   string
	wants  []*want
	fixed  *file  // what the text is after all fixes; nil where that is not said
	before string // of positions in the archive: its path and what it takes
	line   int    // of the archive at which the text starts, less one
	single bool   // not in an archive
}

// at is a position for failures: the line of the archive, then that of the file.
func (f *file) at(line int) string {
	if f.single {
		return fmt.Sprintf("%s:%d", f.before, line)
	}
	return fmt.Sprintf("%s:%d: %s:%d", f.before, f.line+line, f.name, line)
}

// at is a position in one of the files as failures name it.
func at(group []*file, p manifest.Position) string {
	for _, m := range group {
		if m.name == p.Path {
			return m.at(p.Line)
		}
	}
	return p.String()
}

// compat reports whether the file is for compat mode: a directory that it is in
// says so.
func (f *file) compat() bool {
	for dir := range strings.SplitSeq(path.Dir(f.name), "/") {
		if dir == "compat" || strings.HasPrefix(dir, "compat-") {
			return true
		}
	}
	return false
}

// read reads a fixture. Errors name the place.
func read(name string, decoders []manifest.Decoder) (*fixture, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f := &fixture{path: filepath.ToSlash(name), text: string(text), settings: settings{decoders: decoders}}
	if path.Ext(f.path) != ".txtar" {
		return f, f.readSingle()
	}
	return f, f.readArchive()
}

// readSingle reads a file that stands for itself.
func (f *fixture) readSingle() error {
	m := &file{name: f.path, text: f.text, before: f.path, single: true}
	f.files = []*file{m}
	fixed, err := os.ReadFile(filepath.FromSlash(f.path + fixedSuffix))
	switch {
	case err == nil:
		m.fixed = &file{text: string(fixed), before: f.path + fixedSuffix, single: true}
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	if m.wants, err = inComments(m); f.decoded(m.name) {
		m.wants, err = inCommentLines(m)
	}
	return err
}

// What follows the name of a file in the name of a section about it.
const (
	fixedSuffix = ".fixed"
	wantSuffix  = ".want"
)

func (f *fixture) readArchive() error {
	comment, list := sections(f.text)
	var errs []error
	var err error
	decoders := f.decoders
	if f.settings, err = readSettings(f.path, comment); err != nil {
		errs = append(errs, err)
	}
	f.decoders = decoders
	seen := make(map[string]bool)
	for _, s := range list {
		err := f.section(s)
		if seen[s.name] {
			err = f.mistake(s, "a second section %s", s.name)
		}
		seen[s.name] = true
		if err != nil {
			errs = append(errs, err)
		}
	}
	if len(list) == 0 {
		errs = append(errs, fmt.Errorf("%s: no section", f.path))
	}
	return errors.Join(errs...)
}

// section adds a section: a manifest, or what belongs to one before it.
func (f *fixture) section(s section) error {
	m := &file{name: s.name, text: s.text, before: f.path, line: s.line - 1}
	name, isFixed := strings.CutSuffix(s.name, fixedSuffix)
	name, isWant := strings.CutSuffix(name, wantSuffix)
	var err error
	switch of := f.file(name); {
	case (isFixed || isWant) && of == nil:
		return f.mistake(s, "section %s is behind no section %s", s.name, name)
	case isFixed:
		of.fixed = m
	case isWant:
		var wants []*want
		wants, err = inSection(m)
		of.wants = append(of.wants, wants...)
	case f.decoded(s.name):
		f.files = append(f.files, m)
		m.wants, err = inCommentLines(m)
	case !slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(s.name)):
		return f.mistake(s, "section %s is no manifest: its name does not end in .yaml, .yml, .json, %s or %s", s.name, fixedSuffix, wantSuffix)
	default:
		f.files = append(f.files, m)
		m.wants, err = inComments(m)
	}
	return err
}

// decoded reports whether a decoder claims a file.
func (f *fixture) decoded(name string) bool {
	return slices.ContainsFunc(f.decoders, func(d manifest.Decoder) bool { return d.Claims(name) })
}

// mistake is an error at the line that starts a section.
func (f *fixture) mistake(s section, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", f.path, s.line-1, fmt.Sprintf(format, args...))
}

// file is the manifest of that name, nil where there is none.
func (f *fixture) file(name string) *file {
	for _, m := range f.files {
		if m.name == name {
			return m
		}
	}
	return nil
}

// groups are the files that are one context each: those of one directory, and each
// file that is in none.
func (f *fixture) groups() [][]*file {
	var list [][]*file
	byDir := make(map[string]int)
	for _, m := range f.files {
		dir := path.Dir(m.name)
		i, ok := byDir[dir]
		if !ok || m.single || dir == "." {
			i = len(list)
			list = append(list, nil)
			byDir[dir] = i
		}
		list[i] = append(list[i], m)
	}
	return list
}
