package scan_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/cache"
)

// A slowLayer calls started when it is walked, and ends with its context the
// first time.
type slowLayer struct {
	provenLayer
	once    *sync.Once
	started chan struct{}
}

func (l slowLayer) Open(context.Context) (scan.Artifact, error) { return l, nil }
func (l slowLayer) Layers() []scan.Layer                        { return []scan.Layer{l} }
func (l slowLayer) WalkDiff(ctx context.Context, visit func(*artifact.File) error) (err error) {
	l.once.Do(func() {
		close(l.started)
		<-ctx.Done()
		err = ctx.Err()
	})
	if err != nil {
		return err
	}
	return l.provenLayer.WalkDiff(ctx, visit)
}

// A scan that waits for another to read a layer goes on when that is cancelled.
func TestCachedOtherCancelled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]scan.Cache{"memory": cache.Memory(0), "directory": cache.Directory(t.TempDir(), 0)} {
		l := slowLayer{provenLayer{fileSource{artifact.NewFile(artifact.Entry{Path: "a", Kind: artifact.KindDir}, nil)}}, new(sync.Once), make(chan struct{})}
		opts := scan.Options{Analyzers: listers(), Cache: c}
		ctx, cancel := context.WithCancel(t.Context())
		first := make(chan error, 1)
		go func() {
			_, err := scan.Inspect(ctx, l, opts)
			first <- err
		}()
		<-l.started
		second := make(chan error, 1)
		go func() {
			inv, err := scan.Inspect(t.Context(), l, opts)
			if err == nil && inv.Stats.Entries != 1 {
				err = errors.New("it has no entry")
			}
			second <- err
		}()
		cancel()
		if err := <-first; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: the first Inspect = %v", name, err)
		}
		if err := <-second; err != nil {
			t.Errorf("%s: the second Inspect = %v", name, err)
		}
	}
}
