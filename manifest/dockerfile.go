package manifest

import (
	"iter"
	"path"
)

// A Dockerfile is a recipe of an image, https://docs.docker.com/reference/dockerfile/.
// A [Decoder] makes it; [Object.Dockerfile] has it. It is not changed then.
type Dockerfile struct {
	File *File
	// Escape is the character that escapes others and continues lines: \ or `.
	Escape byte
	// Instructions are all of them in the order of the text, each ARG in front of the
	// first FROM too.
	Instructions []*Instruction
	Stages       []*Stage
	// Comments are those of the text in its order. One on a line of its own is about
	// the next instruction, one in or behind an instruction about that one, and one
	// above the first instruction about all of the text: see [Comment].
	Comments []Comment
}

// NewDockerfile makes the object that d is: its kind is DockerfileKind, its name
// that of the file, and it has neither a group nor a version nor a node.
func NewDockerfile(d *Dockerfile) *Object {
	o := newObject(nil, "", DockerfileKind)
	o.Name = path.Base(d.File.Path)
	o.dockerfile = d
	return o
}

// DockerfileKind is the kind of the objects that are Dockerfiles.
const DockerfileKind = "Dockerfile"

// Dockerfile is the Dockerfile that o is, nil for all other objects.
func (o *Object) Dockerfile() *Dockerfile { return o.dockerfile }

// Final is the last stage, which the image is made from; nil where there is none.
func (d *Dockerfile) Final() *Stage {
	if len(d.Stages) == 0 {
		return nil
	}
	return d.Stages[len(d.Stages)-1]
}

// All yields the instructions of a keyword, "RUN", in all stages.
func (d *Dockerfile) All(keyword string) iter.Seq[*Instruction] {
	return func(yield func(*Instruction) bool) {
		for _, i := range d.Instructions {
			if i.Stage != nil && i.Keyword.Value == keyword && !yield(i) {
				return
			}
		}
	}
}

// Span is the part of the file from a start up to an end.
func (d *Dockerfile) Span(start, end int) Span {
	return Span{d.File.Position(start), d.File.Position(end)}
}

// A Stage is a FROM and what follows it up to the next one.
type Stage struct {
	Index int          // from 0
	From  *Instruction // nil where the file does not start with one
	Image Word         // what it is made from; without text where that is left out
	Name  Word         // behind AS; without text where it has none
	// Base is the stage before it that Image names, nil where it is an image.
	Base *Stage
	// Instructions start with From, where there is one.
	Instructions []*Instruction
}

// All yields the instructions of a keyword, "RUN".
func (s *Stage) All(keyword string) iter.Seq[*Instruction] {
	return func(yield func(*Instruction) bool) {
		for _, i := range s.Instructions {
			if i.Keyword.Value == keyword && !yield(i) {
				return
			}
		}
	}
}

// Lineage yields s, the stage that it is made from, and so on.
func (s *Stage) Lineage() iter.Seq[*Stage] {
	return func(yield func(*Stage) bool) {
		for ; s != nil; s = s.Base {
			if !yield(s) {
				return
			}
		}
	}
}

// An Instruction is one instruction of a Dockerfile.
type Instruction struct {
	Stage   *Stage // nil for an ARG in front of the first FROM
	Keyword Word   // its value is in capitals: "RUN"
	Flags   []Flag
	// Args are what follows the flags: the elements of a JSON array, the words of ADD,
	// ARG, COPY, ENV, EXPOSE, FROM, LABEL and VOLUME, the type and the rest of
	// HEALTHCHECK, or all of it as one word.
	Args []Word
	// JSON says that the arguments are a JSON array: the exec form.
	JSON bool
	// Variables are what ARG, ENV and LABEL set.
	Variables []Variable
	Heredocs  []Heredoc
	// Shell is what SHELL says in front of it, nil where nothing does.
	Shell []string
	// Commands are what RUN, CMD, ENTRYPOINT and HEALTHCHECK start, in the order of
	// the text, those in shell scripts too: see [Command]. There are none where the
	// shell is not one of Unix, or the script is of another language.
	Commands []Command
	// Trigger is the instruction behind ONBUILD. It is none of the stage's.
	Trigger *Instruction
	// Start and End are where it stands, its heredocs included.
	Start, End int
}

// A Word is a part of an instruction.
type Word struct {
	Text string // as it is written, but for line continuations
	// Value is Text without quotes and escapes. Variables are replaced by what ARG and
	// ENV say, by nothing where they do not; those in commands stay as they are.
	Value string
	// Unknown says that Text has a variable whose value is not known: it has no default,
	// or is set where the image is built, in its base or by a shell.
	Unknown    bool
	Start, End int
}

// A Flag is an option of an instruction: "--from=build".
type Flag struct {
	Name string // without dashes: "from"
	Word Word   // all of it
	// Value is what follows the =, as [Word].Value.
	Value string
}

// Flag is the first flag of a name, nil where there is none.
func (i *Instruction) Flag(name string) *Flag {
	for k := range i.Flags {
		if i.Flags[k].Name == name {
			return &i.Flags[k]
		}
	}
	return nil
}

// A Variable is what ARG, ENV or LABEL sets.
type Variable struct {
	Name  Word
	Value Word
	// Set reports whether there is a value: an ARG may have none.
	Set bool
}

// A Heredoc is a text behind an instruction that stands for a file.
type Heredoc struct {
	Name       string // that ends it
	Text       string // as it is written
	Start, End int    // of Text
}

// A Command is one simple command: a program and its arguments.
type Command struct {
	// Assign are the variables set for it: "DEBIAN_FRONTEND=noninteractive".
	Assign []Word
	Words  []Word // at least one
	// Operator is what stands between it and the command before it: "&&", "||", "|",
	// "|&" or ";", which stands for a line end and & too. The first command has none.
	Operator string
	// Nested says that it is in a subshell, loop, condition, function or substitution,
	// or in a script that another command is given.
	Nested     bool
	Start, End int
}
