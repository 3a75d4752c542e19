package assumerole

import (
	"fmt"
	"runtime"
	"strings"
)

// module begins the names of this module's functions.
const module = "github.com/webidentity/terraform-provider-sts/"

// Bug makes an error of what recover gives, in a function that is deferred itself: nil when there was no panic.
func Bug(recovered any) error {
	if recovered == nil {
		return nil
	}
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers)])
	panicked := false
	for {
		frame, more := frames.Next()
		// Whatever stands before the runtime's own function is what recovers.
		panicked = panicked || frame.Function == "runtime.gopanic"
		if name, ours := strings.CutPrefix(frame.Function, module); panicked && ours {
			return &BugError{Place: fmt.Sprintf("%s, line %d", name, frame.Line)}
		}
		if !more {
			return &BugError{Place: "an unknown place"}
		}
	}
}
