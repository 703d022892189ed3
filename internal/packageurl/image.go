package packageurl

import (
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Images are the URLs of an image, sorted: one for each repository that it is in,
// and for each of its tags there. The version is the digest, where the repository
// gives one; the qualifiers are repository_url, tag and arch. Nil where t is no
// image, or has no name.
// https://github.com/package-url/purl-spec/blob/main/types/oci-definition.json
func Images(t artifact.Target) []string {
	if t.Kind != artifact.KindImage {
		return nil
	}
	digests := make(map[string]string)
	tags := make(map[string][]string)
	for _, name := range t.RepoDigests {
		if repository, digest, ok := strings.Cut(name, "@"); ok {
			digests[repository] = digest
			tags[repository] = nil
		}
	}
	for _, name := range t.RepoTags {
		if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
			tags[name[:i]] = append(tags[name[:i]], name[i+1:])
		}
	}
	arch := ""
	if _, rest, ok := strings.Cut(t.Platform, "/"); ok {
		arch, _, _ = strings.Cut(rest, "/")
	}
	var list []string
	for repository, of := range tags {
		if len(of) == 0 {
			of = []string{""}
		}
		name := strings.ToLower(repository[strings.LastIndexByte(repository, '/')+1:])
		for _, tag := range of {
			qualifiers := map[string]string{"repository_url": repository}
			if arch != "" {
				qualifiers["arch"] = arch
			}
			if tag != "" {
				qualifiers["tag"] = tag
			}
			url := packageurl.NewPackageURL(packageurl.TypeOCI, "", name, digests[repository], packageurl.QualifiersFromMap(qualifiers), "")
			if url.Normalize() == nil {
				list = append(list, url.ToString())
			}
		}
	}
	slices.Sort(list)
	return list
}
