package webidentity

// Argument is an argument of a platform's object.
type Argument struct {
	Name        string
	Description string // Markdown
	Kind        Kind
	Required    bool

	IsAudience bool   // it says for whom the token is; a platform has one such argument at most
	Default    string // for the kind Text: the value if the argument isn't set

	Least, Most int64 // for the kind WholeNumber: the range
}

// Kind is the type of an argument.
type Kind int

// The kinds.
const (
	Text        Kind = iota // not empty
	WholeNumber             // in the argument's range
	Names                   // a set of names, none of them empty
)

// Values are the arguments that a configuration sets, by name: a string for the kind Text, an int64 for WholeNumber,
// and a sorted []string for Names.
type Values map[string]any

// defaultAudience is the audience of platforms that accept any, so that most configurations needn't set one.
var defaultAudience = Argument{
	Name: "audience",
	Description: "Audience of the token. Default: `" + DefaultAudience + "`. Required for a role in the partition " +
		"`aws-cn`, because different audiences are in use there.",
	IsAudience: true,
	Default:    DefaultAudience,
}
