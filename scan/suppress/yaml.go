package suppress

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// readYAML reads the format of .trivyignore.yaml, and what ours has more.
// https://trivy.dev/latest/docs/configuration/filtering/#trivyignoreyaml
func (f *IgnoreFile) readYAML(text []byte) error {
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	var doc yaml.Node
	switch err := decoder.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil // empty
	case err != nil:
		return fmt.Errorf("%w: %w", ErrIgnoreFile, err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: more than one document", ErrIgnoreFile)
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil
	}
	if root.Kind != yaml.MappingNode {
		return fmt.Errorf("%w: line %d: want a mapping of sections", ErrIgnoreFile, root.Line)
	}
	y := &yamlFile{IgnoreFile: f}
	for key, value := range y.pairs(root) {
		if key.Value == "require" {
			y.requires(value)
		}
	}
	for key, value := range y.pairs(root) {
		var err error
		switch key.Value {
		case "vulnerabilities":
			err = y.section(value, IgnoreEntry{Vulnerabilities: true})
		case "misconfigurations", "diagnostics":
			err = y.section(value, IgnoreEntry{Diagnostics: true})
		case "require", "secrets", "licenses":
		default:
			f.problem(key.Line, "unknown section %.40q", key.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// A yamlFile is an ignore file that is read.
type yamlFile struct {
	*IgnoreFile
	require []string // "reason", "until"
}

// pairs are the keys and values of a mapping. A key that is there twice is its last.
func (y *yamlFile) pairs(n *yaml.Node) func(func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

func (y *yamlFile) requires(n *yaml.Node) {
	list, err := texts(n)
	if err != nil {
		y.problem(n.Line, "require: %w", err)
	}
	for _, word := range list {
		if word != "reason" && word != "until" {
			y.problem(n.Line, "require: %.40q: want reason or until", word)
			continue
		}
		y.require = append(y.require, word)
	}
}

func (y *yamlFile) section(n *yaml.Node, kind IgnoreEntry) error {
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		y.problem(n.Line, "want a list of entries")
		return nil
	}
	for _, item := range n.Content {
		e, err := y.entry(item, kind)
		if err != nil {
			y.problem(item.Line, "%w", err)
			continue
		}
		if err := y.add(e); err != nil {
			return err
		}
	}
	return nil
}

// entry reads an entry of a section; what is not in it is as in e.
func (y *yamlFile) entry(n *yaml.Node, e IgnoreEntry) (IgnoreEntry, error) {
	if n.Kind != yaml.MappingNode {
		return e, errors.New("want an entry with an id")
	}
	e.Line = n.Line
	seen := make(map[string]bool)
	for key, value := range y.pairs(n) {
		if seen[key.Value] {
			return e, fmt.Errorf("%.40q is there twice", key.Value)
		}
		seen[key.Value] = true
		var err error
		switch key.Value {
		case "id":
			e.ID, err = text(value)
		case "paths":
			e.Paths, err = texts(value)
		case "purls", "packages":
			e.Packages, err = texts(value)
		case "reason", "statement":
			e.Reason, err = text(value)
		case "until":
			e.Until, err = day(value)
			if err == nil && !e.Until.IsZero() && len(value.Value) == len(time.DateOnly) {
				e.Until = e.Until.AddDate(0, 0, 1)
			}
		case "expired_at":
			e.Until, err = day(value)
		default:
			// What it would have narrowed is not known.
			err = errors.New("unknown field")
		}
		if err != nil {
			return e, fmt.Errorf("%.40s: %w", key.Value, err)
		}
	}
	switch {
	case e.ID == "":
		return e, errors.New("an entry without an id")
	case e.Reason == "" && slices.Contains(y.require, "reason"):
		return e, fmt.Errorf("%.80s: the reason that the file requires is missing", e.ID)
	case e.Until.IsZero() && slices.Contains(y.require, "until"):
		return e, fmt.Errorf("%.80s: the day until which it holds, that the file requires, is missing", e.ID)
	}
	return e, nil
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// text reads a scalar; null is empty. Aliases are not followed.
func text(n *yaml.Node) (string, error) {
	switch {
	case isNull(n):
		return "", nil
	case n.Kind != yaml.ScalarNode:
		return "", fmt.Errorf("line %d: want a text", n.Line)
	}
	return n.Value, nil
}

// texts reads a list of scalars that are not empty. An empty list is an error: it
// narrows to nothing, or to all.
func texts(n *yaml.Node) ([]string, error) {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		return nil, fmt.Errorf("line %d: want a list of texts", n.Line)
	}
	list := make([]string, len(n.Content))
	for i, item := range n.Content {
		s, err := text(item)
		if err == nil && s == "" {
			err = fmt.Errorf("line %d: empty", item.Line)
		}
		if err != nil {
			return nil, err
		}
		list[i] = s
	}
	return list, nil
}

// day reads a day, or an instant of RFC 3339; null is the zero time.
func day(n *yaml.Node) (time.Time, error) {
	s, err := text(n)
	if s == "" || err != nil {
		return time.Time{}, err
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%.40q is no day, as 2027-01-31 is", s)
}
