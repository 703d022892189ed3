package analyze

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// GoBinary lists the modules in executables, plug-ins and shared libraries that
// Go built: files with an execute bit in the formats ELF, PE and Mach-O (several
// images in a universal binary are one list), and files named *.exe.
//
// It reads the build information that Go's linker leaves in them since Go 1.13,
// https://pkg.go.dev/debug/buildinfo, which stripping does not remove. That is,
// in this order:
//
//   - the main module, [artifact.Root];
//   - the standard library, as the module "stdlib" that is needed directly, with
//     the version of Go it is from: "v1.22.3" of "go1.22.3 X:boringcrypto";
//   - the modules that packages were linked from, in the order of the file. Of a
//     module that is replaced it is the replacement. One replaced by a directory
//     keeps its name, and has no version, since nothing says what is in there.
//
// Which module needs which is not in there: but for the two above, the
// relationship is unknown, and DependsOn is empty.
//
// A version has its "v". One that is not known, as that of a main module built
// in its directory ("(devel)"), is empty. For the main module, the linker's flags
// are asked then, and also where it has a pseudo-version without a release before
// it (v0.0.0-...): what -X gave to a variable called version or ver, in any mix of
// cases, if it is a semantic version. A variable of the module's cmd directory
// comes first, then one of a package main, common, version or cmd, then any; two
// that differ are none. Where the flags are not recorded, because of -trimpath,
// an ELF file's symbol table is asked for such variables (go.dev/issue/63432).
//
// A program that is not Go's is ruled out by its first 4 KiB if they say so for
// certain, and else by its headers. An executable that is cut short or
// contradicts itself is an error. A file of a stream that is larger than may be
// held is an error that matches [artifact.ErrLimit], unless its head, or the
// table of sections at its end, rules out Go.
var GoBinary artifact.Analyzer = goBinary{}

type goBinary struct{}

func (goBinary) Name() string                 { return "gobinary" }
func (goBinary) Version() int                 { return 1 }
func (goBinary) Patterns() []artifact.Pattern { return executablePatterns() }

func (goBinary) Analyze(ctx context.Context, f *artifact.File) (artifact.Facts, error) {
	images, err := openImages(f, sectionGo, func(v headVerdict) verdict { return v.golang })
	if err != nil {
		return artifact.Facts{}, err
	}
	var list goModules
	for _, x := range images {
		if err = list.read(ctx, x); err != nil {
			err = fmt.Errorf("read %s: %w", f.Path, err)
			break
		}
	}
	return artifact.Facts{Components: list.components}, err
}

// goModules are the modules of the images of one file.
type goModules struct{ componentList }

func (l *goModules) add(name, version string, r artifact.Relationship) {
	c := library(vuln.TypeGo, name, version)
	c.Relationship = r
	l.componentList.add(c)
}

// read adds the modules of x.
func (l *goModules) read(ctx context.Context, x *executable) error {
	version, text, err := x.goBuildInfo(ctx)
	if err != nil || version == "" {
		return err
	}
	info, err := debug.ParseBuildInfo(text)
	if err != nil {
		l.add("stdlib", goRelease(version), artifact.Direct)
		return err
	}
	if info.Main.Path != "" {
		main, err := mainVersion(ctx, x, info)
		if err != nil {
			return err
		}
		l.add(info.Main.Path, main, artifact.Root)
	}
	l.add("stdlib", goRelease(version), artifact.Direct)
	for _, m := range info.Deps {
		name, version := m.Path, m.Version
		if r := m.Replace; r != nil {
			if version = known(r.Version); version != "" {
				name = r.Path
			}
		}
		if name != "" { // Go before 1.13 listed the main module so
			l.add(name, known(version), artifact.RelationshipUnknown)
		}
	}
	return nil
}

// known is version, but empty where that says it is not known.
func known(version string) string {
	if version == "(devel)" {
		return ""
	}
	return version
}

// goRelease is the version of the standard library of a Go toolchain, which
// calls itself "go1.22.3", with experiments or the name of who built it behind a
// space, or as in "go1.25.0-X:nodwarf5". A development version is left as it is.
func goRelease(version string) string {
	release, ok := strings.CutPrefix(version, "go")
	if !ok {
		return version
	}
	release, _, _ = strings.Cut(release, " ")
	release, _, _ = strings.Cut(release, "-X:")
	return "v" + release
}
