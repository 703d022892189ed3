package version

// Hackage is the order of Haskell packages, and of GHC itself: numbers with a
// dot between each two, by value. Of two versions that agree as far as the
// shorter goes the longer is later, so "1.0" comes before "1.0.0". Numbers have
// any length; Cabal reads nine digits.
//
// Check takes leading zeros, as Data.Version does and Cabal does not, and
// refuses tags ("1.0-rc1"), which Hackage does not have either.
//
// Haskell Package Versioning Policy, "Version numbers", https://pvp.haskell.org/#version-numbers
// and the Ord instance of Data.Version, https://hackage.haskell.org/package/base/docs/Data-Version.html
var Hackage Scheme = hackage{}

type hackage struct{}

func (hackage) String() string { return "hackage" }

func (s hackage) Check(v string) error { return checkHackage(v).err(s, v) }

func (hackage) Compare(a, b string) int {
	fa, fb := checkHackage(a), checkHackage(b)
	if fa.found() || fb.found() {
		return compareFlawed(a, fa, b, fb)
	}
	return compareNumberLists(a, b)
}

func (s hackage) AppendKey(dst []byte, v string) ([]byte, error) {
	if f := checkHackage(v); f.found() {
		return dst, f.err(s, v)
	}
	return appendNumberList(dst, v), nil
}

func checkHackage(v string) flaw { return checkNumberList(v, ".") }
