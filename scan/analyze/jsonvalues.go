package analyze

import (
	"encoding/json"
	"slices"
)

// stringOrStrings is a JSON string, or an array of them; nil for all else.
func stringOrStrings(value json.RawMessage) []string {
	var one string
	if json.Unmarshal(value, &one) == nil && one != "" {
		return []string{one}
	}
	var list []string
	if json.Unmarshal(value, &list) != nil {
		return nil
	}
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// jsonKeys are the keys of a JSON object, sorted; none of something else, such
// as the [] that PHP writes for an empty one.
func jsonKeys(value json.RawMessage) []string {
	var keys []string
	_ = members(value, func(key string, _ json.RawMessage, _, _ int) error {
		keys = append(keys, key)
		return nil
	})
	slices.Sort(keys)
	return keys
}
