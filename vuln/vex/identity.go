package vex

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/package-url/packageurl-go"
)

// An identity is a name of a product or a package, taken apart for comparing.
type identity struct {
	key        string // equal for all that can match: a URL without version and what follows
	version    string
	qualifiers map[string]string
	subpath    string
}

// checkID says what is wrong with a package URL. Other names are never wrong.
func checkID(id string) error {
	_, err := identify(id)
	return err
}

// identify takes a name apart. One that is no package URL is its own key.
func identify(id string) (identity, error) {
	if !strings.HasPrefix(id, "pkg:") {
		return identity{key: id}, nil
	}
	u, err := packageurl.FromString(id)
	if err == nil && u.Name == "" {
		err = fmt.Errorf("no name")
	}
	if err != nil {
		return identity{}, fmt.Errorf("package URL %.120q: %.120w", id, err)
	}
	x := identity{
		key:     "pkg:" + u.Type + "/" + u.Namespace + "/" + u.Name,
		version: u.Version, qualifiers: u.Qualifiers.Map(), subpath: u.Subpath,
	}
	switch u.Type {
	case packageurl.TypeDebian, packageurl.TypeRPM:
		// Some tools write the epoch in the version, others beside it.
		if epoch, ok := x.qualifiers["epoch"]; ok {
			delete(x.qualifiers, "epoch")
			if x.version != "" && epoch != "0" && !strings.HasPrefix(x.version, epoch+":") {
				x.version = epoch + ":" + x.version
			}
		}
		x.version = strings.TrimPrefix(x.version, "0:")
	case packageurl.TypeGolang:
		x.version = strings.TrimPrefix(x.version, "v") // which not every tool writes
	case packageurl.TypeOCI:
		name := strings.ToLower(u.Name)
		x.key = "pkg:oci/" + name
		if url, ok := x.qualifiers["repository_url"]; ok {
			x.qualifiers["repository_url"] = repository(url, name)
		}
	}
	return x, nil
}

// repository is the one address of those that are written for a repository: with
// the image's name at its end or without, and Docker Hub by either of its hosts or,
// as its users do, by none.
func repository(url, name string) string {
	url = strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(url, "https://"), "/"))
	switch host, _, more := strings.Cut(url, "/"); {
	case !more && url == name:
		url = "docker.io/library/" + url
	case more && host != "localhost" && !strings.ContainsAny(host, ".:"):
		url = "docker.io/" + url
	}
	url = strings.TrimSuffix(url, "/"+name)
	if rest, ok := strings.CutPrefix(url, "index.docker.io"); ok {
		url = "docker.io" + rest
	}
	return cmp.Or(url, name)
}

// covers reports whether x, of a statement, names y, which has the same key: what x
// says beside that is so of y. What x leaves out can be anything.
func (x *identity) covers(y *identity) bool {
	if x.version != "" && x.version != y.version || x.subpath != "" && x.subpath != y.subpath {
		return false
	}
	if arch := y.qualifiers["arch"]; (arch == "source" || arch == "src") && x.qualifiers["arch"] == "" {
		return false
	}
	for k, v := range x.qualifiers {
		if y.qualifiers[k] != v {
			return false
		}
	}
	return true
}

// Covers reports whether pattern, a package URL or any other name, names the product
// that is called id. A package URL names all that have its type, namespace and name,
// and its version, its qualifiers and its subpath where it has them. Other names are
// those that are equal. A source package, whose arch is source or src, is not one of
// the packages that are built from it, and only named by a URL that says so. A package URL that cannot be read is an error.
func Covers(pattern, id string) (bool, error) {
	x, err := identify(pattern)
	if err != nil {
		return false, err
	}
	y, err := identify(id)
	if err != nil {
		return false, err
	}
	return x.key == y.key && x.covers(&y), nil
}
