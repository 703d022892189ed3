package analyze_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// found is the names and places of components, in their order.
func found(facts artifact.Facts) []string {
	var list []string
	for _, c := range facts.Components {
		list = append(list, strings.TrimSuffix(c.Name+" "+c.Inside, " "))
	}
	return list
}

// nest puts an archive in an archive, levels times.
func nest(tb testing.TB, inner string, levels int, stored bool) string {
	for i := range levels {
		inner = archive(tb, member{name: fmt.Sprintf("%d.jar", i), content: inner, stored: stored})
	}
	return inner
}

// TestJarDepth holds archives in archives to a bound, and what is around them
// to being listed.
func TestJarDepth(t *testing.T) {
	t.Parallel()
	core := archive(t, packed("com.example", "core", "1"))
	for _, stored := range []bool{false, true} {
		facts, err := analyze.Jar.Analyze(t.Context(), analyzetest.File("a.jar", []byte(nest(t, core, 8, stored))))
		if len(facts.Components) != 9 || err != nil || facts.Components[8].Name != "com.example:core" {
			t.Errorf("Analyze(8 levels) = %q, %v, want core last", found(facts), err)
		}
		facts, err = analyze.Jar.Analyze(t.Context(), analyzetest.File("a.jar", []byte(nest(t, core, 12, stored))))
		if len(facts.Components) != 9 || !errors.Is(err, artifact.ErrLimit) {
			t.Errorf("Analyze(12 levels) = %q, %v, want 9 and a limit", found(facts), err)
		}
	}
}

// peak runs f and returns the most memory that the process had of the system
// meanwhile.
func peak(f func()) uint64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		var highest uint64
		for {
			metrics.Read(samples)
			highest = max(highest, samples[0].Value.Uint64()-samples[1].Value.Uint64())
			select {
			case <-stop:
				most <- highest
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	f()
	close(stop)
	return <-most
}

// TestJarBomb holds archives that are made to be costly to less than 200 MiB for
// the whole process, to a limit in the error, and to what lies beside the bomb
// being listed. It is not parallel: it measures the process.
func TestJarBomb(t *testing.T) {
	if corpus.Race {
		t.Skip("memory is another with the race detector")
	}
	good := archive(t, packed("com.example", "good", "1"))
	for _, row := range []struct {
		name string
		bomb func(testing.TB) member
	}{
		{"flat", flatBomb},
		{"deep", deepBomb},
		{"wide", wideBomb},
		{"growing", growingBomb},
	} {
		// With the padding, a file is allowed as much memory as any.
		content := []byte(archive(t, member{name: "a/first.jar", content: good}, row.bomb(t),
			member{name: "padding", content: noise(16 << 20), stored: true}, member{name: "z/good.jar", content: good}))
		debug.FreeOSMemory()
		var facts artifact.Facts
		var err error
		start := time.Now()
		most := peak(func() { facts, err = analyze.Jar.Analyze(t.Context(), analyzetest.File("outer.jar", content)) })
		names := found(facts)
		t.Logf("%s: a file of %d MiB in %v, with %d MiB for the process: %d packages, %.300v",
			row.name, len(content)>>20, time.Since(start), most>>20, len(names), err)
		if most > 200<<20 {
			t.Errorf("%s: Analyze() made it %d MiB", row.name, most>>20)
		}
		if !errors.Is(err, artifact.ErrLimit) {
			t.Errorf("%s: Analyze() = %v, want a limit", row.name, err)
		}
		if len(names) < 3 || names[1] != "com.example:good a/first.jar" || names[len(names)-1] != "com.example:good z/good.jar" {
			t.Errorf("%s: Analyze() = %.200q, want what is before and after the bomb", row.name, names)
		}
	}
}

// flatBomb is 1,000 archives of 1 MiB each.
func flatBomb(tb testing.TB) member {
	one := archive(tb, member{name: "zeros", content: strings.Repeat("\x00", 1<<20), stored: true})
	return member{name: "flat.jar", content: archive(tb, slices.Repeat([]member{{name: "m.jar", content: one}}, 1000)...)}
}

// deepBomb is ten levels of two archives, 1,024 in the end, of 1 MiB each.
func deepBomb(tb testing.TB) member {
	deep := member{name: "zeros.jar", content: strings.Repeat("\x00", 1<<20)}
	for i := range 11 {
		deep = member{name: fmt.Sprint(i, ".jar"), content: archive(tb, deep, deep)}
	}
	return deep
}

// wideBomb is archives that have 20 MiB beside the next.
func wideBomb(tb testing.TB) member {
	wide := member{name: "end"}
	for i := range 4 {
		wide = member{name: fmt.Sprint(i, ".jar"), content: archive(tb, member{name: "sparse", content: sparse(20 << 20), stored: true}, wide), fast: true}
	}
	return wide
}

// growingBomb is archives of which each is larger than the one before.
func growingBomb(tb testing.TB) member {
	var all []member
	for _, size := range []int{40, 52, 65} {
		inner := archive(tb, member{name: "sparse", content: sparse(size << 20), stored: true})
		all = append(all, member{name: fmt.Sprint(size, ".jar"), content: inner, fast: true})
	}
	return member{name: "growing.jar", content: archive(tb, all...), stored: true}
}

// sparse is n bytes that compress to some fiftieth.
func sparse(n int) string {
	b := make([]byte, n)
	random := noise(n / 128)
	for i := 0; i+16 <= len(random); i += 16 {
		copy(b[i*128:], random[i:i+16])
	}
	return string(b)
}

// noise is n bytes that hardly compress, always the same.
func noise(n int) string {
	b := make([]byte, n)
	x := uint64(88172645463325252)
	for i := 0; i+8 <= n; i += 8 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		binary.LittleEndian.PutUint64(b[i:], x)
	}
	return string(b)
}

