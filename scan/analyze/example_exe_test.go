package analyze_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"fmt"
	"os"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

func ExampleGoBinary() {
	path, err := os.Executable()
	if err != nil {
		fmt.Println(err)
		return
	}
	program, err := os.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer program.Close()
	info, err := program.Stat()
	if err != nil {
		fmt.Println(err)
		return
	}
	file := artifact.NewFile(artifact.Entry{
		Path: "usr/local/bin/program",
		Kind: artifact.KindRegular,
		Mode: info.Mode(),
		Size: info.Size(),
	}, program) // which is read at the offsets that are needed

	facts, err := analyze.GoBinary.Analyze(context.Background(), file)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range facts.Components[:2] {
		fmt.Println(c.Name, c.Relationship)
	}
	// Output:
	// github.com/plimsoll-go/plimsoll root
	// stdlib direct
}

func ExampleRustBinary() {
	program := rustProgram(`{"packages":[
		{"name":"anchor","version":"1.0.0"},
		{"name":"ship","version":"0.2.0","root":true,"dependencies":[0]}]}`)
	file := artifact.NewFile(artifact.Entry{
		Path: "usr/local/bin/ship",
		Kind: artifact.KindRegular,
		Mode: 0o755,
		Size: int64(len(program)),
	}, bytes.NewReader(program))

	facts, err := analyze.RustBinary.Analyze(context.Background(), file)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range facts.Components {
		fmt.Println(c.Name, c.Version, c.Relationship, c.DependsOn)
	}
	// Output:
	// anchor 1.0.0 direct []
	// ship 0.2.0 root [anchor@1.0.0]
}

// rustProgram is an ELF file with nothing but the section of cargo-auditable's.
func rustProgram(list string) []byte {
	var content bytes.Buffer
	w := zlib.NewWriter(&content)
	w.Write([]byte(list))
	w.Close()
	names := "\x00.dep-v0\x00.shstrtab\x00"

	le := binary.LittleEndian
	header := make([]byte, 64)
	copy(header, "\x7fELF\x02\x01\x01")
	le.PutUint64(header[40:], uint64(64+content.Len()+len(names))) // the table of sections
	le.PutUint16(header[58:], 64)                                  // the size of an entry,
	le.PutUint16(header[60:], 3)                                   // how many there are,
	le.PutUint16(header[62:], 2)                                   // and which has their names

	table := make([]byte, 3*64)
	section := func(index, name, kind, offset, size int) {
		entry := table[64*index:]
		le.PutUint32(entry, uint32(name))
		le.PutUint32(entry[4:], uint32(kind))
		le.PutUint64(entry[24:], uint64(offset))
		le.PutUint64(entry[32:], uint64(size))
	}
	section(1, 1, 1, 64, content.Len())
	section(2, 9, 3, 64+content.Len(), len(names))
	return bytes.Join([][]byte{header, content.Bytes(), []byte(names), table}, nil)
}

func ExampleGoMod() {
	const text = `module example.org/ship

go 1.22

require example.org/anchor v1.2.3
require example.org/chain v0.9.0 // indirect
`
	file := artifact.NewFile(artifact.Entry{
		Path: "src/go.mod",
		Kind: artifact.KindRegular,
		Size: int64(len(text)),
	}, bytes.NewReader([]byte(text)))

	facts, err := analyze.GoMod.Analyze(context.Background(), file)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range facts.Components {
		fmt.Printf("%s %q %s, line %d\n", c.Name, c.Version, c.Relationship, c.Lines[0].First)
	}
	// Output:
	// example.org/ship "" root, line 1
	// example.org/anchor "v1.2.3" direct, line 5
	// example.org/chain "v0.9.0" indirect, line 6
}

func ExampleCargoLock() {
	ctx := context.Background()
	var files []*artifact.TreeFile
	for name, text := range map[string]string{
		"src/Cargo.lock": `version = 4

[[package]]
name = "anchor"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "ship"
version = "0.2.0"
dependencies = ["anchor"]
`,
		"src/Cargo.toml": "[package]\nname = \"ship\"\nversion = \"0.2.0\"\n\n[dev-dependencies]\nanchor = \"1\"\n",
	} {
		entry := artifact.Entry{Path: name, Kind: artifact.KindRegular, Size: int64(len(text))}
		facts, err := analyze.CargoLock.Analyze(ctx, artifact.NewFile(entry, bytes.NewReader([]byte(text))))
		if err != nil {
			fmt.Println(err)
			return
		}
		files = append(files, &artifact.TreeFile{Path: name, Facts: facts})
	}
	tree := artifact.NewTree(files...)
	if err := analyze.CargoLock.Resolve(tree); err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range tree.File("src/Cargo.lock").Facts.Components {
		fmt.Println(c.Name, c.Version, c.Relationship, c.Dev)
	}
	// Output:
	// anchor 1.0.0 direct true
	// ship 0.2.0 root false
}
