package analyze

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// readYarnClassic reads a file of Yarn 1: entries of
//
//	PATTERN, "PATTERN":
//	  version "1.2.3"
//	  dependencies:
//	    NAME "RANGE"
//
// with comments from # to the end of a line. Quotes are those of JSON.
func readYarnClassic(text []byte, wrong *faults) yarnFile {
	c := classic{wrong: wrong}
	for n, line := range lines(text) {
		content := bytes.TrimRight(line, " \t")
		indent := len(content) - len(bytes.TrimLeft(content, " \t"))
		content = content[indent:]
		if len(content) == 0 || content[0] == '#' {
			continue
		}
		var err error
		switch {
		case indent == 0:
			c.end()
			err = c.begin(n, content)
		case indent < 4:
			err = c.property(n, content)
		default:
			err = c.element(n, content)
		}
		if err != nil {
			wrong.add(n, nil, err)
		}
	}
	c.end()
	return c.file
}

// A classic is a file as it is read.
type classic struct {
	file    yarnFile
	wrong   *faults
	entry   yarnEntry // the one that is open, if it has a line
	section string    // the property that is open
}

var (
	errNotEntry    = errors.New("a line that is not the start of an entry")
	errNotProperty = errors.New("a line that is not of an entry")
)

func (c *classic) begin(n int, content []byte) error {
	list, ok := bytes.CutSuffix(content, []byte(":"))
	if !ok {
		return errNotEntry
	}
	var patterns []string
	for len(list) > 0 {
		word, rest, ok := classicWord(list, ',')
		if !ok {
			return errNotEntry
		}
		patterns = append(patterns, word)
		list = trimBlanks(rest)
		if len(list) > 0 {
			if list[0] != ',' {
				return errNotEntry
			}
			list = trimBlanks(list[1:])
		}
	}
	if len(patterns) == 0 {
		return errNotEntry
	}
	c.entry = yarnEntry{Patterns: patterns, First: n, Last: n}
	return nil
}

func (c *classic) property(n int, content []byte) error {
	if c.entry.First == 0 {
		return errNotProperty
	}
	c.entry.Last = n
	key, value, ok := classicPair(content)
	if !ok {
		return errNotProperty
	}
	c.section = key
	if key == "version" {
		c.entry.Version = value
	}
	return nil
}

func (c *classic) element(n int, content []byte) error {
	if c.entry.First == 0 {
		return errNotProperty
	}
	c.entry.Last = n
	name, asked, ok := classicPair(content)
	if !ok {
		return errNotProperty
	}
	if c.section == "dependencies" || c.section == "optionalDependencies" {
		c.entry.Needs = append(c.entry.Needs, nodeNeed{name, asked})
	}
	return nil
}

// end adds the entry that is open.
func (c *classic) end() {
	e := c.entry
	c.entry, c.section = yarnEntry{}, ""
	if e.First == 0 {
		return
	}
	name, asked := splitLocator(e.Patterns[0])
	if alias, ok := strings.CutPrefix(asked, "npm:"); ok {
		if real, asked := splitLocator(alias); asked != "" {
			name = real
		}
	}
	e.Name = name
	err := checkLocked(e.Name, e.Version)
	if err == nil && e.Version == "" {
		err = errNoVersion
	}
	if strings.HasPrefix(asked, "link:") {
		e.Version = "" // it has that of nothing
	}
	if err == nil {
		err = c.file.add(e)
	}
	if err != nil {
		c.wrong.add(e.First, []byte(e.Patterns[0]), err)
	}
}

// classicPair splits a line of a key and a value; behind the key, or alone behind
// it, may be a colon.
func classicPair(content []byte) (key, value string, ok bool) {
	key, rest, ok := classicWord(content, ' ')
	if !ok {
		return "", "", false
	}
	if content[0] != '"' {
		key = strings.TrimSuffix(key, ":")
	} else if len(rest) > 0 && rest[0] == ':' {
		rest = rest[1:]
	}
	rest = trimBlanks(rest)
	if len(rest) == 0 {
		return key, "", true
	}
	value, rest, ok = classicWord(rest, 0)
	return key, value, ok && len(trimBlanks(rest)) == 0
}

// classicWord takes a word off content: what is in quotes, else all before end.
func classicWord(content []byte, end byte) (word string, rest []byte, ok bool) {
	if len(content) > 0 && content[0] == '"' {
		i := skipString(content, 0)
		err := json.Unmarshal(content[:i], &word)
		return word, content[i:], err == nil && len(word) <= maxValue
	}
	i := len(content)
	if end != 0 {
		if j := bytes.IndexByte(content, end); j >= 0 {
			i = j
		}
	}
	return string(content[:i]), content[i:], i > 0 && i <= maxValue
}
