package report_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/report"
)

// junitElements are what the schema allows in each element: children in their
// order, and attributes; those that end in "!" are required.
func junitElements() map[string]struct{ children, attributes []string } {
	return map[string]struct{ children, attributes []string }{
		"testsuites": {[]string{"testsuite"}, []string{"name", "time", "tests", "failures", "disabled", "errors"}},
		"testsuite": {
			[]string{"properties", "testcase", "system-out", "system-err"},
			[]string{"name!", "tests!", "failures", "errors", "time", "disabled", "skipped", "timestamp", "hostname", "id", "package"},
		},
		"properties": {[]string{"property"}, nil},
		"property":   {nil, []string{"name!", "value!"}},
		"testcase":   {[]string{"skipped", "error", "failure", "system-out", "system-err"}, []string{"name!", "assertions", "time", "classname", "status"}},
		"failure":    {nil, []string{"type", "message"}}, "error": {nil, []string{"type", "message"}},
		"skipped": {}, "system-out": {}, "system-err": {},
	}
}

// checkJUnit checks a document against the schema's rules, and that its suites
// count their tests.
func checkJUnit(t *testing.T, what, document string) {
	t.Helper()
	allowed := junitElements()
	dec := xml.NewDecoder(strings.NewReader(document))
	dec.Strict = true
	type open struct {
		name  string
		at    int // of the last child among those allowed
		tests int
		want  int
	}
	var stack []open
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			if len(stack) > 0 {
				parent := &stack[len(stack)-1]
				at := slices.Index(allowed[parent.name].children, name)
				if at < parent.at {
					t.Errorf("%s: <%s> in <%s> is not allowed there", what, name, parent.name)
				}
				parent.at = at
				if name == "testcase" {
					parent.tests++
				}
			} else if name != "testsuites" {
				t.Errorf("%s is a <%s>", what, name)
			}
			o := open{name: name}
			has := make(map[string]bool)
			for _, a := range token.Attr {
				has[a.Name.Local] = true
				if list := allowed[name].attributes; !slices.Contains(list, a.Name.Local) && !slices.Contains(list, a.Name.Local+"!") {
					t.Errorf("%s: <%s> has the attribute %s", what, name, a.Name.Local)
				}
				if a.Name.Local == "tests" {
					o.want, _ = strconv.Atoi(a.Value)
				}
			}
			for _, a := range allowed[name].attributes {
				if a, required := strings.CutSuffix(a, "!"); required && !has[a] {
					t.Errorf("%s: <%s> has no attribute %s", what, name, a)
				}
			}
			stack = append(stack, o)
		case xml.EndElement:
			o := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if o.name == "testsuite" && o.tests != o.want {
				t.Errorf("%s: a suite of %d tests has %d", what, o.want, o.tests)
			}
			if o.name == "properties" && o.at != 0 {
				t.Errorf("%s: <properties> is empty", what)
			}
		}
	}
}

func TestJUnitSchema(t *testing.T) {
	t.Parallel()
	lint, err := exec.LookPath("xmllint")
	reports := samples()
	reports["voyage"], reports["pirates"], reports["brig"] = voyage(t), pirates(t), brig(t)
	for name, r := range reports {
		out := render(t, report.JUnit{Rules: brigRules()}, r)
		checkJUnit(t, name, out)
		if err != nil {
			continue // no xmllint: what it would say is what checkJUnit says
		}
		file := filepath.Join(t.TempDir(), "junit.xml")
		if err := os.WriteFile(file, []byte(out), 0o666); err != nil {
			t.Fatal(err)
		}
		if text, err := exec.Command(lint, "--nonet", "--noout", "--schema", "testdata/schemas/junit-4.xsd", file).CombinedOutput(); err != nil {
			t.Errorf("%s does not fit its schema: %v\n%s", name, err, text)
		}
	}
}

// What was not compared is no test that passed, and what hides something is an error.
func TestJUnitIncomplete(t *testing.T) {
	t.Parallel()
	out := render(t, report.JUnit{}, noOS())
	if !strings.Contains(out, "<skipped>") || !strings.Contains(out, "<error ") {
		t.Errorf("a report that judged nothing has no test that was skipped, or no error:\n%s", out)
	}
}

func ExampleJUnit() {
	if err := (report.JUnit{}).Report(context.Background(), os.Stdout, boat()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <testsuites name="plimsoll" tests="1" failures="1" errors="0">
	//   <testsuite name="boat:1 (debian 12.15)" tests="1" failures="1" errors="0" skipped="0">
	//     <properties>
	//       <property name="type" value="debian"></property>
	//     </properties>
	//     <testcase classname="hull-1.0-1" name="TEST-2024-0001">
	//       <failure message="hull: leaks" type="HIGH">Package: hull 1.0-1&#xA;Severity: HIGH&#xA;Status: fixed&#xA;Fixed version: 1.0-2</failure>
	//     </testcase>
	//   </testsuite>
	// </testsuites>
}
