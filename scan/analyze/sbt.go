package analyze

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// SbtLock lists the packages of the lock file that sbt's plugin
// sbt-dependency-lock writes: build.sbt.lock, version 1.
//
// Components come in the order of the file, each with its lines, under the name
// "group:artifact". Dev is set where no configuration is one to run or ship the
// project with: those of tests, and provided. An entry without a name or a
// version is left out, and named in the error.
//
// https://github.com/stringbean/sbt-dependency-lock/blob/master/docs/formats/version-1.md
var SbtLock artifact.Analyzer = sbtLock{}

type sbtLock struct{}

func (sbtLock) Name() string { return "sbt" }
func (sbtLock) Version() int { return 1 }

func (sbtLock) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Suffix: "build.sbt.lock"}}
}

func (sbtLock) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	s := sbtReader{index: newLineIndex(text)}
	err = members(text, func(key string, value json.RawMessage, _, end int) error {
		switch key {
		case "lockVersion":
			if string(value) != "1" {
				s.wrong.add(s.index.line(end-1), nil, fmt.Errorf("lockVersion %.*s, of which nothing is known", maxQuote, value))
			}
		case "dependencies":
			start := end - len(value)
			err := elements(value, func(element json.RawMessage, first, last int) error {
				s.dependency(element, start+first, start+last)
				return nil
			})
			if err != nil {
				s.wrong.add(s.index.line(start), nil, err)
			}
		}
		return nil
	})
	s.wrong.note(err)
	return s.jars.facts(f, &s.wrong)
}

type sbtDependency struct {
	Org, Name, Version string
	Configurations     []string
}

type sbtReader struct {
	index lineIndex
	jars  lockedJars
	wrong faults
}

// dependency adds the element at these offsets of the file.
func (s *sbtReader) dependency(element json.RawMessage, first, end int) {
	var d sbtDependency
	at := s.index.span(first, end)[0]
	err := json.Unmarshal(element, &d)
	c := coordinates{d.Org, d.Name, d.Version}
	if err == nil {
		err = c.check()
	}
	if err == nil {
		err = s.jars.add(c, areSbtDev(d.Configurations), at.First, at.Last)
	}
	if err != nil {
		s.wrong.add(at.First, []byte(d.Name), err)
	}
}

// areSbtDev reports whether all configurations, of which there are some, are of
// no use but to build or test the project.
func areSbtDev(configurations []string) bool {
	for _, name := range configurations {
		switch name {
		case "test", "it", "integration-test", "provided":
		default:
			return false
		}
	}
	return len(configurations) > 0
}
