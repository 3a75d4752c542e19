// Package guides holds the tests of the guides in templates/guides: what a reader copies from them has to work.
package guides
