package secret

import "io"

// PlainWriter passes the plain words of each text that is written to it, as a line: see PlainWords. It is for texts
// that a library writes on its own.
type PlainWriter struct {
	io.Writer
}

// Write passes on a text as a whole. An error is the underlying writer's.
func (w PlainWriter) Write(text []byte) (int, error) {
	if _, err := io.WriteString(w.Writer, "Logged by a library: "+PlainWords(string(text), nil)+"\n"); err != nil {
		return 0, err
	}
	return len(text), nil
}
