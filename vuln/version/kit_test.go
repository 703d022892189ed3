package version_test

import (
	"math/rand/v2"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// A kit is what the tests of every order need to know of one. Its rows are in
// testdata/<scheme>.txt.
type kit struct {
	scheme version.Scheme
	// pieces are what versions are made of, separated by blanks; random ones
	// are put together from them. Many are ill formed.
	pieces string
	// starts are what a random version begins with; nil: numbers.
	starts []string
	// mix are neighbouring versions of real kinds of packages, for benchmarks:
	// long shared prefixes, and a difference late.
	mix []string
	// corpus are the files of the corpus that hold rows of this order.
	corpus []corpusFile
}

// kits has a row for each order.
func kits() []kit {
	return []kit{
		debKit(),
		apkKit(),
		semverKit(),
		rpmKit(),
		alpmKit(),
		cranKit(),
		hackageKit(),
		opamKit(),
		freebsdKit(),
		gentooKit(),
		pypiKit(),
		rubyGemsKit(),
		condaKit(),
		mavenKit(),
		npmKit(),
		goKit(),
		nugetKit(),
		composerKit(),
		pubKit(),
		bitnamiKit(),
	}
}

func schemes() []version.Scheme {
	var all []version.Scheme
	for _, k := range kits() {
		all = append(all, k.scheme)
	}
	return all
}

// kitOf is the kit of s.
func kitOf(s version.Scheme) kit {
	for _, k := range kits() {
		if k.scheme == s {
			return k
		}
	}
	panic("no kit for " + s.String())
}

// randomVersion makes a string out of the pieces that versions of s are made
// of. Many are ill formed.
func randomVersion(r *rand.Rand, s version.Scheme) string {
	k := kitOf(s)
	pieces, starts := strings.Fields(k.pieces), k.starts
	if starts == nil {
		starts = []string{"1.0.0", "1.2.", "1.0", "1", "0", ""}
	}
	v := starts[r.IntN(len(starts))]
	for range r.IntN(6) {
		v += pieces[r.IntN(len(pieces))]
	}
	return v
}
