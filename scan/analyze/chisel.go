package analyze

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Chisel lists the packages of an Ubuntu that was carved out of packages, and
// has no dpkg: var/lib/chisel/manifest.wall, JSON objects a line each, of which
// the first is a header, compressed by zstd. Packages come in the order of the
// file, which is by name, as it spells them. The paths it lists that are no
// directories are owned.
//
//	{"jsonwall":"1.0","schema":"1.0","count":4}
//	{"kind":"package","name":"libkeel1","version":"1.4-2","sha256":"00...","arch":"amd64"}
//	{"kind":"path","path":"/usr/lib/","mode":"0755","slices":["libkeel1_libs"]}
//	{"kind":"path","path":"/usr/lib/libkeel.so.1","mode":"0644","slices":["libkeel1_libs"],"sha256":"00...","size":1}
//
// The manifest does not say which source package a package is built from, so
// that it is its own: advisories that name sources by other names than their
// packages' are not found. Where there is a dpkg status too, it has the source.
//
// A package without a name or version is left out, and a line that is no JSON;
// both are named in the error, and so is a manifest that ends before the number
// of lines its header counts. A header of another major version is an error
// alone. An error matches [artifact.ErrLimit] where the manifest is larger than
// 64 MiB in plain, a line longer than 1 MiB, or there are more than 262,144.
//
// https://documentation.ubuntu.com/chisel/en/latest/reference/manifest/
var Chisel artifact.Analyzer = chisel{}

type chisel struct{}

func (chisel) Name() string { return "chisel" }
func (chisel) Version() int { return 1 }

func (chisel) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Path: "var/lib/chisel/manifest.wall"}}
}

// Bounds of a manifest. That of a whole Ubuntu would have some 10 MiB.
const (
	maxWall       = 64 << 20
	maxWallLine   = 1 << 20
	maxWallLines  = 1 << 18
	maxWallWindow = 8 << 20 // that zstd looks back over
)

func (chisel) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	stored, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	var w wall
	plain, err := zstd.NewReader(bytes.NewReader(stored), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(maxWall), zstd.WithDecoderMaxWindow(maxWallWindow))
	if err == nil {
		defer plain.Close()
		err = w.read(plain)
	}
	if err != nil {
		return w.facts, fmt.Errorf("read %s: %w", f.Path, err)
	}
	return w.facts, nil
}

// A wall is a manifest as it is read.
type wall struct {
	facts artifact.Facts
	lines int
	count int // of lines, as the header says
	wrong faults
}

// A wallLine is any line of a manifest.
type wallLine struct {
	JSONWall string `json:"jsonwall"`
	Schema   string `json:"schema"`
	Count    int    `json:"count"`

	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Version string `json:"version"`
	Arch    string `json:"arch"`
	Path    string `json:"path"`
}

func (w *wall) read(plain io.Reader) error {
	bounded := &io.LimitedReader{R: plain, N: maxWall + 1}
	scanner := bufio.NewScanner(bounded)
	scanner.Buffer(nil, maxWallLine)
	for w.lines <= maxWallLines && scanner.Scan() {
		w.lines++
		var line wallLine
		err := json.Unmarshal(scanner.Bytes(), &line)
		switch {
		case w.lines == 1 && err != nil:
			return fmt.Errorf("line 1: %w", err)
		case w.lines == 1:
			if err := w.header(&line); err != nil {
				return fmt.Errorf("line 1: %w", err)
			}
		case err != nil:
			w.wrong.add(w.lines, nil, err)
		default:
			w.add(&line)
		}
	}
	switch err := scanner.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		w.end(fmt.Errorf("%w: more than %d bytes in a line", artifact.ErrLimit, maxWallLine))
	case errors.Is(err, zstd.ErrDecoderSizeExceeded), errors.Is(err, zstd.ErrWindowSizeExceeded):
		w.end(fmt.Errorf("%w: %w", artifact.ErrLimit, err))
	case err != nil:
		w.end(err)
	case bounded.N <= 0:
		w.end(fmt.Errorf("%w: more than %d bytes", artifact.ErrLimit, maxWall))
	case w.lines > maxWallLines:
		w.end(fmt.Errorf("%w: more than %d lines", artifact.ErrLimit, maxWallLines))
	case w.lines == 0:
		w.end(errNotWall)
	case w.lines != w.count:
		w.end(fmt.Errorf("the end, where the header counts %d", w.count))
	}
	return w.wrong.err()
}

// end notes why reading ended, before what else is wrong.
func (w *wall) end(err error) {
	w.wrong.end(fmt.Errorf("after line %d: %w", w.lines, err))
}

var errNotWall = errors.New("not the header of a manifest of version 1")

func (w *wall) header(line *wallLine) error {
	if !strings.HasPrefix(line.JSONWall, "1.") || !strings.HasPrefix(line.Schema, "1.") {
		return errNotWall
	}
	w.count = line.Count
	return nil
}

// add takes what a line says of packages and paths; others are of slices.
func (w *wall) add(line *wallLine) {
	switch line.Kind {
	case "package":
		w.addPackage(line)
	case "path":
		p := line.Path
		switch {
		case strings.HasSuffix(p, "/"): // a directory
		case !strings.HasPrefix(p, "/"):
			w.wrong.add(w.lines, nil, errNotPath)
		case len(p) > maxOwnedPath:
			w.wrong.add(w.lines, nil, errOwnedPath)
		default:
			if p = ownedPath(p); p != "" {
				w.facts.Owned = append(w.facts.Owned, p)
			}
		}
	}
}

func (w *wall) addPackage(line *wallLine) {
	switch {
	case line.Name == "":
		w.wrong.add(w.lines, nil, errNoName)
	case line.Version == "":
		w.wrong.add(w.lines, []byte(line.Name), errNoVersion)
	case max(len(line.Name), len(line.Version), len(line.Arch)) > maxValue:
		w.wrong.add(w.lines, []byte(line.Name), fmt.Errorf("%w: a value of more than %d bytes", artifact.ErrLimit, maxValue))
	default:
		c := library(vuln.TypeDeb, line.Name, line.Version)
		c.Arch = line.Arch
		w.facts.Components = append(w.facts.Components, c)
	}
}
