// Package manifest turns the text of Kubernetes manifests into objects that know
// where each of their values stands.
//
// YAML and JSON are read as the API server's clients read them: several
// documents a file, anchors and merge keys, lists of objects, and the truth values
// of YAML 1.1 (a bare yes is true). A document that cannot be read costs one
// [Problem] and nothing else. [ReadFile] reads one text, [Load] a tree of files,
// with charts and the like where a [Renderer] is given for them.
//
// An [Object] is a tree of [Node] values, with typed views of what most rules ask
// for: [Object.Pod] of whatever makes pods, and one for each of the kinds beside it,
// such as [Object.Service]. Those are made anew at each call, and nil for an object of
// another kind. What a view does not have is found by [Node.Get].
// A node can say how the text has to change to change its value: see [Node.Set].
package manifest
