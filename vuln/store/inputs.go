package store

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// A recordFile is one file that should hold an OSV record.
type recordFile struct {
	name   string // for a Problem
	source string // the ecosystem's directory or zip: "Debian"
	open   func() (io.ReadCloser, error)
}

// inputs lists the record files of directories and zips. The zips stay open
// until close.
type inputs struct {
	files []recordFile
	zips  []*zip.ReadCloser
}

func (in *inputs) close() {
	for _, z := range in.zips {
		z.Close()
	}
}

// add lists the input at name: directories in lexical order, zips in their own.
func (in *inputs) add(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return in.addZip(name)
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	return walkInputs(name, func(rel string) error {
		full := filepath.Join(name, filepath.FromSlash(rel))
		if isZip(rel) {
			return in.addZip(full)
		}
		in.files = append(in.files, recordFile{
			name:   full,
			source: filepath.Base(filepath.Dir(filepath.Join(abs, filepath.FromSlash(rel)))),
			open:   func() (io.ReadCloser, error) { return os.Open(full) },
		})
		return nil
	})
}

// walkInputs visits the records and zips below dir, in lexical order. Links to
// files count as files; links to directories are not followed.
func walkInputs(dir string, visit func(rel string) error) error {
	fsys := os.DirFS(dir)
	return fs.WalkDir(fsys, ".", func(rel string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("read %s: %w", filepath.Join(dir, filepath.FromSlash(rel)), err)
		}
		if d.IsDir() || !isRecord(rel) && !isZip(rel) {
			return nil
		}
		if info, err := fs.Stat(fsys, rel); err == nil && !info.Mode().IsRegular() {
			return nil
		}
		return visit(rel) // a link to nothing too: opening it tells
	})
}

func (in *inputs) addZip(name string) error {
	abs, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	z, err := zip.OpenReader(name)
	if err != nil {
		return fmt.Errorf("read zip %s: %w", name, err)
	}
	in.zips = append(in.zips, z)
	source := strings.TrimSuffix(filepath.Base(abs), ".zip")
	if source == "all" { // <Ecosystem>/all.zip
		source = filepath.Base(filepath.Dir(abs))
	}
	for _, f := range z.File {
		if !isRecord(f.Name) {
			continue
		}
		r := recordFile{name: path.Join(filepath.ToSlash(name), f.Name), source: source, open: f.Open}
		if dir := path.Dir(f.Name); dir != "." {
			r.source = path.Base(dir)
		}
		in.files = append(in.files, r)
	}
	return nil
}

func isRecord(name string) bool { return strings.HasSuffix(name, ".json") }
func isZip(name string) bool    { return strings.HasSuffix(name, ".zip") }
