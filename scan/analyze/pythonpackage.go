package analyze

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// PythonPackage lists the Python packages that are installed: a file is one
// package. Those are
//
//	*.dist-info/METADATA    what pip installs
//	*.egg-info/PKG-INFO     what setuptools installs or develops
//	*.egg-info/METADATA
//	*.egg-info              what distutils installs, where it is a file
//	EGG-INFO/PKG-INFO       an egg that is unpacked
//
// A file is headers as those of mail,
// https://packaging.python.org/en/latest/specifications/core-metadata/, and is
// read up to the first line that is not one, as Python reads it. Of a header
// that may be there once only, the first counts; a Name or Version that differs
// from the first is named in the error, beside the package.
//
// The licence is License-Expression; or else License, if it is one line and
// says something; or else what the Classifiers say.
//
// A file without Name or Version is an error that says what is missing. So are
// headers that are longer than 1 MiB.
var PythonPackage artifact.Analyzer = pythonPackage{}

type pythonPackage struct{}

func (pythonPackage) Name() string { return "python-pkg" }
func (pythonPackage) Version() int { return 1 }

func (pythonPackage) Patterns() []artifact.Pattern {
	return []artifact.Pattern{
		{Base: "METADATA", DirSuffix: ".dist-info"},
		{Base: "PKG-INFO", DirSuffix: ".egg-info"},
		{Base: "METADATA", DirSuffix: ".egg-info"},
		{Suffix: ".egg-info"},
		{Base: "PKG-INFO", DirSuffix: "EGG-INFO"},
	}
}

func (pythonPackage) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	text, err := metadataHeaders(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	c, ok, err := metadataPackage(text)
	if err != nil {
		err = fmt.Errorf("read %s: %w", f.Path, err)
	}
	if !ok {
		return artifact.Facts{}, err
	}
	return artifact.Facts{Components: []artifact.Component{c}}, err
}

// maxHeaders bounds the headers of one package. A licence may be among them,
// and before 2018 the whole description was.
const maxHeaders = 1 << 20

// metadataHeaders returns the headers of f, and perhaps more. Most end within
// the first bytes, and then no others are read: a description is not.
func metadataHeaders(f *artifact.File) ([]byte, error) {
	if head := f.Head(); int64(len(head)) == f.Size || headersEnd(head) >= 0 {
		return head, nil
	}
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	if len(text) > maxHeaders && headersEnd(text[:maxHeaders]) < 0 {
		return nil, fmt.Errorf("read %s: %w: headers of more than %d bytes", f.Path, artifact.ErrLimit, maxHeaders)
	}
	return text, nil
}

// headersEnd is the offset of the empty line after the headers, or -1.
func headersEnd(text []byte) int {
	end := bytes.Index(text, []byte("\n\n"))
	if crlf := bytes.Index(text, []byte("\n\r\n")); end < 0 || crlf >= 0 && crlf < end {
		end = crlf
	}
	return end
}

// A metadata is the headers of a package that are of use.
type metadata struct {
	name, version string
	expression    string
	license       string
	classifiers   []string // what follows "License :: "
}

// metadataPackage returns the package whose headers text starts with; not ok
// where they do not say which it is.
func metadataPackage(text []byte) (c artifact.Component, ok bool, err error) {
	var m metadata
	err = readHeaders(bytes.TrimPrefix(text, []byte("\ufeff")), m.set)
	if m.name == "" {
		return c, false, cmp.Or(err, errNoName)
	}
	if m.version == "" {
		return c, false, fmt.Errorf("package %.*q: %w", maxQuote, m.name, cmp.Or(err, errNoVersion))
	}
	c = library(vuln.TypePyPI, m.name, m.version)
	c.Licenses = m.licenses()
	return c, true, err
}

// readHeaders calls set for each header of text that is kept, with the lines
// that continue it. It returns the first error of set, and goes on.
func readHeaders(text []byte, set func(name, value string) error) error {
	var first error
	var name, value []byte
	kept := false // the header that is being read is
	end := func() {
		if kept {
			if err := set(string(name), strings.TrimSpace(string(value))); err != nil && first == nil {
				first = err
			}
		}
		kept = false
	}
	for n, line := range lines(text) {
		switch {
		case len(line) == 0:
			end()
			return first
		case line[0] == ' ' || line[0] == '\t':
			if kept {
				value = append(append(value, '\n'), line...)
			}
			continue
		case n == 1 && bytes.HasPrefix(line, []byte("From ")): // an mbox's envelope
			continue
		}
		end()
		colon := bytes.IndexByte(line, ':')
		if colon < 0 || !isHeaderName(line[:colon]) {
			return first // Python takes this line for the text's first
		}
		if name = line[:colon]; isKeptHeader(name) {
			kept, value = true, append(value[:0], line[colon+1:]...)
		}
	}
	end()
	return first
}

// isHeaderName holds for what a header may be called: RFC 5322, 2.2.
func isHeaderName(name []byte) bool {
	for _, c := range name {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

func isKeptHeader(name []byte) bool {
	return isWord(name, "name") || isWord(name, "version") || isWord(name, "license") ||
		isWord(name, "license-expression") || isWord(name, "classifier")
}

func (m *metadata) set(name, value string) error {
	switch {
	case strings.EqualFold(name, "Name"):
		return setOnce(&m.name, name, value)
	case strings.EqualFold(name, "Version"):
		return setOnce(&m.version, name, value)
	case strings.EqualFold(name, "License-Expression"):
		m.expression = strings.Join(strings.Fields(value), " ")
	case strings.EqualFold(name, "License") && m.license == "":
		m.license = value
	case strings.EqualFold(name, "Classifier"):
		if c, ok := strings.CutPrefix(value, "License ::"); ok {
			m.classifiers = append(m.classifiers, strings.TrimSpace(c))
		}
	}
	return nil
}

// setOnce sets field, if it is not set yet.
func setOnce(field *string, name, value string) error {
	switch {
	case len(value) > maxValue:
		return fmt.Errorf("%w: %d bytes in %s, of %d", artifact.ErrLimit, len(value), name, maxValue)
	case strings.ContainsAny(value, "\n\x00"):
		return fmt.Errorf("a %s of several lines: %.*q", name, maxQuote, value)
	case *field == "":
		*field = value
	case *field != value:
		return fmt.Errorf("a second %s, %.*q", name, maxQuote, value)
	}
	return nil
}

// licenses are those of m, as PythonPackage says.
func (m *metadata) licenses() []string {
	if m.expression != "" && len(m.expression) <= maxValue {
		return []string{m.expression}
	}
	if m.license != "" && !strings.EqualFold(m.license, "UNKNOWN") &&
		!strings.Contains(m.license, "\n") && len(m.license) <= maxValue {
		return []string{m.license}
	}
	var list []string
	for _, c := range m.classifiers {
		if i := strings.LastIndex(c, "::"); i >= 0 {
			c = strings.TrimSpace(c[i+len("::"):])
		}
		// "OSI Approved" alone names no licence.
		if c != "" && c != "OSI Approved" && len(c) <= maxValue {
			list = append(list, c)
		}
	}
	return list
}
