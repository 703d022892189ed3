package cache_test

import (
	"context"
	"fmt"
	"os"

	"github.com/plimsoll-go/plimsoll/scan/cache"
)

func ExampleMemory() {
	c := cache.Memory(64 << 20)
	for range 2 {
		value, err := c.Get(context.Background(), "key", func(context.Context) ([]byte, error) {
			fmt.Println("made")
			return []byte("value"), nil
		})
		fmt.Printf("%s %v\n", value, err)
	}
	// Output:
	// made
	// value <nil>
	// value <nil>
}

func ExampleDirectory() {
	dir, err := os.MkdirTemp("", "plimsoll")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	made := func(context.Context) ([]byte, error) {
		fmt.Println("made")
		return []byte("value"), nil
	}
	for range 2 { // as two processes would
		value, err := cache.Directory(dir, 1<<30).Get(context.Background(), "key", made)
		fmt.Printf("%s %v\n", value, err)
	}
	// Output:
	// made
	// value <nil>
	// value <nil>
}
