package version

// CRAN is the order of R packages: numbers with a dot or a hyphen between each
// two, which are the same, so "1.0-1" is "1.0.1". Numbers count by value,
// "1.07" is "1.7"; of two versions that agree as far as the shorter goes the
// longer is later, so "1.0" comes before "1.0.0". Numbers have any length; R
// itself reads them into 32 bits.
//
// Check takes what R's numeric_version takes, which is one number or more; a
// package must have two. This is the order of R's compareVersion. The operators
// of package_version take 1.0 and 1.0.0 for equal in R 4.2, against it.
//
// compareVersion in R's utils package, https://rdrr.io/r/utils/compareVersion.html,
// numeric_version in its base package, https://rdrr.io/r/base/numeric_version.html,
// and "Writing R Extensions" 1.1.1, field "Version",
// https://cran.r-project.org/doc/manuals/R-exts.html#The-DESCRIPTION-file
var CRAN Scheme = cran{}

type cran struct{}

func (cran) String() string { return "cran" }

func (s cran) Check(v string) error { return checkCRAN(v).err(s, v) }

func (cran) Compare(a, b string) int {
	fa, fb := checkCRAN(a), checkCRAN(b)
	if fa.found() || fb.found() {
		return compareFlawed(a, fa, b, fb)
	}
	return compareNumberLists(a, b)
}

func (s cran) AppendKey(dst []byte, v string) ([]byte, error) {
	if f := checkCRAN(v); f.found() {
		return dst, f.err(s, v)
	}
	return appendNumberList(dst, v), nil
}

func checkCRAN(v string) flaw { return checkNumberList(v, ".-") }
