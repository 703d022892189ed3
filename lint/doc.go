// Package lint runs rules over Kubernetes objects.
//
// A [Rule] is a value: what it is called, why it matters, what it looks at, and a
// function that is given a [Pass], one object with the others of its context, and
// reports what it finds. [Run] runs rules over the objects that package manifest
// has read. Rules with parameters are made from a [Template].
//
// Which rules run is the matter of a [Config], what is not to be reported that of
// comments and annotations ([Suppressed]) and of a [Baseline]. [ApplyFixes] makes
// the new text of the files that can be mended.
//
// The built-in rules are in package lint/rules. They are those of KubeLinter with
// its names, and more; with [Options].Compat they answer as KubeLinter does where
// that is wrong too. Rules of one's own are tested with package lint/linttest.
package lint