// TestJarItself holds an archive that has itself as a member to an end.
func TestJarItself(t *testing.T) {
	t.Parallel()
	const name = "self.jar"
	// A local header, then the archive again as the content: its directory, whose
	// offsets count from the start of the whole.
	var b bytes.Buffer
	local := make([]byte, 30)
	copy(local, "PK\x03\x04")
	binary.LittleEndian.PutUint16(local[26:], uint16(len(name)))
	b.Write(local)
	b.WriteString(name)
	start := b.Len()
	const members = 50
	total := start + members*(46+len(name)) + 22
	for range members {
		h := make([]byte, 46)
		copy(h, "PK\x01\x02")
		binary.LittleEndian.PutUint32(h[20:], uint32(total-start))
		binary.LittleEndian.PutUint32(h[24:], uint32(total-start))
		binary.LittleEndian.PutUint16(h[28:], uint16(len(name)))
		b.Write(h)
		b.WriteString(name)
	}
	end := make([]byte, 22)
	copy(end, "PK\x05\x06")
	binary.LittleEndian.PutUint16(end[8:], members)
	binary.LittleEndian.PutUint16(end[10:], members)
	binary.LittleEndian.PutUint32(end[12:], members*uint32(46+len(name)))
	binary.LittleEndian.PutUint32(end[16:], uint32(start))
	b.Write(end)
	facts, err := analyze.Jar.Analyze(t.Context(), analyzetest.File("a.jar", b.Bytes()))
	if err == nil || len(facts.Components) == 0 {
		t.Errorf("Analyze() = %d components, %v, want some and an error", len(facts.Components), err)
	}
}

