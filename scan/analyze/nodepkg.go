package analyze

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// NodePackage lists the packages of Node.js that are installed, each by its
// package.json, and programs that have one.
// https://docs.npmjs.com/cli/v11/configuring-npm/package-json
//
// A package.json with a name and a version is a component, with its license,
// wherever it lies: what a package carries in a directory of its own is there
// too. One that lacks either, such as {"type": "module"}, is none, and no error.
//
// It is an error, and no component, if the file is not a JSON object, if its name
// or version is something else than a string, or if it is larger than 4 MiB,
// which is found out without reading it and matches [artifact.ErrLimit]. But
// within an installed package, below its root, which is node_modules/NAME or
// node_modules/@SCOPE/NAME, a package.json that cannot be read is passed over:
// packages ship broken ones to test themselves with, and Node.js does not read
// it to find the package.
var NodePackage artifact.Analyzer = nodePackage{}

type nodePackage struct{}

func (nodePackage) Name() string { return "node-pkg" }
func (nodePackage) Version() int { return 1 }

func (nodePackage) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Base: packageJSON}}
}

const packageJSON = "package.json"

// maxPackageJSON bounds a package.json, which has some kilobytes.
const maxPackageJSON = 4 << 20

func (nodePackage) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	text, err := packageText(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	c, ok, err := installedPackage(text)
	switch {
	case err != nil && isPackageRoot(f.Path):
		return artifact.Facts{}, fmt.Errorf("read %s: %w", f.Path, err)
	case !ok:
		return artifact.Facts{}, nil
	}
	return artifact.Facts{Components: []artifact.Component{c}}, nil
}

// isPackageRoot reports whether the package.json at path is that of a package,
// or outside of any node_modules.
func isPackageRoot(path string) bool {
	dir := strings.TrimSuffix(path, packageJSON)
	i := strings.LastIndex("/"+dir, "/"+nodeModules)
	if i < 0 {
		return true
	}
	name := strings.TrimSuffix(dir[i+len(nodeModules):], "/")
	scope, rest, scoped := strings.Cut(name, "/")
	if strings.HasPrefix(name, "@") {
		return scoped && rest != "" && !strings.Contains(rest, "/")
	}
	return scope != "" && !scoped
}

const nodeModules = "node_modules/"

// belowNodeModules reports whether path lies in what a package manager
// installed: a lock file there came with a package, and does not say what is
// used.
func belowNodeModules(path string) bool { return strings.Contains("/"+path, "/"+nodeModules) }

// packageText is the content of a package.json.
func packageText(f *artifact.File) ([]byte, error) {
	if f.Size > maxPackageJSON {
		return nil, fmt.Errorf("read %s: %w: %d bytes in a package.json, of %d", f.Path, artifact.ErrLimit, f.Size, maxPackageJSON)
	}
	text, err := f.Bytes()
	return bytes.TrimPrefix(text, []byte("\ufeff")), err
}

func installedPackage(text []byte) (c artifact.Component, ok bool, err error) {
	if err := checkJSONObject(text); err != nil {
		return c, false, err
	}
	var name, version, license, licenses []byte
	for m := range validMembers(text, 0) {
		switch string(m.key) {
		case "name":
			name = m.value
		case "version":
			version = m.value
		case "license":
			license = m.value
		case "licenses":
			licenses = m.value
		}
	}
	if name == nil || version == nil {
		return c, false, nil
	}
	n, err := jsonString(name)
	if err != nil {
		return c, false, fmt.Errorf("name: %w", err)
	}
	v, err := jsonString(version)
	if err != nil {
		return c, false, fmt.Errorf("version: %w", err)
	}
	if n == "" || v == "" {
		return c, false, nil
	}
	c = library(vuln.TypeNPM, n, v)
	if c.Licenses = nodeLicenses(license); c.Licenses == nil {
		c.Licenses = nodeLicenses(licenses)
	}
	return c, true, nil
}
