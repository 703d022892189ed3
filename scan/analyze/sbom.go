package analyze

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// SBOM lists the packages of languages that bills of materials in an image name:
// files that end in .cdx, .cdx.json, .spdx or .spdx.json, and Bitnami's
// opt/bitnami/<component>/.spdx-<component>.spdx. Those below a directory called
// sboms of a Python package are left out: they say what a wheel was built from.
// What the system has installed is read from its own database, so a bill's word
// on that is left out too; [ReadSBOM] has it.
//
// Component.Inside is the file that the bill says the package was found in.
//
// A package without a package URL, or with one that is malformed, is left out and
// named in the error.
var SBOM artifact.Analyzer = sbomFile{}

type sbomFile struct{}

func (sbomFile) Name() string { return "sbom" }
func (sbomFile) Version() int { return 1 }

func (sbomFile) Patterns() []artifact.Pattern {
	var list []artifact.Pattern
	for _, suffix := range []string{".cdx", ".cdx.json", ".spdx", ".spdx.json"} {
		list = append(list, artifact.Pattern{Suffix: suffix})
	}
	return list
}

func (sbomFile) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	if dir := path.Dir(f.Path); path.Base(dir) == "sboms" && strings.HasSuffix(path.Dir(dir), ".dist-info") {
		return artifact.Facts{}, nil
	}
	if f.Size > maxSBOM {
		return artifact.Facts{}, fmt.Errorf("read %s: %w: %d bytes in a bill of materials, of %d", f.Path, artifact.ErrLimit, f.Size, maxSBOM)
	}
	text, err := f.Bytes()
	if err != nil {
		return artifact.Facts{}, err
	}
	bill, err := ReadSBOM(text)
	if err != nil {
		err = fmt.Errorf("read %s: %w", f.Path, err)
	}
	list := slices.DeleteFunc(bill.Components, func(c artifact.Component) bool { return c.Type.System() })
	return artifact.Facts{Components: list}, err
}

// maxSBOM bounds a bill of materials. Those that list each file of an image have
// some tens of MB.
const maxSBOM = 64 << 20

// A Bill is what a bill of materials says.
type Bill struct {
	Kind artifact.TargetKind // artifact.KindCycloneDX or KindSPDX
	Name string              // of what it describes; "" if it has none
	OS   *vuln.OS            // nil: it names none
	// Components are in the order of the document. Inside is the file a package
	// was found in, where the bill tells. A package that is named twice, with the
	// same file, is one.
	Components []artifact.Component
}

// ErrSBOM is matched when a document is no bill of materials in a format that is
// known.
var ErrSBOM = errors.New("not a bill of materials in CycloneDX or SPDX")

// ReadSBOM reads a bill of materials: CycloneDX in JSON or XML, SPDX 2 in JSON or
// as tags and values. Which it is follows from its content.
//
// The system is that of the component of that type, else of the first package
// URL with a distro qualifier. Source packages are those that Trivy notes in
// properties, or an upstream qualifier names. A bill returned beside an error has
// what could be read; the error names the packages that could not, and matches
// [ErrSBOM] if nothing could be.
//
// https://cyclonedx.org/specification/overview/,
// https://spdx.github.io/spdx-spec/v2.3/
func ReadSBOM(text []byte) (Bill, error) {
	if len(text) > maxSBOM {
		return Bill{}, fmt.Errorf("%w: %d bytes in a bill of materials, of %d", artifact.ErrLimit, len(text), maxSBOM)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	trimmed := bytes.TrimLeft(text, " \t\r\n")
	switch {
	case bytes.HasPrefix(trimmed, []byte("{")):
		var head struct {
			BOMFormat   string `json:"bomFormat"`
			SpecVersion string `json:"specVersion"`
			SPDXVersion string `json:"spdxVersion"`
			Context     any    `json:"@context"`
		}
		if err := json.Unmarshal(trimmed, &head); err != nil {
			return Bill{}, fmt.Errorf("%w: %w", ErrSBOM, err)
		}
		switch {
		case head.BOMFormat == "CycloneDX":
			return readCycloneDX(trimmed, true)
		case strings.HasPrefix(head.SPDXVersion, "SPDX-2."):
			return readSPDX(trimmed, true)
		case head.SPDXVersion != "" || head.Context != nil:
			return Bill{}, fmt.Errorf("%w: SPDX of version %q is not read", ErrSBOM, cmp.Or(head.SPDXVersion, "3"))
		}
	case bytes.HasPrefix(trimmed, []byte("<")):
		return readCycloneDX(trimmed, false)
	case bytes.Contains(trimmed[:min(len(trimmed), 4096)], []byte("SPDXVersion:")):
		return readSPDX(trimmed, false)
	}
	return Bill{}, ErrSBOM
}

// A billBuilder collects the packages of a bill.
type billBuilder struct {
	bill   Bill
	distro *vuln.OS       // of the first package URL that has one
	seen   map[string]int // components, by id and file
	byRef  map[string]int // and by the document's own names
	wrong  faults
}

func newBillBuilder(kind artifact.TargetKind) *billBuilder {
	return &billBuilder{bill: Bill{Kind: kind}, seen: make(map[string]int), byRef: make(map[string]int)}
}

// add puts the package of url into the bill. change may complete it.
func (b *billBuilder) add(ref, url string, change func(*artifact.Component)) {
	c, distro, err := componentOf(url)
	if err != nil {
		b.wrong.note(errPURL(url, err))
		return
	}
	if b.distro == nil {
		b.distro = distro
	}
	change(&c)
	id := string(c.Type) + "\x00" + c.ID() + "\x00" + c.Arch + "\x00" + c.Inside
	at, ok := b.seen[id]
	if !ok {
		at = len(b.bill.Components)
		b.seen[id] = at
		b.bill.Components = append(b.bill.Components, c)
	}
	if ref != "" {
		b.byRef[ref] = at
	}
}

// depend notes that the package with one of the document's names needs another.
func (b *billBuilder) depend(from, on string) {
	i, ok := b.byRef[from]
	j, there := b.byRef[on]
	if !ok || !there || i == j {
		return
	}
	c := &b.bill.Components[i]
	c.DependsOn = append(c.DependsOn, b.bill.Components[j].ID())
}

func (b *billBuilder) finish() (Bill, error) {
	sortDependencies(b.bill.Components)
	if b.bill.OS == nil {
		b.bill.OS = b.distro
	}
	return b.bill, b.wrong.err()
}
