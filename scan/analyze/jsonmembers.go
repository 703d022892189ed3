package analyze

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// members calls visit for each member of the JSON object in text, in order, with
// its value and the offsets of its key and of the end of its value in text.
// Values share memory with text. Where text is something else than one object,
// that is an error, before which what can be read is visited: only for such text
// there is a decoder, which copies what it reads.
func members(text []byte, visit func(key string, value json.RawMessage, first, end int) error) error {
	if isValidJSON(text, '{') {
		for m := range validMembers(text, 0) {
			if err := visit(string(m.key), m.value, m.first, m.end); err != nil {
				return err
			}
		}
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if err := opening(d, '{'); err != nil {
		return err
	}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		key, ok := token.(string)
		if !ok {
			return fmt.Errorf("offset %d: %v where a key belongs", d.InputOffset(), token)
		}
		// The key's token is skipped back over by its quoted length, which its
		// escapes may change: the quote before it is looked for instead.
		end := int(d.InputOffset())
		first := openingQuote(text, end)
		value, valueEnd, err := next(d, text)
		if err != nil {
			return err
		}
		if err := visit(key, value, first, valueEnd); err != nil {
			return err
		}
	}
	return closing(d)
}

// elements is as members, for the elements of a JSON array.
func elements(text []byte, visit func(value json.RawMessage, first, end int) error) error {
	if isValidJSON(text, '[') {
		for m := range validMembers(text, 0) {
			if err := visit(m.value, m.first, m.end); err != nil {
				return err
			}
		}
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if err := opening(d, '['); err != nil {
		return err
	}
	for d.More() {
		value, end, err := next(d, text)
		if err != nil {
			return err
		}
		if err := visit(value, end-len(value), end); err != nil {
			return err
		}
	}
	return closing(d)
}

func isValidJSON(text []byte, opening byte) bool {
	i := skipBlanks(text, 0)
	return i < len(text) && text[i] == opening && json.Valid(text)
}

func opening(d *json.Decoder, want json.Delim) error {
	token, err := d.Token()
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	if err == nil && token != want {
		err = fmt.Errorf("%v where %v belongs", token, want)
	}
	return err
}

// next decodes a value, and returns the part of text it was decoded from.
func next(d *json.Decoder, text []byte) (value json.RawMessage, end int, err error) {
	if err := d.Decode(&value); err != nil {
		return nil, 0, err
	}
	end = int(d.InputOffset())
	return json.RawMessage(text[end-len(value) : end]), end, nil
}

// closing reads the end of an object or array, and makes sure that nothing
// follows.
func closing(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return err
	}
	switch token, err := d.Token(); err {
	case io.EOF:
		return nil
	case nil:
		return fmt.Errorf("%v after the end", token)
	default:
		return err
	}
}

// openingQuote is the offset of the quote that opens the string which ends
// before end.
func openingQuote(text []byte, end int) int {
	for i := end - 2; i >= 0; i-- {
		if text[i] != '"' {
			continue
		}
		slashes := 0
		for i-1-slashes >= 0 && text[i-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return i
		}
	}
	return 0
}