// TestJarLimits holds each bound to being named.
func TestJarLimits(t *testing.T) {
	t.Parallel()
	many := func(n int, name string, content string) string {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for i := range n {
			out, err := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf(name, i)})
			if err == nil {
				_, err = io.WriteString(out, content)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	last := member{name: "META-INF/maven/pom.properties", content: "groupId=g\nartifactId=last\nversion=1\n"}
	for _, row := range []struct {
		name    string
		content string
		want    []string
		err     string
	}{
		{"a pom.properties", archive(t, member{name: "META-INF/maven/pom.properties", content: strings.Repeat("#", 64<<10+1)}, last),
			[]string{"g:last"}, `"META-INF/maven/pom.properties": limit reached: 65537 bytes, of 65536`},
		{"a pom.xml", archive(t, member{name: "META-INF/maven/a/b/pom.xml", content: strings.Repeat("#", 1<<20+1)}, last),
			[]string{"g:last"}, `"META-INF/maven/a/b/pom.xml": limit reached: 1048577 bytes, of 1048576`},
		{"a manifest", archive(t, member{name: "META-INF/MANIFEST.MF", content: strings.Repeat("A: b\n", 1<<20), stored: true}, last),
			[]string{"g:last"}, `"META-INF/MANIFEST.MF": limit reached: more than 1048576 bytes in the main section`},
		{"a manifest with many sections", archive(t, member{name: "META-INF/MANIFEST.MF", content: strings.Repeat("A: b\n\n", 1<<20), stored: true}, last),
			[]string{"g:last"}, ""},
		{"a name", archive(t, member{name: strings.Repeat("n", 2000) + ".jar"}, last),
			[]string{"g:last"}, `"` + strings.Repeat("n", 64) + `": limit reached: 2004 bytes in a name, of 1024`},
		{"archives", many(1<<15+2, "%d.jar", "no"), []string{"a"}, "limit reached: more than 32768 archives, poms and manifests"},
		{"a ratio", archive(t, member{name: "z.jar", content: strings.Repeat("\x00", 2<<20)}, last), []string{"g:last"},
			`"z.jar": limit reached: 2097152 bytes of 2053, more than 200 times as many`},
	} {
		facts, err := analyze.Jar.Analyze(t.Context(), analyzetest.File("a.jar", []byte(row.content)))
		if diff := cmp.Diff(row.want, found(facts)); diff != "" {
			t.Errorf("%s: Analyze(): -want +got\n%s", row.name, diff)
		}
		if got := strings.TrimPrefix(errorText(err), "read a.jar: "); got != row.err || row.err != "" && !errors.Is(err, artifact.ErrLimit) {
			t.Errorf("%s: Analyze() error:\n got %s\nwant %s", row.name, got, row.err)
		}
	}
}

// TestJarMembers holds the directory to the bound on members, at a cost that
// does not depend on their number. It is not parallel: it counts.
func TestJarMembers(t *testing.T) {
	record := append([]byte("PK\x01\x02"), make([]byte, 42)...)
	content := bytes.Repeat(record, 1<<20+1)
	end := append([]byte("PK\x05\x06"), make([]byte, 18)...)
	binary.LittleEndian.PutUint32(end[12:], uint32(len(content)))
	content = append(content, end...)
	if allocated := testing.AllocsPerRun(1, func() {
		facts, err := analyze.Jar.Analyze(t.Context(), analyzetest.File("a-1.jar", content))
		if len(facts.Components) != 1 || !errors.Is(err, artifact.ErrLimit) {
			t.Errorf("Analyze() = %q, %v, want a and a limit", found(facts), err)
		}
	}); allocated > 100 {
		t.Errorf("Analyze() allocates %v times for a million members", allocated)
	}
}

// TestJarMemory holds Jar to the memory of the scan: what is inflated counts,
// and archives that are stored are read without it.
func TestJarMemory(t *testing.T) {
	t.Parallel()
	inner := archive(t, packed("com.example", "inner", "1"))
	content := []byte(archive(t, member{name: "a.jar", content: inner}, member{name: "b.jar", content: inner, stored: true}))
	for _, row := range []struct {
		memory int64
		want   []string
	}{
		{8 << 20, []string{"o", "com.example:inner a.jar", "com.example:inner b.jar"}},
		{64 << 10, []string{"o", "com.example:inner b.jar"}},
	} {
		memory := artifact.NewMemory(row.memory)
		for range 2 { // what is taken is given back
			f := analyzetest.Stream("o.jar", content)
			f.Bind(t.Context(), 1<<20, memory)
			facts, err := analyze.Jar.Analyze(t.Context(), f)
			f.Release()
			if diff := cmp.Diff(row.want, found(facts)); diff != "" || (len(row.want) == 2) != errors.Is(err, artifact.ErrLimit) {
				t.Errorf("Analyze() with %d bytes = %v: -want +got\n%s", row.memory, err, diff)
			}
		}
	}
	f := analyzetest.Stream("o.jar", content)
	f.Bind(t.Context(), 10, artifact.NewMemory(8<<20))
	defer f.Release()
	if facts, err := analyze.Jar.Analyze(t.Context(), f); !errors.Is(err, artifact.ErrLimit) || !facts.Empty() {
		t.Errorf("Analyze(more than FileBytes) = %q, %v, want a limit", found(facts), err)
	}
}

// TestJarContext holds Jar to stopping when it is told.
func TestJarContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if facts, err := analyze.Jar.Analyze(ctx, analyzetest.File("a.jar", []byte(archive(t)))); !errors.Is(err, context.Canceled) || !facts.Empty() {
		t.Errorf("Analyze() = %q, %v, want a cancelled context", found(facts), err)
	}
}

