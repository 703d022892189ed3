package dockerfile_test

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/manifest/dockerfile"
)

func ExampleDecoder() {
	text := []byte("ARG TAG=12\nFROM debian:${TAG} AS build\nRUN apt-get update; \\\n    apt-get install -y make\n")
	b := manifest.ReadFile("shop/Dockerfile", text, manifest.Options{
		Decoders: []manifest.Decoder{dockerfile.Decoder{}},
	})
	for _, o := range b.Objects {
		d := o.Dockerfile()
		fmt.Println(o, "in", o.Context, "is made from", d.Final().Image.Value)
		for run := range d.All("RUN") {
			for _, c := range run.Commands {
				fmt.Println(d.File.Position(c.Start), c.Words[0].Value, c.Words[1].Value)
			}
		}
	}
	// Output:
	// Dockerfile Dockerfile in shop is made from debian:12
	// shop/Dockerfile:3:5 apt-get update
	// shop/Dockerfile:4:5 apt-get install
}

func ExampleDecoder_Claims() {
	for _, name := range []string{"Dockerfile", "shop/Dockerfile.dev", "shop/web.containerfile", "dockerfile.go", "Dockerfile.dockerignore", "Dockerfile.yaml"} {
		fmt.Println(name, dockerfile.Decoder{}.Claims(name))
	}
	// Output:
	// Dockerfile true
	// shop/Dockerfile.dev true
	// shop/web.containerfile true
	// dockerfile.go false
	// Dockerfile.dockerignore false
	// Dockerfile.yaml false
}

func ExampleDecoder_Decode() {
	text := []byte("FROM golang:1.26 AS tools\nENV GOFLAGS=-mod=mod\nFROM tools AS build\nFROM scratch\nCOPY --from=build --chown=1000 /app /app\n")
	b := dockerfile.Decoder{}.Decode(&manifest.File{Path: "Dockerfile", Text: text}, manifest.Limits{})
	d := b.Objects[0].Dockerfile()
	for s := range d.Stages[1].Lineage() {
		fmt.Printf("stage %d is made from %s\n", s.Index, s.Image.Value)
		for env := range s.All("ENV") {
			fmt.Println("it sets", env.Variables[0].Name.Value, "to", env.Variables[0].Value.Value)
		}
	}
	for i := range d.Final().All("COPY") {
		fmt.Println("copied from", i.Flag("from").Value)
	}
	// Output:
	// stage 1 is made from tools
	// stage 0 is made from golang:1.26
	// it sets GOFLAGS to -mod=mod
	// copied from build
}
