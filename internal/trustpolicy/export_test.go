package trustpolicy

// RuleNames are the names of all rules.
func RuleNames() []string {
	var names []string
	for _, rule := range rules {
		names = append(names, rule.name)
	}
	return names
}
