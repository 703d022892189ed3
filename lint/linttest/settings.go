package linttest

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// settings are what the comment of an archive says.
type settings struct {
	decoders   []manifest.Decoder
	options    lint.Options
	args       *manifest.Node // of a template
	compatOnly bool           // the rule is for compat mode alone
}

// readSettings reads the comment of the archive at path.
func readSettings(path, comment string) (settings, error) {
	var s settings
	var errs []error
	setting := regexp.MustCompile(`^([a-z]+):(.*)$`) // or what is meant to be one
	line := 0
	for text := range strings.Lines(comment) {
		line++
		m := setting.FindStringSubmatch(strings.TrimRight(text, " \t\r\n"))
		if m == nil {
			continue
		}
		if err := s.set(m[1], m[2], path, line); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %s: %w", path, line, m[1], err))
		}
	}
	return s, errors.Join(errs...)
}

func (s *settings) set(key, text, path string, line int) error {
	value := strings.TrimSpace(text)
	switch key {
	case "kubernetes":
		s.options.Kubernetes = value
	case "values":
		for pair := range strings.FieldsSeq(value) {
			if err := setValue(&s.options.Values, pair); err != nil {
				return err
			}
		}
	case "args":
		args, err := readArgs("args:"+text, path, line)
		s.args = args
		return err
	case "compat":
		if value != "only" {
			return fmt.Errorf("want only, got %s", value)
		}
		s.compatOnly = true
	default:
		return errors.New("want kubernetes, values, args or compat, or a line that starts otherwise")
	}
	return nil
}

// setValue sets a value for fixes: "cpu-request=100m".
func setValue(v *lint.Values, pair string) error {
	key, value, ok := strings.Cut(pair, "=")
	if !ok || value == "" {
		return fmt.Errorf("want key=value, got %s", pair)
	}
	id := func(into *int64) error {
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return fmt.Errorf("%s: want a number, got %s", key, value)
		}
		*into = n
		return nil
	}
	switch key {
	case "cpu-request":
		v.CPURequest = value
	case "cpu-limit":
		v.CPULimit = value
	case "memory-request":
		v.MemoryRequest = value
	case "memory-limit":
		v.MemoryLimit = value
	case "service-account":
		v.ServiceAccount = value
	case "run-as-user":
		return id(&v.RunAsUser)
	case "run-as-group":
		return id(&v.RunAsGroup)
	default:
		return fmt.Errorf("no value is called %s", key)
	}
	return nil
}

// readArgs reads "args: {key: x}", which is that line of the archive at path.
func readArgs(text, path string, line int) (*manifest.Node, error) {
	document := strings.Repeat("\n", line-1) + text + "\napiVersion: linttest/v1\nkind: Arguments\n"
	b := manifest.ReadFile(path, []byte(document), manifest.Options{})
	if len(b.Problems) > 0 {
		return nil, b.Problems[0].Err
	}
	args := b.Objects[0].Get("args")
	if args.Kind() != manifest.Mapping {
		return nil, fmt.Errorf("want an object, got a %s", args.Kind())
	}
	return args, nil
}
