// Package linttest tests rules against fixtures: manifests whose comments say what
// must be found on which line. It is to package lint what
// golang.org/x/tools/go/analysis/analysistest is to Go's analyzers.
//
//	func TestNoTug(t *testing.T) { linttest.Run(t, NoTug()) }
//
// runs the rule no-tug over testdata/no-tug.txtar, an archive as
// golang.org/x/tools/txtar has them:
//
//	Ships that are tugs.
//
//	kubernetes: 1.30
//	-- fire.yaml --
//	apiVersion: harbour.example/v1
//	kind: Ship
//	metadata:
//	  name: bollard
//	spec:
//	  tug: true # want "ship bollard is a tug"
//	-- fire.yaml.fixed --
//	apiVersion: harbour.example/v1
//	kind: Ship
//	metadata:
//	  name: bollard
//	spec:
//	  tug: false # want "ship bollard is a tug"
//	-- ok.yaml --
//	apiVersion: harbour.example/v1
//	kind: Ship
//	metadata:
//	  name: ferry
//
// # Manifests
//
// The sections .yaml, .yml and .json are manifests. Those of one directory are one
// [lint.Context]; one that is in no directory is a context of its own. Those below
// a directory that is called compat, or compat- and something, are linted in compat
// mode, all others in the default mode.
//
// A fixture may also be a manifest itself. It is a context of its own.
//
// # What is wanted
//
// A comment # want and regular expressions in quotes or backquotes, which may be
// followed by another comment, stands at the end of the line on which diagnostics
// start. There is one expression for each diagnostic: it matches a part of the
// message. A diagnostic without an expression fails the test, and so does an
// expression without a diagnostic. What an annotation or a comment suppresses is
// none.
//
// In what a decoder reads, see [RunDecoded], such a comment has a line of its own, in
// front of the line that it is about.
//
// A comment # problem wants problems in the same way: documents that cannot be
// read, fields of another type, and rules that fail. A rule that panics always
// fails the test.
//
// Where comments are impossible, as in JSON, they are in a section with .want
// behind the name of the manifest:
//
//	-- fire.json.want --
//	6: "ship bollard is a tug"
//	9: problem "syntax"
//
// # Fixes
//
// The fixes of all diagnostics are applied with [lint.ApplyFixes], of each the first
// that is not refused. Those that it skips, because they overlap with others, are
// applied to what the rule finds in the text by then. Each fix must also be one
// that can be applied alone; what is fixed must not be found again; and fixes must
// come to an end.
//
// The section with .fixed behind the name of a manifest (for a fixture that is a
// manifest, the file beside it) is the text then, byte for byte. Where the test
// binary has a flag update that is set,
//
//	var _ = flag.Bool("update", false, "rewrite the fixed texts of testdata")
//
// the sections that are there are rewritten, and those of manifests in the default
// mode that fixes change are added.
//
// # Settings
//
// Lines at the start of the archive, before the first section, that start with a
// word in lower case and a colon are settings; the others are prose.
//
//	kubernetes: 1.30
//	values: cpu-request=100m cpu-limit=1 memory-request=64Mi memory-limit=64Mi
//	values: service-account=pilot run-as-user=1000 run-as-group=1000
//	args: {key: owner, value: .+}
//	compat: only
//
// They are fields of [lint.Options]; args are the arguments of a template for
// [RunTemplate]; and compat says that the rule is for compat mode alone.
//
// # Weak fixtures
//
// A fixture that shows nothing fails the test. In the default mode there must be a
// line that is flagged, or a rule that does nothing would pass; and an object that
// the rule looks at and says nothing of, or one that always reports would pass.
// Where a rule has fixes there must be a fixed text, and it must not be the text
// that it is made of. All fixtures that one call is given are judged together.
package linttest
