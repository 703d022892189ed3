package severity_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func TestLevelsRoundTrip(t *testing.T) {
	t.Parallel()
	for i, l := range severity.Levels() {
		if int(l) != i {
			t.Errorf("Levels()[%d] = %s, want them in order", i, l)
		}
		for _, s := range []string{l.String(), strings.ToLower(l.String())} {
			if got, err := severity.Parse(s); got != l || err != nil {
				t.Errorf("Parse(%q) = %v, %v, want %v", s, got, err, l)
			}
		}
		text, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		var back severity.Level
		if err := json.Unmarshal(text, &back); err != nil || back != l {
			t.Errorf("Unmarshal(%s) = %v, %v, want %v", text, back, err, l)
		}
	}
}

func TestParseInvalid(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "HIGHER", "Level(1)", "high "} {
		if _, err := severity.Parse(s); !errors.Is(err, severity.ErrInvalid) {
			t.Errorf("Parse(%q) error is %v, want ErrInvalid", s, err)
		}
	}
	var l severity.Level
	if err := json.Unmarshal([]byte(`"none"`), &l); !errors.Is(err, severity.ErrInvalid) {
		t.Errorf("Unmarshal error is %v, want ErrInvalid", err)
	}
	if _, err := severity.Level(9).MarshalText(); !errors.Is(err, severity.ErrInvalid) {
		t.Errorf("Level(9).MarshalText error is %v, want ErrInvalid", err)
	}
}

func TestFromScore(t *testing.T) {
	t.Parallel()
	for score, want := range map[float64]severity.Level{
		0: severity.Unknown, 0.1: severity.Low, 3.9: severity.Low, 4: severity.Medium, 6.9: severity.Medium,
		7: severity.High, 8.9: severity.High, 9: severity.Critical, 10: severity.Critical,
	} {
		if got := severity.FromScore(score); got != want {
			t.Errorf("FromScore(%v) = %v, want %v", score, got, want)
		}
	}
}

func ExampleParse() {
	l, err := severity.Parse("high")
	fmt.Println(l, err, l > severity.Medium)
	// Output: HIGH <nil> true
}

func ExampleFromScore() {
	fmt.Println(severity.FromScore(9.8))
	// Output: CRITICAL
}
