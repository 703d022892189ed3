package analyze

import (
	"bytes"
	"context"
	"errors"
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// GradleLock lists the packages of Gradle's lock files: those whose name ends in
// gradle.lockfile, buildscript-gradle.lockfile among them, and the *.lockfile in
// a directory gradle/dependency-locks, which Gradle wrote before version 7, one
// for each configuration.
//
// A line is group:artifact:version=configurations. Components come in the order
// of the file, each with its line, under the name "group:artifact". Dev is set
// where all configurations are those of tests: testRuntimeClasspath,
// integrationTestCompileClasspath. The file does not say who asks for what.
//
// A line that is none of these, a comment, or empty=configurations, is left out,
// and named in the error. The same package at one version on several lines is
// one component.
//
// https://docs.gradle.org/current/userguide/dependency_locking.html
var GradleLock artifact.Analyzer = gradleLock{}

type gradleLock struct{}

func (gradleLock) Name() string { return "gradle" }
func (gradleLock) Version() int { return 1 }

func (gradleLock) Patterns() []artifact.Pattern {
	return []artifact.Pattern{
		{Suffix: "gradle.lockfile"},
		{Suffix: ".lockfile", DirSuffix: gradleOldLocks},
	}
}

// gradleOldLocks is where each configuration had a file of its own.
const gradleOldLocks = "gradle/dependency-locks"

func (gradleLock) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	whole := ""
	if strings.HasSuffix(path.Dir(f.Path), gradleOldLocks) {
		whole = strings.TrimSuffix(path.Base(f.Path), ".lockfile")
	}
	var (
		list  lockedJars
		wrong faults
	)
	for n, line := range lines(text) {
		line = trimBlanks(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		names, configurations, ok := strings.Cut(string(line), "=")
		switch {
		case ok && names == "empty":
			continue
		case !ok && whole != "":
			configurations = whole
		case !ok:
			wrong.add(n, nil, errNotLocked)
			continue
		}
		c, err := lockedCoordinates(names)
		if err == nil {
			err = list.add(c, areTests(strings.Split(configurations, ",")), n, n)
		}
		if err != nil {
			wrong.add(n, bytes.ToValidUTF8([]byte(names), nil), err)
		}
	}
	return list.facts(f, &wrong)
}

var errNotLocked = errors.New("a line that is not group:artifact:version=configurations")

func lockedCoordinates(names string) (coordinates, error) {
	parts := strings.Split(names, ":")
	if len(parts) != 3 {
		return coordinates{}, errNotLocked
	}
	c := coordinates{parts[0], parts[1], parts[2]}
	return c, c.check()
}

// areTests reports whether all configurations are those of tests.
func areTests(configurations []string) bool {
	for _, name := range configurations {
		name = strings.TrimSpace(name)
		rest, ok := strings.CutPrefix(name, "test")
		if ok && (rest == "" || 'A' <= rest[0] && rest[0] <= 'Z') || strings.Contains(name, "Test") {
			continue
		}
		return false
	}
	return true
}

// lockedJars are the packages of a lock file.
type lockedJars struct{ componentList }

// add adds a package that lines name.
func (l *lockedJars) add(c coordinates, dev bool, first, last int) error {
	jar := library(vuln.TypeMaven, c.name(), c.version)
	jar.Dev = dev
	jar.Lines = []artifact.LineRange{{First: first, Last: last}}
	_, err := l.lock(jar)
	return err
}

// facts are the packages, and what was wrong with others.
func (l *lockedJars) facts(f *artifact.File, wrong *faults) (artifact.Facts, error) {
	return artifact.Facts{Components: l.components}, wrong.in(f.Path)
}
