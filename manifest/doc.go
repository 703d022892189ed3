// Package manifest turns text into objects with positions.
package manifest
