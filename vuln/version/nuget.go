package version

// NuGet is the order of .NET packages: that of [Semver] with a fourth number,
// and with words of a pre-release that differ only in case taken for the same.
// Absent numbers are zero, so 1.0 is 1.0.0.0. Build metadata does not count.
//
// Check takes what NuGet takes without blanks: one to four numbers, also with
// leading zeros, here and in a pre-release (1.0.01-beta.01). Numbers have any
// length; NuGet refuses those past 31 bits, or orders them as words in a
// pre-release.
//
// https://learn.microsoft.com/nuget/concepts/package-versioning, "Normalized
// version numbers" and "Pre-release versions".
var NuGet Scheme = nuget{}

type nuget struct{}

func (nuget) String() string { return "nuget" }

func (s nuget) Check(v string) error {
	_, f := parseNuGet(v)
	return f.err(s, v)
}

func (nuget) Compare(a, b string) int {
	x, fx := parseNuGet(a)
	y, fy := parseNuGet(b)
	if fx.found() || fy.found() {
		return compareFlawed(a, fx, b, fy)
	}
	if c := x.compareCore(y); c != 0 {
		return c
	}
	return comparePrerelease(x.pre, y.pre, foldCase)
}

func (s nuget) AppendKey(dst []byte, v string) ([]byte, error) {
	x, f := parseNuGet(v)
	if f.found() {
		return dst, f.err(s, v)
	}
	return appendPrerelease(x.appendCore(dst, 4), x.pre, foldCase), nil
}

func parseNuGet(v string) (semverVersion, flaw) {
	if f := checkLength(v); f.found() {
		return semverVersion{}, f
	}
	return semverRules{numbers: 4, zeros: true}.parse(v, 0)
}
