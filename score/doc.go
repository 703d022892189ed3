// Package score says how hardened a manifest is, as Kubesec does: each rule gives
// an object points or takes some, and the sum is its score.
//
// Points are given for what a manifest need not say and should (passed, else
// advised), and taken for what it should not say (critical). [Run] scores objects
// that package manifest has read, [Read] a text. A [Result] knows where each piece
// of advice is about, and how the text changes to follow it: [Result.Edits], or
// [Apply] in one step. [Handler] serves Kubesec's HTTP interface.
//
// A pod is as hard as its weakest container: it has the points of a rule where all
// of its containers deserve them. Values are read as the API server reads them. With
// Options.Compat the answers are Kubesec's, where one container is enough and texts
// are searched: see [Differences].
package score
