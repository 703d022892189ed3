package imageconfig

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// A state is what the steps so far have set.
type state struct {
	user, dir, rawDir, signal string
	entrypoint, command       []string
	environment, labels       map[string]string
	declared                  map[string]bool // by ARG
	ports, volumes            map[string]bool
	healthcheck               bool
}

func newState() state {
	return state{
		dir: "/", environment: make(map[string]string), labels: make(map[string]string),
		declared: make(map[string]bool), ports: make(map[string]bool), volumes: make(map[string]bool),
	}
}

// bound cleans the settings, and cuts those that are too many.
func (s *settings) bound(w *writer) {
	s.User, s.WorkingDir, s.StopSignal = line(w.clean(s.User)), line(w.clean(s.WorkingDir)), line(w.clean(s.StopSignal))
	lists := []*[]string{&s.Env, &s.Entrypoint, &s.Cmd}
	if s.Healthcheck != nil {
		lists = append(lists, &s.Healthcheck.Test)
	}
	for _, l := range lists {
		if len(*l) > maxEntries {
			*l = (*l)[:maxEntries]
			w.problems = append(w.problems, limitf("the image config has a list of more than %d values", maxEntries))
		}
		for k := range *l {
			(*l)[k] = w.clean((*l)[k])
		}
	}
	labels := make(map[string]string)
	for _, name := range w.some(slices.Sorted(maps.Keys(s.Labels))) {
		labels[w.clean(name)] = line(w.clean(s.Labels[name]))
	}
	s.Labels = labels
}

// some are the first of a list.
func (w *writer) some(all []string) []string {
	if len(all) > maxEntries {
		all = all[:maxEntries]
		w.problems = append(w.problems, limitf("the image config has a list of more than %d values", maxEntries))
	}
	return all
}

// environment is Env by name.
func (s *settings) environment() map[string]string {
	m := make(map[string]string, len(s.Env))
	for _, pair := range s.Env {
		name, value, _ := strings.Cut(pair, "=")
		m[name] = value
	}
	return m
}

// history writes the steps of a history.
func (w *writer) history(doc *document) {
	entries := doc.History
	if len(entries) > maxEntries {
		w.problems = append(w.problems, limitf("the history has more than %d entries, the last of which are read", maxEntries))
		for _, e := range entries[:len(entries)-maxEntries] {
			if !e.EmptyLayer {
				w.layers++
			}
		}
		entries = entries[len(entries)-maxEntries:]
	}
	var steps []step
	texts := make([]string, len(entries))
	checked, size := -1, 0 // the last HEALTHCHECK
	values := &known{doc.Config.environment(), doc.Config.Labels}
	for k, e := range entries {
		texts[k] = w.clean(e.CreatedBy)
		if size += len(texts[k]); size > maxText {
			w.full = true
			break
		}
		steps = append(steps, parseStep(texts[k], values))
		if steps[k].keyword == "HEALTHCHECK" {
			checked = k
		}
	}
	for k := range steps {
		layer := -1
		if !entries[k].EmptyLayer {
			layer = w.layers
			w.layers++
		}
		st := &steps[k]
		switch {
		case st.keyword == "HEALTHCHECK" && k == checked && doc.Config.checks():
			w.healthcheck(&doc.Config, layer)
		case st.keyword == "" || st.keyword == "HEALTHCHECK":
			if strings.TrimSpace(texts[k]) != "" {
				w.note(texts[k], layer)
			}
		default:
			w.step(st, layer)
		}
	}
}

// step writes a step, and notes what it sets.
func (w *writer) step(st *step, layer int) {
	l := &w.last
	switch st.keyword {
	case "RUN":
		var unknown []variable
		for _, name := range st.args {
			if _, set := l.environment[name]; !set && !l.declared[name] {
				l.declared[name] = true
				unknown = append(unknown, variable{name: name})
			}
		}
		if unknown != nil {
			w.instruction(&step{keyword: "ARG", variables: unknown}, layer)
		}
		w.run(st, layer)
		return
	case "USER":
		l.user = line(st.words[0])
	case "WORKDIR":
		l.rawDir = line(st.words[0])
		if path.IsAbs(l.rawDir) {
			l.dir = path.Clean(l.rawDir)
		} else {
			l.dir = path.Join(l.dir, l.rawDir)
		}
	case "STOPSIGNAL":
		l.signal = line(st.words[0])
	case "ENTRYPOINT":
		l.entrypoint, l.command = st.words, nil
	case "CMD":
		l.command = st.words
	case "ENV":
		for _, v := range st.variables {
			l.environment[v.name] = line(v.value)
		}
	case "LABEL":
		for _, v := range st.variables {
			l.labels[v.name] = line(v.value)
		}
	case "ARG":
		for _, v := range st.variables {
			l.declared[v.name] = true
		}
	case "EXPOSE":
		for _, port := range st.words {
			l.ports[portName(oneWord(port))] = true
		}
	case "VOLUME":
		for _, dir := range st.words {
			l.volumes[oneWord(dir)] = true
		}
	}
	w.instruction(st, layer)
}

