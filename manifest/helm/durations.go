package helm

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cast"
)

// durations are helm's functions on spans of time. A number is of seconds; a string
// is as Go writes it, or a number. What is none is zero.
func durations() map[string]any {
	in := func(unit time.Duration) any {
		return func(v any) float64 {
			d, _ := duration(v)
			return float64(d) / float64(unit)
		}
	}
	whole := func(unit time.Duration) any {
		return func(v any) int64 {
			d, _ := duration(v)
			return int64(d / unit)
		}
	}
	return map[string]any{
		"mustToDuration":       duration,
		"durationSeconds":      in(time.Second),
		"durationMinutes":      in(time.Minute),
		"durationHours":        in(time.Hour),
		"durationDays":         in(24 * time.Hour),
		"durationWeeks":        in(7 * 24 * time.Hour),
		"durationMilliseconds": whole(time.Millisecond),
		"durationMicroseconds": whole(time.Microsecond),
		"durationNanoseconds":  whole(time.Nanosecond),
		"durationRoundTo":      to(time.Duration.Round),
		"durationTruncateTo":   to(time.Duration.Truncate),
	}
}

func to(nearest func(d, multiple time.Duration) time.Duration) any {
	return func(v, multiple any) time.Duration {
		d, err := duration(v)
		if err != nil {
			return 0
		}
		m, err := duration(multiple)
		if err != nil {
			return d
		}
		return nearest(d, m)
	}
}

func duration(v any) (time.Duration, error) {
	switch v := v.(type) {
	case nil:
		return 0, errors.New("no duration")
	case time.Duration:
		return v, nil
	case string:
		s := strings.TrimSpace(v)
		if d, err := time.ParseDuration(s); err == nil {
			return d, nil
		}
		seconds, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return 0, fmt.Errorf("duration %q: want a number, or 1h2m3s", v)
		}
		return fromSeconds(seconds)
	case bool:
		return 0, fmt.Errorf("duration: want a number or a string, got %T", v)
	}
	if n, err := cast.ToInt64E(v); err == nil && float64(n) == cast.ToFloat64(v) {
		if n > math.MaxInt64/int64(time.Second) || n < math.MinInt64/int64(time.Second) {
			return 0, fmt.Errorf("duration: %d seconds are too many", n)
		}
		return time.Duration(n) * time.Second, nil
	}
	seconds, err := cast.ToFloat64E(v)
	if err != nil {
		return 0, fmt.Errorf("duration: want a number or a string, got %T", v)
	}
	return fromSeconds(seconds)
}

func fromSeconds(seconds float64) (time.Duration, error) {
	nanoseconds := seconds * float64(time.Second)
	if !(math.Abs(nanoseconds) < math.MaxInt64) {
		return 0, fmt.Errorf("duration: %v seconds are too many", seconds)
	}
	return time.Duration(nanoseconds), nil
}