// TestJarDirectory holds directories that lie to errors, and to what can be read
// in spite of them.
func TestJarDirectory(t *testing.T) {
	t.Parallel()
	plain := archive(t, packed("com.example", "keel", "1"), member{name: "x.jar", content: archive(t), stored: true})
	directory := strings.Index(plain, "PK\x01\x02")
	end := strings.LastIndex(plain, "PK\x05\x06")
	second := directory + 4 + strings.Index(plain[directory+4:], "PK\x01\x02")
	edit := func(at int, bytes string) string { return plain[:at] + bytes + plain[at+len(bytes):] }
	for _, row := range []struct {
		name    string
		content string
		want    []string
		err     string
	}{
		{"as it is", plain, []string{"com.example:keel", "x x.jar"}, ""},
		{"a comment", edit(end+20, "\x05\x00") + "hello", []string{"com.example:keel", "x x.jar"}, ""},
		{"bytes before", "before" + plain, []string{"com.example:keel", "x x.jar"}, ""},
		{"bytes after", plain + "after", []string{"com.example:keel", "x x.jar"}, ""},
		{"bytes between directory and end", plain[:end] + "between" + plain[end:], []string{"com.example:keel", "x x.jar"}, ""},
		{"more members claimed", edit(end+10, "\x09\x00"), []string{"com.example:keel", "x x.jar"},
			"the directory of the archive is broken: it has 2 members, and claims 9"},
		{"a directory too long", edit(end+12, "\xff\xff\xff\x7f"), nil, "the directory of the archive is broken: 2147483647 bytes at"},
		{"a second record broken", edit(second, "XX"), []string{"com.example:keel"}, "the directory of the archive is broken after 1 members"},
		{"a name too long", edit(second+28, "\xff\xff"), []string{"com.example:keel"}, "the directory of the archive is broken: it is cut short"},
		{"a local header elsewhere", edit(second+42, "\x01\x00\x00\x00"), []string{"com.example:keel"}, `"x.jar": the member is not where the directory says`},
		{"a size too large", edit(second+20, "\xff\xff\xff\x00"), []string{"com.example:keel"}, `"x.jar": the member is not where the directory says`},
		{"encrypted", edit(second+8, "\x01"), []string{"com.example:keel"}, `"x.jar": the member is encrypted`},
		{"another method", edit(second+10, "\x0c\x00"), []string{"com.example:keel"}, `"x.jar": the member is compressed by method 12, which no jar uses`},
		{"a checksum", edit(directory+16, "\x00\x00\x00\x00"), []string{"a", "x x.jar"},
			`"META-INF/maven/com.example/keel/pom.properties": the member does not have the checksum that the directory says`},
		{"more content than is said", edit(directory+24, "\x08\x00\x00\x00"), []string{"a", "x x.jar"},
			`"META-INF/maven/com.example/keel/pom.properties": the member is larger than the 8 bytes that the directory says`},
		{"less content than is said", edit(directory+24, "\xff\x7f\x00\x00"), []string{"a", "x x.jar"},
			`"META-INF/maven/com.example/keel/pom.properties": unexpected EOF`},
	} {
		facts, err := analyze.Jar.Analyze(t.Context(), analyzetest.File("a.jar", []byte(row.content)))
		if diff := cmp.Diff(row.want, found(facts)); diff != "" {
			t.Errorf("%s: Analyze(): -want +got\n%s", row.name, diff)
		}
		got := strings.TrimPrefix(errorText(err), "read a.jar: ")
		if got != row.err && (row.err == "" || !strings.HasPrefix(got, row.err)) {
			t.Errorf("%s: Analyze() error:\n got %s\nwant %s", row.name, got, row.err)
		}
	}
}
