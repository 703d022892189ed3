package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The scripts have each code that the help of a command names: a number, or N, which is 1 or 4 to 125.
func TestExitScript(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var text []byte
	for _, file := range files {
		part, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, part...)
	}
	root := testRoot()
	ran := make(map[string]bool) // "image 0"
	line := regexp.MustCompile(`(?m)^(?:exits (\d+)|exec) (?:sh -c ')?plimsoll ([^'>\n]*)`)
	for _, m := range line.FindAllStringSubmatch(string(text), -1) {
		cmd, _, err := root.Find(strings.Fields(m[2]))
		if err != nil {
			cmd = root // a command that does not exist
		}
		code, _ := strconv.Atoi(m[1]) // 0 of exec, which has none
		ran[fmt.Sprint(sectionOf(cmd), " ", code)] = true
		if code == 1 || code > 3 {
			ran[sectionOf(cmd)+" N"] = true
		}
	}
	codes := regexp.MustCompile(`(?m)^  ([0-9]+|N) `)
	checked := 0
	for cmd := range commandsOf(root) {
		_, list, ok := strings.Cut(cmd.Long, "Exit codes:")
		if !ok {
			continue
		}
		for _, m := range codes.FindAllStringSubmatch(list, -1) {
			key := sectionOf(cmd) + " " + m[1]
			if key == "db verify 1" { // no database that is built is wrong in its order
				continue
			}
			if !ran[key] {
				t.Errorf("no line of a script has the exit code of plimsoll %s", key)
			}
			checked++
		}
	}
	if checked < 90 {
		t.Errorf("%d codes of helps were looked for, want 90 or more", checked)
	}
}
