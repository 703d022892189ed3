package analyze

// nodeLicenses are the licences that a package.json, or a lock file that quotes
// it, has for license: a string, or as older ones have it, an object with the
// type, or an array of these. What is neither says nothing.
// https://docs.npmjs.com/cli/v11/configuring-npm/package-json#license
func nodeLicenses(value []byte) []string {
	if len(value) == 0 {
		return nil
	}
	if value[0] != '[' {
		return appendLicense(nil, value)
	}
	var list []string
	for m := range validMembers(value, 0) {
		list = appendLicense(list, m.value)
		if len(list) == maxNodeLicenses {
			break
		}
	}
	return list
}

// maxNodeLicenses bounds the licences of one package.
const maxNodeLicenses = 64

func appendLicense(list []string, value []byte) []string {
	if jsonObject(value) {
		object := value
		value = nil
		for m := range validMembers(object, 0) {
			if string(m.key) == "type" {
				value = m.value
			}
		}
	}
	if s, err := jsonString(value); err == nil && s != "" {
		list = append(list, s)
	}
	return list
}
