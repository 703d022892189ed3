package verify

import (
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"
)

// neighbours are versions near v, some of which may be none. The same options
// give the same for each v.
func neighbours(v string, opts Options) []string {
	h := fnv.New64a()
	h.Write([]byte(v))
	random := rand.New(rand.NewPCG(opts.Seed, h.Sum64()))
	list := make([]string, 0, opts.Neighbours)
	for range opts.Neighbours {
		list = append(list, neighbour(v, random))
	}
	return list
}

// neighbour changes v in one place.
func neighbour(v string, random *rand.Rand) string {
	switch random.IntN(10) {
	case 0:
		return v + ".1"
	case 1:
		return v + "~rc1"
	case 2:
		return v + "+b1"
	case 3:
		return v + "-1"
	case 4:
		return v + "0"
	case 5:
		return v + "a"
	case 6:
		return v[:len(v)-1]
	case 7:
		if epoch, rest, ok := strings.Cut(v, ":"); ok {
			if random.IntN(2) == 0 {
				return rest
			}
			return epoch + "1:" + rest
		}
		return "1:" + v
	}
	// One number more or less by one.
	var runs [][2]int
	for i := 0; i < len(v); i++ {
		if v[i] >= '0' && v[i] <= '9' {
			begin := i
			for i < len(v) && v[i] >= '0' && v[i] <= '9' {
				i++
			}
			runs = append(runs, [2]int{begin, i})
		}
	}
	if len(runs) == 0 {
		return v + "1"
	}
	run := runs[random.IntN(len(runs))]
	n, err := strconv.ParseUint(v[run[0]:run[1]], 10, 62)
	if err != nil {
		return v + "1"
	}
	if n > 0 && random.IntN(2) == 0 {
		n -= 2
	}
	return v[:run[0]] + strconv.FormatUint(n+1, 10) + v[run[1]:]
}
