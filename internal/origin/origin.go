// Package origin says where a value comes from: the configuration, the environment, or the AWS shared configuration.
package origin

// Kind is a place that a value can come from.
type Kind int

// The kinds. A rule that depends on the origin allows kinds by name, so that a value of unknown origin isn't allowed.
const (
	Default       Kind = iota // nobody set the value, or it follows from another value
	Block                     // an argument of the data source or ephemeral resource
	ProviderBlock             // an argument of the provider block
	Variable                  // an environment variable
	Profile                   // a profile of the AWS shared configuration
)

// Origin is where a value comes from.
type Origin struct {
	Kind    Kind
	Name    string // of the environment variable or the profile, or what a default follows from
	Setting string // of the profile, such as endpoint_url; empty for other kinds
}

// Of is an origin whose kind says everything.
func Of(kind Kind) Origin { return Origin{Kind: kind} }

// OfVariable is the origin of an environment variable's value.
func OfVariable(name string) Origin { return Origin{Kind: Variable, Name: name} }

// OfProfile is the origin of a setting of a profile.
func OfProfile(name, setting string) Origin {
	return Origin{Kind: Profile, Name: name, Setting: setting}
}

// IsSet reports whether somebody set the value.
func (o Origin) IsSet() bool { return o.Kind != Default }
