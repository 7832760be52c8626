package kecs

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
)

// What the proxy says in the place of a target that does not answer, and with which status a load balancer says it.
type failure struct {
	text   string
	status int
}

var failures = map[int]failure{
	499: {"Client Closed Request", 460},
	500: {"Internal Server Error", 502},
	502: {"Bad Gateway", 502},
	503: {"no available server\n", 503},
	504: {"Gateway Timeout", 504},
}

// A reply is an answer on its way to a client. What the proxy says itself has none of the headers that a target's answer
// has, and a text of its own as its body: what has neither is held until its first bytes tell whose it is. Interpreted
// code is not seen to be an http.Flusher, so this one sees itself to what is to go out at once. Each call costs by what
// the function has in it, run or not: WriteHeader and Write have only what nearly all answers need.
type reply struct {
	http.ResponseWriter
	header http.Header
	req    *http.Request
	from   []string
	// So many bytes go out without being seen to.
	enough int
	held   int
}

func (r *reply) WriteHeader(status int) {
	if status < 200 || status > 498 || len(r.header["Content-Length"]) == 0 {
		r.look(status)
		return
	}
	r.ResponseWriter.WriteHeader(status)
	r.from = fromTarget
	r.enough = fullPart
	if len(r.header["Content-Length"][0]) < digitsOfParts {
		r.enough = 0
	}
}

const (
	// Lengths with fewer digits are of bodies that go out as a whole.
	digitsOfParts = 4
	// What the proxy copies at once: there is more behind it, and little of it is left in a buffer until that comes.
	fullPart = 32768
	never    = 1 << 30
)

func (r *reply) look(status int) {
	if failures[status].status != 0 && len(r.header["Date"]) == 0 && len(r.header["Content-Length"]) == 0 && len(r.header["Server"]) == 0 {
		r.held = status
		return
	}
	r.pass(status)
}

// Of an answer of no known length each part goes out as it comes, its header first; of a long one with its first part.
func (r *reply) pass(status int) {
	r.held = 0
	r.ResponseWriter.WriteHeader(status)
	if status < 200 {
		return
	}
	r.from = fromTarget
	if len(r.header["Content-Length"]) == 0 {
		r.flush()
	}
}

func (r *reply) flush() {
	if flusher, isOne := r.ResponseWriter.(http.Flusher); isOne {
		flusher.Flush()
	}
}

func (r *reply) Write(part []byte) (int, error) {
	if len(part) >= r.enough {
		return r.ResponseWriter.Write(part)
	}
	return r.writePart(part)
}

func (r *reply) writePart(part []byte) (int, error) {
	if r.held != 0 {
		if failed := failures[r.held]; failed.text == string(part) {
			r.fail(failed.status)
			return len(part), nil
		}
		r.pass(r.held)
	}
	size, err := r.ResponseWriter.Write(part)
	r.flush()
	return size, err
}

// Where no target could be chosen the load balancer answers as a rule does that has none.
func (r *reply) fail(status int) {
	r.held = 0
	if status == http.StatusServiceUnavailable {
		r.from = fromAction
		r.header.Del("X-Content-Type-Options")
	}
	answerPage(r.ResponseWriter, r.req, status)
}

func (r *reply) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	hijacker, isOne := r.ResponseWriter.(http.Hijacker)
	if !isOne {
		return nil, nil, fmt.Errorf("%T is no http.Hijacker", r.ResponseWriter)
	}
	r.from = fromTarget
	return hijacker.Hijack()
}
