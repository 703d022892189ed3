package source

import (
	"archive/tar"
	"io/fs"
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Names in a layer that do not name a file of it.
// https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
const (
	whiteoutPrefix = ".wh."
	whiteoutOpaque = ".wh..wh..opq"
	whiteoutMeta   = ".wh..wh." // aufs keeps notes of its own under such names
)

// tarEntry translates a tar header. It reports false for headers that are no
// entry of the file system: global PAX records, notes of aufs, names that hide
// nothing, and a root that is no directory.
func tarEntry(hdr *tar.Header) (artifact.Entry, bool) {
	e := artifact.Entry{
		Path: cleanPath(hdr.Name),
		Mode: hdr.FileInfo().Mode() & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky),
	}
	if base := path.Base(e.Path); strings.HasPrefix(base, whiteoutPrefix) {
		return whiteout(path.Dir(e.Path), base)
	}
	switch hdr.Typeflag {
	case tar.TypeReg, tar.TypeCont, tar.TypeGNUSparse:
		e.Kind = artifact.KindRegular
		e.Size = hdr.Size
	case tar.TypeDir:
		e.Kind = artifact.KindDir
	case tar.TypeSymlink:
		e.Kind = artifact.KindSymlink
		e.Link = hdr.Linkname
	case tar.TypeLink:
		e.Kind = artifact.KindHardlink
		e.Link = cleanPath(hdr.Linkname)
	case tar.TypeXGlobalHeader:
		return artifact.Entry{}, false
	default:
		e.Kind = artifact.KindOther
	}
	return e, e.Path != "." || e.Kind == artifact.KindDir
}

// whiteout translates an entry of dir whose name, base, starts with the prefix.
func whiteout(dir, base string) (artifact.Entry, bool) {
	if base == whiteoutOpaque {
		return artifact.Entry{Path: dir, Kind: artifact.KindOpaque}, true
	}
	hidden := strings.TrimPrefix(base, whiteoutPrefix)
	if strings.HasPrefix(base, whiteoutMeta) || hidden == "" || hidden == "." || hidden == ".." {
		return artifact.Entry{}, false
	}
	return artifact.Entry{Path: path.Join(dir, hidden), Kind: artifact.KindWhiteout}, true
}

// cleanPath makes name relative to the root, which it cannot leave: "./a/../../b/"
// is "b", and the root is ".".
func cleanPath(name string) string {
	// The two usual spellings need no new string.
	name = strings.TrimPrefix(name, "./")
	if name = strings.TrimSuffix(name, "/"); fs.ValidPath(name) {
		return name
	}
	if name = path.Clean("/" + name)[1:]; name == "" {
		return "."
	}
	return name
}
