package rules

import (
	"testing"

	"github.com/plimsoll-go/plimsoll/manifest"
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, want string }{
		{"0", "0"},
		{"0Mi", "0"},
		{"0.1", "100m"},
		{"1500m", "1500m"},
		{"2000m", "2"},
		{"1000", "1k"},
		{"1024", "1024"},
		{"1024Ki", "1Mi"},
		{"1536Mi", "1536Mi"},
		{"1.5Gi", "1536Mi"},
		{"512Ki", "512Ki"},
		{"0.5Ki", "512"},
		{"0.0001Mi", "104857600u"},
		{"1e3", "1e3"},
		{"1E", "1E"},
		{"128M", "128M"},
		{"-2k", "-2k"},
	} {
		q, err := manifest.ParseQuantity(row.text)
		if err != nil {
			t.Errorf("ParseQuantity(%q): %v", row.text, err)
			continue
		}
		if got := canonical(row.text, q); got != row.want {
			t.Errorf("canonical(%q) = %q, want %q", row.text, got, row.want)
		}
	}
}
