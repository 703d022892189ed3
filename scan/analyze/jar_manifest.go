package analyze

import (
	"bytes"
	"strings"
)

// A manifest is what META-INF/MANIFEST.MF says of the archive as a whole: its
// main section, which ends at the first blank line. Of an attribute that is
// there twice the last counts, as for java.util.jar.
// https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html#jar-manifest
type manifest struct {
	implementationTitle, implementationVersion, implementationVendorID string

	specificationVersion string

	bundleName    string // the Bundle-SymbolicName, without directives
	bundleVersion string
	bundleLicense string
}

// parseManifest reads the main section in text. It reports whether the section
// has an end there.
func parseManifest(text []byte) (m manifest, ended bool) {
	var attribute []byte // with its continuations
	flush := func() {
		if len(attribute) > 0 {
			m.set(attribute)
		}
		attribute = attribute[:0]
	}
	for line := range manifestLines(text) {
		if len(line) == 0 {
			ended = true
			break
		}
		if line[0] == ' ' {
			attribute = append(attribute, line[1:]...)
			continue
		}
		flush()
		attribute = append(attribute, line...)
	}
	flush()
	return m, ended
}

// manifestLines yields the lines of text. They end with CR LF, LF or CR.
func manifestLines(text []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(text) > 0 {
			line := text
			i := bytes.IndexAny(text, "\r\n")
			switch {
			case i < 0:
				text = nil
			case text[i] == '\r' && i+1 < len(text) && text[i+1] == '\n':
				line, text = text[:i], text[i+2:]
			default:
				line, text = text[:i], text[i+1:]
			}
			if !yield(line) {
				return
			}
		}
	}
}

// set keeps an attribute, "Name: value", if it is one of m's.
func (m *manifest) set(attribute []byte) {
	name, value, ok := bytes.Cut(attribute, []byte(":"))
	if !ok || len(name) > 64 || len(value) > maxValue {
		return
	}
	text := strings.ToValidUTF8(strings.TrimSpace(string(value)), "\uFFFD")
	switch strings.ToLower(string(name)) {
	case "implementation-title":
		m.implementationTitle = text
	case "implementation-version":
		m.implementationVersion = text
	case "implementation-vendor-id":
		m.implementationVendorID = text
	case "specification-version":
		m.specificationVersion = text
	case "bundle-symbolicname":
		text, _, _ = strings.Cut(text, ";")
		m.bundleName = strings.TrimSpace(text)
	case "bundle-version":
		m.bundleVersion = text
	case "bundle-license":
		m.bundleLicense = text
	}
}

// maxLicense bounds a licence of a manifest: what is longer is its text.
const maxLicense = 128

// licenses are what Bundle-License lists: names or addresses, each of which may
// have directives. It is nil where one of them is too long to be either.
// OSGi Core 3.2.1.11, https://docs.osgi.org/specification/osgi.core/8.0.0/framework.module.html
func (m *manifest) licenses() []string {
	var list []string
	for clause := range strings.SplitSeq(m.bundleLicense, ",") {
		name, _, _ := strings.Cut(clause, ";")
		name = strings.Trim(strings.TrimSpace(name), `"`)
		switch {
		case len(name) > maxLicense:
			return nil
		case name == "" || name == "<<EXTERNAL>>":
			continue
		}
		list = append(list, name)
	}
	return list
}