// portName is a port with its protocol, as a config has it.
func portName(port string) string {
	if strings.Contains(port, "/") {
		return port
	}
	return port + "/tcp"
}

// settle writes what the config sets, and the history does not, or sets otherwise:
// containers start with what the config says.
func (w *writer) settle(s *settings) {
	l := &w.last
	var names []string
	values := make(map[string]string)
	for _, pair := range s.Env {
		name, value, _ := strings.Cut(pair, "=")
		if _, twice := values[name]; !twice {
			names = append(names, name)
		}
		values[name] = line(value)
	}
	w.settleVariables("ENV", names, values, l.environment)
	w.settleVariables("LABEL", slices.Sorted(maps.Keys(s.Labels)), s.Labels, l.labels)
	w.settleWords("EXPOSE", w.missing(slices.Sorted(maps.Keys(s.ExposedPorts)), l.ports, portName))
	w.settleWords("VOLUME", w.missing(slices.Sorted(maps.Keys(s.Volumes)), l.volumes, strings.Clone))
	if s.WorkingDir != "" && s.WorkingDir != l.rawDir && path.Clean(s.WorkingDir) != l.dir {
		w.settleWords("WORKDIR", []string{s.WorkingDir})
	}
	if s.StopSignal != "" && s.StopSignal != l.signal {
		w.settleWords("STOPSIGNAL", []string{s.StopSignal})
	}
	switch {
	case s.User != l.user && s.User != "":
		w.settleWords("USER", []string{s.User})
	case s.User != l.user && w.out.Escape == '\\':
		w.settleWords("USER", []string{"root"}) // which no user means, but in Windows
	}
	if s.checks() && !l.healthcheck {
		w.healthcheck(s, -1)
	}
	if len(s.Entrypoint) > 0 && !slices.Equal(s.Entrypoint, l.entrypoint) {
		w.instruction(&step{keyword: "ENTRYPOINT", words: s.Entrypoint}, -1)
	}
	if len(s.Cmd) > 0 && !slices.Equal(s.Cmd, l.command) {
		w.instruction(&step{keyword: "CMD", words: s.Cmd}, -1)
	}
}

// settleVariables writes those of the variables that are not set so.
func (w *writer) settleVariables(keyword string, names []string, values, have map[string]string) {
	for _, name := range names {
		value := values[name]
		if old, ok := have[name]; ok && old == value {
			continue
		}
		if !isName(name) {
			w.note(keyword+" "+name, -1)
			continue
		}
		w.instruction(&step{keyword: keyword, variables: []variable{{name, value, true}}}, -1)
	}
}

// missing are the words that the history has not.
func (w *writer) missing(words []string, have map[string]bool, as func(string) string) []string {
	var list []string
	for _, word := range w.some(words) {
		word = oneWord(w.clean(word))
		if word != "" && !have[as(word)] {
			list = append(list, word)
		}
	}
	return list
}

// settleWords writes an instruction with words, if there are any.
func (w *writer) settleWords(keyword string, words []string) {
	for _, some := range slices.Collect(slices.Chunk(words, 50)) {
		w.instruction(&step{keyword: keyword, words: some}, -1)
	}
}

// checks reports whether there is a health check, or NONE, which says that there is
// to be none.
func (s *settings) checks() bool {
	return s.Healthcheck != nil && len(s.Healthcheck.Test) > 0 && s.Healthcheck.Test[0] != ""
}

// healthcheck writes the health check of the config.
func (w *writer) healthcheck(s *settings, layer int) {
	w.last.healthcheck = true
	if !w.begin("HEALTHCHECK", layer) {
		return
	}
	test := s.Healthcheck.Test
	switch {
	case test[0] == "NONE":
		w.word("NONE")
	case test[0] == "CMD":
		w.word("CMD")
		w.json(test[1:])
	case test[0] == "CMD-SHELL":
		w.word("CMD")
		w.json(append(slices.Clone(w.preset), test[1:]...))
	default:
		w.word("CMD")
		w.json(test)
	}
	w.end()
}
