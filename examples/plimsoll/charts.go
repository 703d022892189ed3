package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/manifest/helm"
	"github.com/plimsoll-go/plimsoll/manifest/kustomize"
)

// chartFlags are what the command line says about charts, by helm's names.
type chartFlags struct {
	values                              []string
	set, setString, setFile, setJSON    []string
	releaseName, namespace, kubeVersion string
	apiVersions                         []string
	includeCRDs, skipTests, doNotRender bool
}

func (c *chartFlags) add(flags *pflag.FlagSet) {
	flags.StringSliceVar(&c.values, "values", nil, "`FILES` with values of charts")
	flags.StringArrayVar(&c.set, "set", nil, "a value of charts: `NAME=VALUE`")
	flags.StringArrayVar(&c.setString, "set-string", nil, "a value of charts that is a string: `NAME=VALUE`")
	flags.StringArrayVar(&c.setFile, "set-file", nil, "a value of charts that is in a file: `NAME=FILE`")
	flags.StringArrayVar(&c.setJSON, "set-json", nil, "a value of charts in JSON: `NAME=JSON`")
	flags.StringVar(&c.releaseName, "release-name", "", "`NAME` of the release of charts (default test-release)")
	flags.StringVar(&c.namespace, "namespace", "", "`NAME` of the namespace of charts (default default)")
	flags.StringVar(&c.kubeVersion, "kube-version", "", "`VERSION` of Kubernetes that charts are rendered for")
	flags.StringSliceVar(&c.apiVersions, "api-versions", nil, "API `VERSIONS` that charts may find")
	flags.BoolVar(&c.includeCRDs, "include-crds", false, "read the crds of charts too")
	flags.BoolVar(&c.skipTests, "skip-tests", false, "leave out the tests of charts")
	flags.BoolVar(&c.doNotRender, "no-render", false, "read charts and kustomizations as plain files")
}

// renderers are those of charts and kustomizations.
func (c *chartFlags) renderers(compat bool) ([]manifest.Renderer, error) {
	if c.doNotRender {
		return nil, nil
	}
	charts := helm.Renderer{
		Set: c.set, SetString: c.setString, SetFile: c.setFile, SetJSON: c.setJSON,
		ReleaseName: c.releaseName, Namespace: c.namespace, KubeVersion: c.kubeVersion, APIVersions: c.apiVersions,
		IncludeCRDs: c.includeCRDs, SkipTests: c.skipTests,
		Compat: compat, Files: hostFiles{},
	}
	var all []map[string]any
	for _, name := range c.values {
		values, err := readValues(name)
		if err != nil {
			return nil, err
		}
		all = append(all, values)
	}
	charts.Values = helm.MergeValues(all...)
	return []manifest.Renderer{charts, kustomize.Renderer{Compat: compat}}, nil
}

func readValues(name string) (map[string]any, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read values: %w", err)
	}
	defer f.Close()
	values, err := helm.ReadValues(io.Reader(f))
	if err != nil {
		return nil, fmt.Errorf("read values %s: %w", name, err)
	}
	return values, nil
}

// hostFiles are the files of the machine, by any path.
type hostFiles struct{}

func (hostFiles) Open(name string) (fs.File, error) { return os.Open(filepath.FromSlash(name)) }
