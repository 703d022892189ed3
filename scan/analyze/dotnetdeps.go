package analyze

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// DotnetDeps lists the NuGet packages that a .NET program was built with, of the
// file NAME.deps.json beside it.
// https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md
//
// They are those of libraries whose type is package, in the order of the file,
// and the runtime that a self-contained program carries, whose type is
// runtimepack; its name loses the "runtimepack." which NuGet's lacks.
//
// A library that the target named by runtimeTarget lists without a file to run
// (runtime, runtimeTargets, native) was needed to build the program, or is but a
// name for others, and is left out. A library which that target does not list
// is kept, as are all where there is no such target.
//
// What a library needs is in the target. A package that a library of the type
// project needs is Direct, any other Indirect; unknown, if no such library is
// there to say.
var DotnetDeps artifact.Analyzer = dotnetDeps{}

type dotnetDeps struct{}

func (dotnetDeps) Name() string { return "dotnet-core" }
func (dotnetDeps) Version() int { return 1 }

func (dotnetDeps) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Suffix: ".deps.json"}}
}

// A dotnetTarget is what a target says of one library.
type dotnetTarget struct {
	Dependencies   json.RawMessage `json:"dependencies"`
	Runtime        json.RawMessage `json:"runtime"`
	RuntimeTargets json.RawMessage `json:"runtimeTargets"`
	Native         json.RawMessage `json:"native"`
}

func (t dotnetTarget) runs() bool {
	return t.Runtime != nil || t.RuntimeTargets != nil || t.Native != nil
}

var errNotSlashed = errors.New("a library that is not name/version")

func (dotnetDeps) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	p, err := newJSONPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	d := dotnetFile{pins: p, target: make(map[string]dotnetTarget)}
	if err := d.readTarget(); err != nil {
		p.fault(1, "", err)
		clear(d.target) // keep all libraries
	}
	err = members(p.text, func(key string, value json.RawMessage, _, end int) error {
		if key != "libraries" {
			return nil
		}
		return d.libraries(value, end-len(value))
	})
	if err != nil {
		p.fault(1, "", err)
	}
	facts, err := p.facts()
	d.relate(facts.Components)
	return facts, err
}

type dotnetFile struct {
	*pins
	target   map[string]dotnetTarget // by name/version
	projects [][]string              // what each needs, as name/version
}

// readTarget reads the target that the program runs on.
func (d *dotnetFile) readTarget() error {
	var in struct {
		RuntimeTarget struct {
			Name string `json:"name"`
		} `json:"runtimeTarget"`
		Targets map[string]json.RawMessage `json:"targets"`
	}
	if err := json.Unmarshal(d.text, &in); err != nil {
		return err
	}
	target, ok := in.Targets[in.RuntimeTarget.Name]
	if !ok {
		return nil
	}
	return members(target, func(key string, value json.RawMessage, _, _ int) error {
		if len(d.target) == maxLocked {
			return fmt.Errorf("%w: more than %d libraries in a target", artifact.ErrLimit, maxLocked)
		}
		var in dotnetTarget
		err := json.Unmarshal(value, &in)
		d.target[key] = in
		return err
	})
}

func (d *dotnetFile) libraries(object json.RawMessage, offset int) error {
	return members(object, func(key string, value json.RawMessage, first, end int) error {
		at := d.lines.span(offset+first, offset+end)
		var in struct {
			Type string `json:"type"`
		}
		if err := json.Unmarshal(value, &in); err != nil {
			d.fault(at[0].First, key, err)
			return nil
		}
		target, listed := d.target[key]
		needs := slashed(target.Dependencies)
		name, version, ok := strings.Cut(key, "/")
		switch {
		case strings.EqualFold(in.Type, "project"):
			d.projects = append(d.projects, needs)
			return nil
		case strings.EqualFold(in.Type, "runtimepack"):
			name = strings.TrimPrefix(name, "runtimepack.")
		case !strings.EqualFold(in.Type, "package"):
			return nil
		}
		if listed && !target.runs() {
			return nil
		}
		if !ok {
			d.fault(at[0].First, key, errNotSlashed)
			return nil
		}
		c := library(vuln.TypeNuGet, name, version)
		c.Lines = at
		id := d.add(c)
		d.call(key, id)
		for _, need := range needs {
			d.need(id, need)
		}
		return nil
	})
}

// slashed is the members of an object of versions by name, as name/version.
func slashed(object json.RawMessage) []string {
	var list []string
	_ = members(object, func(key string, value json.RawMessage, _, _ int) error {
		var version string
		if json.Unmarshal(value, &version) == nil {
			list = append(list, key+"/"+version)
		}
		return nil
	})
	return list
}

// relate sets the relationships, where projects tell.
func (d *dotnetFile) relate(list []artifact.Component) {
	if len(d.projects) == 0 {
		return
	}
	direct := make(map[string]bool)
	for _, needs := range d.projects {
		for _, name := range needs {
			direct[d.named[name]] = true
		}
	}
	for i := range list {
		c := &list[i]
		c.Relationship = artifact.Indirect
		if direct[c.ID()] {
			c.Relationship = artifact.Direct
		}
	}
}
