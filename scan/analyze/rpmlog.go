package analyze

import (
	"context"
	"errors"
	"fmt"

	"github.com/plimsoll-go/plimsoll/internal/rpmdb"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// RPMLog warns of a write-ahead log, rpmdb.sqlite-wal, beside rpm's database.
// rpm empties the log when it ends well. Where it did not, the log holds pages
// that are newer than those in the database, so what [RPM] lists may be older
// than what is installed. The two cannot be read together: in an image one file
// comes after the other, and each is gone when it was read.
//
// It finds no packages. The error says that the log holds a whole transaction;
// a log that is empty, has a header only, or frames left from an earlier use,
// says nothing. A log that was copied into the database and not emptied looks
// as any other.
// https://www.sqlite.org/fileformat2.html#walformat
var RPMLog artifact.Analyzer = rpmLog{}

type rpmLog struct{}

func (rpmLog) Name() string { return "rpm-log" }
func (rpmLog) Version() int { return 1 }

func (rpmLog) Patterns() []artifact.Pattern {
	return []artifact.Pattern{
		{Path: "var/lib/rpm/rpmdb.sqlite-wal"},
		{Path: "usr/lib/sysimage/rpm/rpmdb.sqlite-wal"},
		{Path: "usr/share/rpm/rpmdb.sqlite-wal"},
	}
}

var errPending = errors.New("the log holds changes that the database beside it may lack: the list of packages may be older than the system")

func (rpmLog) Analyze(ctx context.Context, f *artifact.File) (artifact.Facts, error) {
	r, size, err := f.ReaderAt()
	if err != nil {
		return artifact.Facts{}, err
	}
	changed, err := rpmdb.Pending(untilDone{ctx, r}, size)
	if err == nil && changed {
		err = errPending
	}
	if err != nil {
		return artifact.Facts{}, fmt.Errorf("read %s: %w", f.Path, err)
	}
	return artifact.Facts{}, nil
}
