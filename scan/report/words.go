package report

import (
	"cmp"
	"crypto/sha1"
	"fmt"
	"net/url"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan"
)

// headline is what v is in one line: the advisory's title, else the first words of
// its description, else the id.
func headline(v *scan.Vulnerability) string {
	if v.Advisory == nil {
		return v.ID
	}
	if title := strings.Join(strings.Fields(v.Advisory.Title), " "); title != "" {
		return title
	}
	words := strings.Fields(v.Advisory.Description)
	if len(words) > titleWords {
		return strings.Join(words[:titleWords], " ") + "..."
	}
	return cmp.Or(strings.Join(words, " "), v.ID)
}

// description is what v's advisory says at length, else in short.
func description(v *scan.Vulnerability) string {
	if v.Advisory != nil && v.Advisory.Description != "" {
		return v.Advisory.Description
	}
	return headline(v)
}

// solution says what to do about v; "" while there is no fix.
func solution(v *scan.Vulnerability) string {
	if v.Fixed == "" {
		return ""
	}
	return fmt.Sprintf("Upgrade %s to version %s", v.Component.Name, v.Fixed)
}

// references are the addresses that v's advisory names, without those that are
// none of the web.
func references(v *scan.Vulnerability) []string {
	if v.Advisory == nil {
		return nil
	}
	var list []string
	for _, r := range v.Advisory.References {
		if u := webURL(r); u != "" {
			list = append(list, u)
		}
	}
	return list
}

// webURL is an address of the web, spelled so that it is a URL; "" where s is
// none. What a query may not hold is percent-encoded in it (RFC 3986, section
// 3.4); [url.URL] does that for the other parts alone.
func webURL(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	var query strings.Builder
	for i := range len(u.RawQuery) {
		c := u.RawQuery[i]
		encode := c <= ' ' || c > '~' || strings.IndexByte("\"<>'|`{}^\\", c) >= 0
		if c == '%' {
			_, err := url.PathUnescape(u.RawQuery[i:min(i+3, len(u.RawQuery))])
			encode = err != nil
		}
		if encode {
			fmt.Fprintf(&query, "%%%02X", c)
		} else {
			query.WriteByte(c)
		}
	}
	u.RawQuery = query.String()
	text := u.String()
	if _, err := url.ParseRequestURI(text); err != nil || printable(text) != text {
		return ""
	}
	return text
}

// uuid is a UUID that the same parts always give: version 5 of RFC 9562, section
// 5.5, in the name space of URLs.
func uuid(parts ...string) string {
	const namespace = "\x6b\xa7\xb8\x11\x9d\xad\x11\xd1\x80\xb4\x00\xc0\x4f\xd4\x30\xc8"
	b := sha1.Sum([]byte(namespace + "https://github.com/plimsoll-go/plimsoll#" + strings.Join(parts, "\x00")))
	b[6], b[8] = b[6]&0x0f|0x50, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
